"""Face Research Lab London Set: 102 people, five poses, neutral and smiling.

DeBruine and Jones (2017), doi 10.6084/m9.figshare.5047666, CC BY 4.0; the people consented. Unpack
its archives side by side, so that the folders `neutral_front`, `smiling_left_profile`, ... lie in
one root, with `london_faces_info.csv` if ages are wanted. Half of the set will do, and so will
pictures of fewer pixels.

A record's target is the person's neutral front. Yaw follows from the folder: in `left` folders the
nose points to the left of the picture. The side views measure about 35 degrees.

Left out: attractiveness ratings, and the templates' other 184 points.
"""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from tfgan_compress.data import aligned, splits

VIEWS = {
    f"{expression}_{pose}": (number, yaw)
    for first, expression in ((1, "neutral"), (6, "smiling"))
    for number, (pose, yaw) in enumerate(
        [
            ("left_profile", -90.0),
            ("left_3quarter", -35.0),
            ("front", 0.0),
            ("right_3quarter", 35.0),
            ("right_profile", 90.0),
        ],
        start=first,
    )
}
"""`{folder: (file number, yaw)}`."""

FRONT = "neutral_front"
"""The view that is everybody's target."""

TEMPLATE_POINTS = ((18, 20, 22, 29), (23, 25, 27, 32), (54, 60, 179, 182), (87,), (93,))
"""Points of a 189-point template whose mean is each landmark, in the order of geometry."""

TEMPLATE_SIZE = 1350
"""Side of the pictures that the templates were drawn on."""

HELD_OUT = 11
"""People to validate by, of the 51 in half the set."""


def load_frll(root, *, image_size, landmarker=None, cache=None):
    """Returns the set as a source of records, ten to a person.

    Args:
        root: Folder that holds the view folders.
        image_size: Side of the aligned images.
        landmarker: `(image, yaw) -> (5, 2)`, for every picture without a `.tem` template.
        cache: Folder for landmarks and aligned pictures; finding landmarks takes a minute.

    Raises:
        FileNotFoundError: If `root` does not hold the set.
        ValueError: Listing every picture that is missing, damaged, or without a face.
    """
    root = Path(root)
    people = find_people(root)
    ages = _read_ages(root)
    problems, rows = [], []
    for person in people:
        pictures = {}
        for view in VIEWS:
            try:
                pictures[view] = _picture(root, person, view)
            except (ValueError, FileNotFoundError) as error:
                problems.append(str(error))
        rows += [
            {
                "input": picture,
                "target": pictures.get(FRONT),
                "identity": person,
                "yaw": VIEWS[view][1],
                "age": ages.get(person, -1),
                "view": view,
                "name": f"{view}/{person}",
            }
            for view, picture in pictures.items()
        ]
    aligned.raise_problems(problems, where=str(root))
    return aligned.load_records(rows, image_size=image_size, landmarker=landmarker, cache=cache)


def split_frll(source, *, held_out=HELD_OUT, seed=0):
    """Splits a loaded set by people into `(train, validation)`, the same way each time."""
    return splits.split_source(source, held_out=held_out, seed=seed)


def find_people(root):
    """Returns the ids in `neutral_front`, sorted."""
    people = sorted(path.stem.split("_")[0] for path in (root / "neutral_front").glob("*_03.jpg"))
    if not people:
        raise FileNotFoundError(
            f"{root} must hold the Face Research Lab London Set: folders such as neutral_front "
            "with 001_03.jpg in it. Get it from doi.org/10.6084/m9.figshare.5047666."
        )
    return people


def read_template(path):
    """Returns the `(n, 2)` points of a `.tem` file, in the pixels it was drawn on.

    The file is a count, that many lines of x and y, and the lines between them, which are not
    read.
    """
    words = Path(path).read_text(encoding="ascii", errors="replace").split()
    try:
        count = int(words[0])
        points = np.array(words[1 : 1 + 2 * count], np.float32).reshape(count, 2)
    except (ValueError, IndexError) as error:
        raise ValueError(f"{path} must be a template: a count and as many points.") from error
    return points


def template_landmarks(points, size):
    """Returns `(5, 2)` landmarks in a picture of `size` pixels from 189 template points."""
    means = np.array([points[list(group)].mean(0) for group in TEMPLATE_POINTS])
    # Pixel centres lie at whole numbers, so half a pixel is added before scaling.
    return (means + 0.5) * (size / TEMPLATE_SIZE) - 0.5


def _picture(root, person, view):
    number, yaw = VIEWS[view]
    path = root / view / f"{person}_{number:02d}.jpg"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing.")
    template = path.with_suffix(".tem")
    if not template.is_file():
        return aligned.Picture(path, yaw=yaw)
    points = read_template(template)
    if len(points) != 189:
        raise ValueError(f"{template} must hold 189 points. Received: {len(points)}.")
    try:
        with Image.open(path) as image:
            width = image.size[0]
    except OSError as error:
        raise ValueError(f"{path} is not a picture: {error}.") from error
    landmarks = template_landmarks(points, width)
    return aligned.Picture(path, tuple(map(tuple, landmarks.tolist())), yaw)


def _read_ages(root):
    path = root / "london_faces_info.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row.get("face_age", "").strip().isdigit()]
    return {row["face_id"].strip().zfill(3): int(row["face_age"]) for row in rows}
