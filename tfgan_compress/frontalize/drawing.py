"""Pictures of results: each face beside its frontal view, and where the faces are in the photo."""

import cv2
import numpy as np

from tfgan_compress.frontalize.landmarker import Face

GAP = 4
COLOUR = (0, 220, 80)


def sheet(results, columns=("input", "image")):
    """Returns one row a result: its aligned input and, beside it, its frontal view.

    Args:
        results: Sequence of `Frontalized`.
        columns: Which of its pictures to show.

    Returns:
        `(H, W, 3)` uint8, white between the pictures.
    """
    size = results[0].input.shape[0] + GAP
    canvas = np.full((len(results) * size - GAP, len(columns) * size - GAP, 3), 255, np.uint8)
    for row, result in enumerate(results):
        for column, name in enumerate(columns):
            picture = getattr(result, name)
            top, left = row * size, column * size
            canvas[top : top + len(picture), left : left + len(picture)] = picture
    return canvas


def annotate(photo, faces: list[Face]):
    """Returns a copy of `photo: (H, W, 3)` with each face's box, number from 1, and landmarks."""
    picture = photo.copy()
    thick = max(1, round(max(photo.shape[:2]) / 500))
    for number, face in enumerate(faces, start=1):
        left, top, right, bottom = (round(float(value)) for value in face.box)
        cv2.rectangle(picture, (left, top), (right, bottom), COLOUR, thick)
        cv2.putText(
            picture,
            str(number),
            (left, top - 3 * thick),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.6 * thick,
            COLOUR,
            thick,
            cv2.LINE_AA,
        )
        for x, y in face.landmarks:
            cv2.circle(picture, (round(float(x)), round(float(y))), 2 * thick, COLOUR, -1)
    return picture
