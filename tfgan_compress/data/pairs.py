"""A user's own pairs of pictures, named in a CSV manifest.

The manifest has a header and one row a pair. File names are relative to the manifest's folder.

- `input`: picture to be frontalized
- `target`: frontal picture of the same person
- `identity`: any name; people are split by it, never pictures
- `yaw`: optional, degrees, positive when the nose points to the right of the picture; without it
  the landmarks tell
- `pitch`, `light`, `age`: optional numbers
- `landmarks`: optional, in the input's pixels: x and y of left eye, right eye, nose tip, left and
  right mouth corner (the viewer's left), ten numbers separated by spaces
- `target_landmarks`: optional, the same for the target

A picture without landmarks is given to the landmarker. Everything is checked before any training,
and all problems are listed at once.
"""

import csv
from pathlib import Path

from tfgan_compress.data import aligned, points

REQUIRED = ("input", "target", "identity")
NUMBERS = {"yaw": float, "pitch": float, "light": int, "age": int}
POINTS = dict.fromkeys(("landmarks", "target_landmarks"), points.parse_points)
COLUMNS = (*REQUIRED, *NUMBERS, *POINTS)


def load_pairs(manifest, *, image_size, landmarker=None, cache=None):
    """Returns the pairs of a manifest as a source of records.

    Args:
        manifest: Path of the CSV file.
        image_size: Side of the aligned images.
        landmarker: `(image, yaw) -> (5, 2)` for pictures without landmarks, where `yaw` may be
            None.
        cache: Folder for landmarks and aligned pictures, or None.

    Raises:
        FileNotFoundError: If there is no manifest.
        ValueError: Listing all that is wrong with the rows, or all that is wrong with the pictures.
    """
    manifest = Path(manifest)
    rows = [
        {
            **{name: row[name] for name in NUMBERS if row[name] is not None},
            "identity": row["identity"],
            "name": row["input"],
            "input": aligned.Picture(manifest.parent / row["input"], row["landmarks"], row["yaw"]),
            "target": aligned.Picture(
                manifest.parent / row["target"], row["target_landmarks"], 0.0
            ),
        }
        for row in read_manifest(manifest)
    ]
    return aligned.load_records(rows, image_size=image_size, landmarker=landmarker, cache=cache)


def read_manifest(manifest):
    """Returns the manifest's rows as dicts with all `COLUMNS`, None where a value is not given."""
    manifest = Path(manifest)
    if not manifest.is_file():
        raise FileNotFoundError(
            f"There is no manifest at {manifest}. It is a CSV file with the columns "
            f"{', '.join(REQUIRED)}; optional: {', '.join(COLUMNS[len(REQUIRED) :])}."
        )
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or []
        _check_header(header, manifest)
        # Row numbers as an editor shows them: the header is line 1.
        parsed = [_parse_row(row, line, manifest) for line, row in enumerate(reader, start=2)]
    problems = [problem for _, found in parsed for problem in found]
    if not parsed:
        problems.append("no rows below the header.")
    aligned.raise_problems(problems, where=str(manifest))
    return [row for row, _ in parsed]


def _check_header(header, manifest):
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown:
        raise ValueError(
            f"{manifest} must have the columns {', '.join(REQUIRED)}, and may have "
            f"{', '.join(COLUMNS[len(REQUIRED) :])}. Missing: {missing}. Unknown: {unknown}."
        )


def _parse_row(row, line, manifest):
    """Returns `(values, problems)` of one row."""
    values, problems = {}, []
    if None in row or None in row.values():
        problems.append(f"line {line}: not as many cells as the header has.")
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in REQUIRED:
        values[name] = cells[name]
        if not cells[name]:
            problems.append(f"line {line}: {name} is empty; each pair needs {', '.join(REQUIRED)}.")
    for name in ("input", "target"):
        if cells[name] and not (manifest.parent / cells[name]).is_file():
            problems.append(f"line {line}: {name} {manifest.parent / cells[name]} is missing.")
    for name, parse in {**NUMBERS, **POINTS}.items():
        try:
            values[name] = parse(cells[name]) if cells[name] else None
        except ValueError as error:
            problems.append(f"line {line}: {name}: {error}.")
    if abs(values.get("yaw") or 0) > 180:
        problems.append(f"line {line}: yaw must be in -180..180. Received: {values['yaw']}.")
    return values, problems
