"""An identity's head as a mesh: morphs, hair volume, normals and the points that landmarks need.

Expressions move the same vertices, so light worked out once per vertex serves every expression.
"""

import functools
from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces import glasses, hair
from tfgan_compress.data.faces.attach import follow
from tfgan_compress.data.faces.head import (
    BODY,
    GLASSES,
    HAIR,
    LEFT_EYE,
    LOWER_TEETH,
    MASKS,
    RIGHT_EYE,
    TONGUE,
    UPPER_TEETH,
    load_head,
)
from tfgan_compress.data.faces.morphs import morph_weights
from tfgan_compress.data.faces.raster import vertex_normals

MOUTH_PARTS = (UPPER_TEETH, LOWER_TEETH, TONGUE)


@dataclass(frozen=True)
class Mesh:
    """A head ready to draw, in head coordinates.

    Attributes:
        rest: `(vertices, 3)`: where each vertex lies on the base mesh.
        points, normals: `(vertices, 3)`.
        triangles, parts: `(n, 3)` and `(n,)`: what is drawn, hair included.
        eye_centres: `{part: (3,)}`.
        centre: `(3,)`, between the eyes.
        scale: Height of this head over that of the base mesh.
        landmarks: `(5, 3)` in the order of `geometry.LANDMARKS`.
    """

    rest: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    parts: np.ndarray
    eye_centres: dict
    centre: np.ndarray
    scale: float
    landmarks: np.ndarray


def build_mesh(identity, expression=()):
    """Returns the `Mesh` of `identity` under `expression: ((name, weight), ...)`.

    Raises:
        ValueError: If an expression has no morph of its name.
    """
    head = load_head()
    skin_points = head.shape(morph_weights(identity, expression)).astype(np.float32)
    scale = _scale(skin_points)
    drawn = (BODY, LEFT_EYE, RIGHT_EYE) + (MOUTH_PARTS if expression else ())
    keep = np.isin(head.parts, drawn)
    triangles, parts = head.triangles[keep], head.parts[keep]
    body = head.triangles[head.parts == BODY]
    points = hair.raise_hair(identity, skin_points, vertex_normals(skin_points, body))
    rest = head.rest
    for worn in (hair.curtain(identity), glasses.frame(identity)):
        if worn is None:
            continue
        triangles = np.concatenate([triangles, worn.triangles + len(points)])
        parts = np.concatenate([parts, np.full(len(worn.triangles), worn.part, parts.dtype)])
        points = np.concatenate([points, follow(worn, skin_points)])
        rest = np.concatenate([rest, worn.points])
    eyes = {part: skin_points[head.vertices_of(part)].mean(0) for part in (LEFT_EYE, RIGHT_EYE)}
    return Mesh(
        rest=rest,
        points=points,
        normals=_normals(points, triangles, parts),
        triangles=triangles,
        parts=parts,
        eye_centres=eyes,
        centre=(eyes[LEFT_EYE] + eyes[RIGHT_EYE]) / 2,
        scale=scale,
        landmarks=_landmarks(skin_points),
    )


def _scale(points):
    rest = load_head().rest[:, 1]
    head = (rest > 6.25) & (rest < 8.3) & (load_head().rest[:, 2] > 0.9)
    head &= np.isin(np.arange(len(rest)), load_head().vertices_of(BODY))
    return float(np.ptp(points[head, 1]) / np.ptp(rest[head]))


def _normals(points, triangles, parts):
    normals = np.zeros_like(points)
    for group in ((BODY,), (LEFT_EYE,), (RIGHT_EYE,), (HAIR,), (GLASSES,), MOUTH_PARTS):
        chosen = triangles[np.isin(parts, group)]
        if len(chosen):
            vertices = np.unique(chosen)
            normals[vertices] = vertex_normals(points, chosen)[vertices]
    return normals


def _landmarks(points):
    lids, others = landmark_vertices()
    eyes = [points[list(vertices)].mean(0) for vertices in lids]
    return np.stack([*eyes, *points[list(others)]]).astype(np.float32)


@functools.cache
def landmark_vertices():
    """Vertices whose mean is each eye, and those of the nose tip and the corners of the mouth.

    An eye is the mean of its two corners and the middles of its lids, as detectors see it. The
    person's right comes first: it is the viewer's left.
    """
    head = load_head()
    x, y, z = head.rest.T
    body = np.isin(np.arange(len(x)), head.vertices_of(BODY))
    lips = body & (head.masks[:, MASKS.index("lips")] > 0.5)
    lids = body & (head.masks[:, MASKS.index("eyelids")] > 0.8)

    def farthest(mask, key):
        return int(np.where(mask, key, -np.inf).argmax())

    eyes = []
    for side in (-1, 1):
        lid, out = lids & (x * side > 0), x * side
        middle = lid & (np.abs(out - 0.305) < 0.02)
        ways = ((lid, out), (lid, -out), (middle, y), (middle, -y))
        eyes.append([farthest(*way) for way in ways])
    nose = farthest(body & (np.abs(x) < 0.05), z)
    # Depth counts too: the lips go on inside the mouth.
    return eyes, [nose, farthest(lips, z - 2 * x), farthest(lips, z + 2 * x)]
