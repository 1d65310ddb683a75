"""Things worn on the head: they are modelled on the base mesh and follow each person's shape."""

import functools
from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces.head import BODY, load_head

ANCHOR_STRIDE = 4
"""One head vertex in so many pulls on what is worn."""


@dataclass(frozen=True)
class Attachment:
    """A mesh in rest coordinates: `points: (n, 3)`, `triangles: (m, 3)`, and its `part`."""

    points: np.ndarray
    triangles: np.ndarray
    part: int


def follow(attachment, head_points):
    """Moves `attachment` as the head around it moved. Returns `(n, 3)`.

    Args:
        attachment: An `Attachment`.
        head_points: `(vertices, 3)`, the head that wears it.
    """
    anchors = _anchors()
    rest = load_head().rest[anchors]
    squared = (attachment.points**2).sum(1)[:, None] + (rest**2).sum(1)
    squared = np.maximum(squared - 2 * attachment.points @ rest.T, 0)
    pull = 1 / (squared + 0.01) ** 2
    pull /= pull.sum(1, keepdims=True)
    return (attachment.points + pull @ (head_points[anchors] - rest)).astype(np.float32)


def grid_triangles(rows, columns, *, closed=False):
    """Triangles `(m, 3)` of a grid of `rows x columns` points; `closed` joins the last column."""
    across = columns if closed else columns - 1
    row, column = (axis.ravel() for axis in np.mgrid[0 : rows - 1, 0:across])
    following = (column + 1) % columns
    a, b = row * columns + column, row * columns + following
    c, d = a + columns, b + columns
    return np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)]).astype(np.int32)


@functools.cache
def _anchors():
    head = load_head()
    body = head.vertices_of(BODY)
    return body[head.rest[body, 1] > 6.2][::ANCHOR_STRIDE]
