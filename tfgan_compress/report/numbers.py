"""Figures as a reader wants them; None stays None, "not measured"."""


def count(value):
    """Returns a large number such as `92.9G` or `157M`."""
    if value is None:
        return None
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{_three(value / size)}{suffix}"
    return f"{value}"


def megabytes(value):
    """Returns bytes in MB."""
    return None if value is None else f"{_three(value / 1e6)} MB"


def milliseconds(value):
    """Returns milliseconds."""
    return None if value is None else f"{_three(value)} ms"


def percent(value):
    """Returns a share in percent."""
    return None if value is None else f"{value:.1%}"


def decimal(value, digits=3):
    """Returns a number with so many decimal places."""
    return None if value is None else f"{value:.{digits}f}"


def times(value):
    """Returns a ratio such as `21.4x`."""
    return None if value is None else f"{_three(value)}×"  # noqa: RUF001


def setting(value):
    """Returns a recipe's value; of a path only the name, since folders are private."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(value, str) and "/" in value:
        return value.rstrip("/").rsplit("/", 1)[1]
    return value


def _three(value):
    """Three significant digits, but no digits of whole numbers are dropped."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
