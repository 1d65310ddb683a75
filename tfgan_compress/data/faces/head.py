"""The morphable head: one base mesh and 452 linear morphs.

Cut by `scripts/build_head.py` from MakeHuman's CC0 assets as distributed with MPFB2, and the CC0
face units of Mika Suominen; see `HEAD_LICENSE.md`. Morph names are `family/name`: `M/` (ancestry,
sex, age), `U/` (weight), `E/` (expressions), `asym/`, and one family per feature of the face.

Head coordinates: x to the person's left (right of a frontal picture), y up, z out of the face;
one unit is a decimetre. "Rest" points are those of the base mesh: textures live there, so that
they stay put over identity, pose and expression.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEAD_FILE = Path(__file__).with_name("head.npz")
BODY, HAIR, LEFT_EYE, RIGHT_EYE, UPPER_TEETH, LOWER_TEETH, TONGUE, LASHES, GLASSES = range(9)
"""Part of each triangle; "left" is the person's own."""
MASKS = ("lips", "ears", "eyelids", "inside-mouth")

OPPOSITES = (
    ("decr", "incr"),
    ("down", "up"),
    ("in", "out"),
    ("backward", "forward"),
    ("concave", "convex"),
    ("compress", "uncompress"),
)


@dataclass(frozen=True)
class Head:
    """Base mesh and morphs, read-only.

    Attributes:
        rest: `(vertices, 3)` float32.
        triangles: `(n, 3)` int32, and `parts: (n,)` uint8, the part of each.
        morphs: `(names, vertices, 3)` float32 offsets, in `names`' order.
        index: Morph name to row of `morphs`.
        masks: `(vertices, 4)` float32 in 0..1, in the order of `MASKS`.
        eye_centres: `{LEFT_EYE: (3,), RIGHT_EYE: (3,)}`, at rest.
    """

    rest: np.ndarray
    triangles: np.ndarray
    parts: np.ndarray
    morphs: np.ndarray
    index: dict
    masks: np.ndarray
    eye_centres: dict

    def vertices_of(self, part):
        """Indices of the vertices that belong to `part`."""
        return np.unique(self.triangles[self.parts == part])

    def shape(self, weights):
        """Points `(vertices, 3)` of the base mesh under `weights: {morph: float}`."""
        rows = [self.index[name] for name in weights]
        values = np.array(list(weights.values()), np.float32)
        moved = np.tensordot(values, self.morphs[rows], 1) if rows else 0
        return self.rest + moved


@functools.cache
def load_head():
    """Reads the head; every caller in a process shares it."""
    with np.load(HEAD_FILE) as stored:
        rest = stored["V"].astype(np.float32)
        triangles, parts = stored["tri"], stored["tp"]
        morphs = stored["T"].astype(np.float32) / 1000
        index = {str(name): row for row, name in enumerate(stored["names"])}
        masks = np.stack([stored[f"mask_{name}"] for name in MASKS], 1) / np.float32(255)
    centres = {
        part: rest[np.unique(triangles[parts == part])].mean(0) for part in (LEFT_EYE, RIGHT_EYE)
    }
    return Head(rest, triangles, parts, morphs, index, masks.astype(np.float32), centres)


@functools.cache
def feature_pairs():
    """Opposing morphs of the features: `{key: ((decreasing or None, increasing), ...)}`.

    Both sides of the face share a key (`eyes/*-eye-bag`), so that faces stay symmetrical; `asym/`
    is for the rest.
    """
    names = [
        name for name in load_head().index if name.split("/")[0] not in ("M", "U", "E", "asym")
    ]
    known, seen, groups = set(names), set(), {}
    for name in names:
        if name in seen:
            continue
        pair = _pair(name, known)
        seen.update(pair)
        key = pair[-1].replace("/l-", "/*-").replace("/r-", "/*-")
        groups.setdefault(key, []).append((pair[0] if len(pair) == 2 else None, pair[-1]))
    return {key: tuple(pairs) for key, pairs in groups.items()}


def _pair(name, known):
    for low, high in OPPOSITES:
        for own, other in ((low, high), (high, low)):
            partner = name.removesuffix(own) + other
            if name.endswith("-" + own) and partner in known:
                return (name, partner) if own == low else (partner, name)
    return (name,)
