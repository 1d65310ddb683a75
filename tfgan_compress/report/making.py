"""The sections of the report that tell how the student was made: search, ablation, settings."""

from tfgan_compress.report import figures, html
from tfgan_compress.report.numbers import count, decimal, setting


def search(content):
    """The search's scatter and its pace."""
    found = content.get("search")
    if not found:
        return ""
    best, uniform = found["best"], found.get("uniform")
    text = (
        f"{len(found['trials'])} candidates, {decimal(found['candidates_per_minute'], 1)} a "
        f"minute, none of them retrained. Best: {decimal(best['score'], 4)} at "
        f"{count(best['macs'])} MACs."
    )
    if uniform:
        text += (
            f" All widths narrowed alike: {decimal(uniform['score'], 4)} at "
            f"{count(uniform['macs'])} MACs."
        )
    scores = content.get("scores")
    if scores:
        text += (
            f" Fine-tuning took the student's likeness from {decimal(scores['extracted'], 4)} to "
            f"{decimal(scores['fine_tuned'], 4)} (mean of SSIM and cosine similarity); the better "
            "one is kept."
        )
    caption = "Every candidate by MACs and score on held-out training identities."
    return html.section("Search", html.figure(figures.search_scatter(found), caption), note=text)


def ablation(content):
    """What becomes of the result when a part of the method is left out."""
    rows: list[dict] = list(content.get("ablation") or [])
    if not rows:
        return ""
    columns = [key for key in dict.fromkeys(k for row in rows for k in row) if key != "name"]
    cells = [[row["name"], *(_figure(row.get(column)) for column in columns)] for row in rows]
    return html.section("Ablation", html.table(["run", *columns], cells))


def channels(content):
    """Every channel group's width in the teacher and in the student."""
    teacher, student = (content[name].get("channels") or {} for name in ("teacher", "student"))
    rows = [(group, student[group], teacher[group]) for group in teacher if group in student]
    if not rows:
        return ""
    kept = sum(row[1] for row in rows) / max(sum(row[2] for row in rows), 1)
    return html.section(
        "Channels", html.bars(rows), note=f"Student / teacher; {kept:.0%} of all channels are kept."
    )


def training(content):
    """Losses by epoch of each stage."""
    curves = {stage: c for stage, c in (content.get("curves") or {}).items() if c.get("epoch")}
    if not curves:
        return ""
    plots = [
        html.figure(figures.loss_curves(columns, name=number), f"Losses by epoch: {stage}")
        for number, (stage, columns) in enumerate(curves.items())
    ]
    return html.section("Training", html.figures(*plots))


def recipe(content):
    """The settings, so that the run can be repeated."""
    settings = content.get("recipe")
    if not settings:
        return ""
    rows = [[key, setting(value)] for key, value in settings.items()]
    half = -(-len(rows) // 2)
    tables = [html.table(["setting", "value"], part) for part in (rows[:half], rows[half:]) if part]
    return html.section("Recipe", f'<div class="settings">{html.tables(*tables)}</div>')


def _figure(value):
    return decimal(value, 4) if isinstance(value, float) else value
