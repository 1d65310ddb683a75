"""Models that come with the package: where they lie."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = (_PACKAGE / "saved_models", _PACKAGE.parent / "saved_models")
"""Where shipped models lie: in an installed package, in a checkout."""


def find_model(name):
    """Returns the folder `name`: a path, or the name of a model that is shipped.

    Raises:
        FileNotFoundError: Listing the shipped models if there is neither.
    """
    places = [Path(name), *(folder / name for folder in SHIPPED)]
    for place in places:
        if place.is_dir():
            return place
    shipped = sorted(p.name for folder in SHIPPED if folder.is_dir() for p in folder.iterdir())
    raise FileNotFoundError(
        f"There must be a folder {name}, or a shipped model of that name. Shipped: {shipped}."
    )
