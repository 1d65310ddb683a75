"""Pieces of a page: text in, escaped HTML out. Pictures and plots are built into the page."""

import html
from pathlib import Path

from tfgan_compress.report.pictures import data_url

STYLE = Path(__file__).with_name("style.css")


def page(title, body):
    """Returns a whole HTML page that needs no other file."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def escape(text):
    """Returns text as HTML."""
    return html.escape(str(text))


def section(title, *parts, note=""):
    """Returns a section of `parts` (HTML); nothing if there are none."""
    parts = [part for part in parts if part]
    if not parts:
        return ""
    lead = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section>\n<h2>{escape(title)}</h2>\n{lead}{''.join(parts)}\n</section>\n"


def paragraph(text, *, kind="note"):
    """Returns a paragraph of class `kind`."""
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def details(summary, content):
    """Returns `content` (HTML) folded away; nothing if it is empty."""
    if not content:
        return ""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def table(headers, rows, *, caption=""):
    """Returns a table; the first column names the row, the others hold figures.

    Args:
        headers: Texts.
        rows: Lists of texts; None is shown as not measured.
        caption: Above the table.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    body = "".join(_row(row) for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>\n"
    )


def figure(svg, caption):
    """Returns a plot with its caption."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>\n"


def figures(*parts):
    """Returns several `figure`s side by side where there is room."""
    return f'<div class="figures">{"".join(parts)}</div>\n'


def tables(*parts):
    """Returns several `table`s side by side where there is room."""
    return f'<div class="tables">{"".join(parts)}</div>\n'


def faces(pictures):
    """Returns the table of a `Pictures`, grouped by yaw."""
    parts = []
    for yaw in sorted({round(float(yaw)) for yaw in pictures.yaws}):
        rows = [i for i, own in enumerate(pictures.yaws) if round(float(own)) == yaw]
        heads = "".join(f"<span>{escape(title)}</span>" for title in pictures.columns)
        cells = "".join(_faces_row(pictures, row) for row in rows)
        parts.append(
            f'<h3>{yaw}°</h3>\n<div class="faces" style="--columns:{len(pictures.columns)}">'
            f'<div class="heads">{heads}</div>\n{cells}</div>\n'
        )
    return "".join(parts)


def bars(rows):
    """Returns bars of student widths within teacher widths; `rows`: `(name, part, whole)`."""
    items = "".join(
        f'<li><span>{escape(name)}</span><i style="--share:{100 * part / max(whole, 1):.1f}%"></i>'
        f"<b>{part} / {whole}</b></li>"
        for name, part, whole in rows
    )
    return f'<ul class="bars">{items}</ul>\n'


def _row(row):
    first, *others = row
    cells = "".join(
        '<td class="none">n/a</td>' if cell is None else f"<td>{escape(cell)}</td>"
        for cell in others
    )
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'


def _faces_row(pictures, row):
    cells = []
    for title, images in pictures.columns.items():
        alt = escape(f"{pictures.labels[row]}, {title}")
        caption = pictures.captions.get(title)
        text = f"<small>{escape(caption[row])}</small>" if caption else ""
        cells.append(f'<div><img alt="{alt}" src="{data_url(images[row])}">{text}</div>')
    return f'<div class="row">{"".join(cells)}</div>\n'
