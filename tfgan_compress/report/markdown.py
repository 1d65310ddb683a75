"""Pieces of a Markdown document."""


def table(headers, rows):
    """Returns a table; None is shown as not measured."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(
        "| " + " | ".join("n/a" if cell is None else str(cell) for cell in line) + " |"
        for line in lines
    )
