"""Landmarks in CSV files: five points to a cell, ten numbers separated by spaces.

In the order of `geometry.LANDMARKS`: x and y of left eye, right eye, nose tip, left and right mouth
corner (the viewer's left), in the picture's own pixels.
"""

import csv
from pathlib import Path

import numpy as np

COLUMNS = ("name", "landmarks")


def parse_points(cell):
    """Returns the five points of a cell as nested tuples.

    Raises:
        ValueError: If the cell does not hold ten finite numbers.
    """
    words = cell.replace(",", " ").replace(";", " ").split()
    try:
        points = np.array(words, np.float64).reshape(5, 2)
    except ValueError as error:
        raise ValueError(f"must be ten numbers, five x y points; received {cell!r}") from error
    if not np.isfinite(points).all():
        raise ValueError(f"must be finite; received {cell!r}")
    return tuple(map(tuple, points.tolist()))


def read_points(path):
    """Returns `(points, problems)` of a CSV file with the columns `name` and `landmarks`.

    Args:
        path: The file. What a name stands for is the business of the data set.

    Returns:
        `{name: points}`, and a list of what is wrong with its lines.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it lacks a column.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no landmark file at {path}.")
    found, problems = {}, []
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(
                f"{path} must have the columns {', '.join(COLUMNS)}. Missing: {missing}."
            )
        # Numbers as an editor shows them: the header is line 1.
        for line, row in enumerate(reader, start=2):
            try:
                found[(row["name"] or "").strip()] = parse_points(row["landmarks"] or "")
            except ValueError as error:
                problems.append(f"{path.name}, line {line}: {error}.")
    return found, problems
