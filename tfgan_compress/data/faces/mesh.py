"""An identity's head as a mesh: morphs, hair volume, normals and the points that landmarks need.

Expressions move the same vertices, so light worked out once per vertex serves every expression.
"""

import functools
from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces import hair
from tfgan_compress.data.faces.head import (
    BODY,
    HAIR,
    LEFT_EYE,
    LOWER_TEETH,
    MASKS,
    RIGHT_EYE,
    TONGUE,
    UPPER_TEETH,
    feature_pairs,
    load_head,
)
from tfgan_compress.data.faces.raster import vertex_normals

MOUTH_PARTS = (UPPER_TEETH, LOWER_TEETH, TONGUE)


@dataclass(frozen=True)
class Mesh:
    """A head ready to draw, in head coordinates.

    Attributes:
        points, normals: `(vertices, 3)`.
        triangles, parts: `(n, 3)` and `(n,)`: what is drawn, hair included.
        eye_centres: `{part: (3,)}`.
        centre: `(3,)`, between the eyes.
        scale: Height of this head over that of the base mesh.
        landmarks: `(5, 3)` in the order of `geometry.LANDMARKS`.
    """

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
    points, shell = hair.long_hair(identity, points, scale)
    if len(shell):
        triangles = np.concatenate([triangles, shell])
        parts = np.concatenate([parts, np.full(len(shell), HAIR, parts.dtype)])
    eyes = {part: skin_points[head.vertices_of(part)].mean(0) for part in (LEFT_EYE, RIGHT_EYE)}
    return Mesh(
        points=points,
        normals=_normals(points, triangles, parts),
        triangles=triangles,
        parts=parts,
        eye_centres=eyes,
        centre=(eyes[LEFT_EYE] + eyes[RIGHT_EYE]) / 2,
        scale=scale,
        landmarks=_landmarks(skin_points, eyes),
    )


def age_weights(age):
    """Weights of the four ages of the base faces, summing to 1, at `age` years."""
    a = np.clip((age - 1) / 48 if age < 25 else 0.5 + (age - 25) / 130, 0, 1)
    if a < 0.5:
        baby, young = max(0, 1 - a * 16 / 3), max(0, (a - 0.1875) * 3.2)
        return {"baby": baby, "child": max(0, min(1, a * 16 / 3) - young), "young": young, "old": 0}
    old = max(0, 2 * a - 1)
    return {"baby": 0, "child": 0, "young": 1 - old, "old": old}


def morph_weights(identity, expression=()):
    """Returns `{morph: weight}` for a person, neutral unless `expression` says otherwise."""
    ages = age_weights(identity.age)
    weights = {}

    def add(name, weight):
        if weight:
            weights[name] = weights.get(name, 0.0) + float(weight)

    heavy = identity.weight
    builds = {"min": max(0, -heavy), "average": 1 - abs(heavy), "max": max(0, heavy)}
    for sex, sex_weight in (("male", identity.male), ("female", 1 - identity.male)):
        for age, age_weight in ages.items():
            for name, part in zip(
                ("african", "asian", "caucasian"), identity.ancestry, strict=True
            ):
                add(f"M/{name}-{sex}-{age}", part * sex_weight * age_weight)
            for build, part in builds.items():
                add(f"U/{sex}-{age}-{build}weight", part * sex_weight * age_weight)
    for name, weight in _feature_weights(identity, ages):
        add(name, weight)
    for name, weight in (*identity.asymmetry, *_ageing(ages)):
        add(name, weight)
    for name, weight in expression:
        add(f"E/{name}", weight)
    known = load_head().index
    unknown = sorted(name for name in weights if name not in known)
    wrong = [name for name in unknown if name.startswith("E/")]
    if wrong:
        names = sorted(n[2:] for n in known if n.startswith("E/"))
        raise ValueError(f"expression names must be among {names}. Received: {wrong[0][2:]!r}.")
    return {name: weight for name, weight in weights.items() if name in known}


def _feature_weights(identity, ages):
    # Children's faces vary less than adults'.
    damping = 1 - 0.4 * ages["child"] - 0.75 * ages["baby"]
    pairs = feature_pairs()
    for key, weight in identity.features:
        for low, high in pairs[key]:
            if low is None:
                yield (
                    high,
                    max(abs(weight) * 0.6 if key.startswith("head") else weight, 0) * damping,
                )
            else:
                yield (high, weight * damping) if weight > 0 else (low, -weight * damping)


def _ageing(ages):
    old = ages["old"]
    return (
        ("head/head-age-incr", 0.9 * old),
        ("eyes/l-eye-bag-incr", 0.6 * old),
        ("eyes/r-eye-bag-incr", 0.6 * old),
        ("neck/neck-double-incr", 0.25 * old),
    )


def _scale(points):
    rest = load_head().rest[:, 1]
    head = (rest > 6.25) & (rest < 8.3) & (load_head().rest[:, 2] > 0.9)
    head &= np.isin(np.arange(len(rest)), load_head().vertices_of(BODY))
    return float(np.ptp(points[head, 1]) / np.ptp(rest[head]))


def _normals(points, triangles, parts):
    normals = np.zeros_like(points)
    for group in ((BODY,), (LEFT_EYE,), (RIGHT_EYE,), (HAIR,), MOUTH_PARTS):
        chosen = triangles[np.isin(parts, group)]
        if len(chosen):
            vertices = np.unique(chosen)
            normals[vertices] = vertex_normals(points, chosen)[vertices]
    return normals


def _landmarks(points, eyes):
    # A detector sees the middle of the lids, which lies in front of the eyeball's centre.
    lids = [eyes[part] + (0, 0, 0.1) for part in (RIGHT_EYE, LEFT_EYE)]
    return np.stack([*lids, *points[list(_landmark_vertices())]]).astype(np.float32)


@functools.cache
def _landmark_vertices():
    """Vertices of the nose tip and the two corners of the mouth (the person's right first)."""
    head = load_head()
    x, _, z = head.rest.T
    body = np.isin(np.arange(len(x)), head.vertices_of(BODY))
    lips = body & (head.masks[:, MASKS.index("lips")] > 0.5)
    nose = np.where(body & (np.abs(x) < 0.05), z, -np.inf)
    corners = (np.where(lips, x * side, -np.inf) for side in (-1, 1))
    return int(nose.argmax()), *(int(corner.argmax()) for corner in corners)
