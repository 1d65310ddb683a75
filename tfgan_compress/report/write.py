"""Writes a report: the content as JSON, and a page of it."""

from pathlib import Path

from tfgan_compress.files import atomic_path, write_json
from tfgan_compress.report import html, making, sections
from tfgan_compress.report.content import check, ratios
from tfgan_compress.report.goals import targets


def write_report(directory, content, pictures=()):
    """Writes `report.json` and `report.html`, which needs no other file.

    Args:
        directory: Where to.
        content: See `content`; `ratios` and `targets` are added where they are missing.
        pictures: Sequence of `Pictures`; each gets a section.

    Returns:
        Path of the page.

    Raises:
        ValueError: If the content lacks teacher, student or exports.
    """
    check(content)
    content = {"ratios": ratios(content), **content}
    content = {"targets": targets(content), **content}
    directory = Path(directory)
    write_json(directory / "report.json", content)
    first, *others = pictures or (None,)
    body = [
        sections.head(content),
        sections.faces(first),
        sections.by_yaw(content),
        sections.real(content),
        *[sections.faces(more) for more in others],
        sections.costs(content),
        sections.goals(content),
        making.search(content),
        making.ablation(content),
        making.channels(content),
        making.training(content),
        making.recipe(content),
    ]
    page = html.page(sections.title(content), "".join(body))
    with atomic_path(directory / "report.html") as temporary:
        temporary.write_text(page, encoding="utf-8")
    return directory / "report.html"
