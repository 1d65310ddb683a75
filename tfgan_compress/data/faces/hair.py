"""Head hair: where it grows, how far it stands off, and the long hair that hangs."""

import numpy as np

from tfgan_compress.data.faces.head import BODY, HAIR, MASKS, load_head
from tfgan_compress.data.faces.identity import BALD, BOB, CROPPED, FULL, LONG, TIED
from tfgan_compress.data.faces.noise import noise, smoothstep

# The hairline in the side view: height above which hair grows, by depth.
HAIRLINE_Z = (-2, -0.5, -0.1, 0.18, 0.27, 0.36, 0.46, 0.56, 0.62, 0.66, 0.76, 0.84, 0.9, 0.98,
              1.08, 1.2, 1.32, 1.6)  # fmt: skip
HAIRLINE_Y = (6.5, 6.55, 6.62, 6.85, 7.1, 7.42, 7.47, 7.42, 7.3, 7.1, 7.12, 7.4, 7.62, 7.84, 7.93,
              7.99, 8.02, 8.05)  # fmt: skip
RECEDES = (0,) * 13 + (0.1, 0.3, 0.28, 0.12, 0.1)
DEPTH = {BALD: 0.015, CROPPED: 0.07, FULL: 0.14, BOB: 0.13, LONG: 0.12, TIED: 0.06}
LENGTH = {BOB: 6.2, LONG: 4.8}


def hairline(identity, z):
    """Height (rest units) above which hair grows at depth `z: (n,)`."""
    recession = identity.hair.recession
    if identity.male:
        recession = recession * smoothstep(identity.age, 22, 60)
    shift = identity.hair.hairline * (np.arange(len(HAIRLINE_Z)) >= 12)
    heights = np.array(HAIRLINE_Y) + recession * np.array(RECEDES) + shift
    return np.interp(z, HAIRLINE_Z, heights)


def hair_mask(identity, rest, *, soft=0.05, ragged=0.0):
    """How much of the head at `rest: (n, 3)` is hair, 0..1. `ragged` shifts the line, in units."""
    above = rest[:, 1] + ragged - hairline(identity, rest[:, 2])
    return smoothstep(above, -soft, soft) * (rest[:, 1] > 6.4)


def raise_hair(identity, points, normals):
    """Moves the scalp of `points: (vertices, 3)` outwards by the depth of the hair."""
    head, rest, style = load_head(), load_head().rest, identity.hair.style
    ears = head.masks[:, MASKS.index("ears")]
    mask = hair_mask(identity, rest, soft=0.1) * (1 - ears)
    mask[np.setdiff1d(np.arange(len(rest)), head.vertices_of(BODY))] = 0
    top = smoothstep(rest[:, 1], 7.6, 8.3)
    depth = DEPTH[style] * identity.hair.volume * (1 - 0.5 * (identity.age < 4))
    depth = depth * (1 - 0.35 * (1 - top) * (style <= FULL))
    seed = identity.seed
    uneven = 1 + 0.35 * noise(rest * 3.1, seed + 5) + 0.25 * noise(rest * 7.0, seed + 6)
    height = mask**0.7 * depth * uneven
    if style in (FULL, BOB, LONG):
        parting = np.exp(-(((rest[:, 0] - identity.hair.parting * 0.6) / 0.07) ** 2))
        height = height * (1 - 0.4 * parting * (rest[:, 1] > 7.9))
    lift = np.stack([0 * top, 0.35 * top, 0 * top], 1)
    return (points + (normals + lift) * height[:, None]).astype(np.float32)


def long_hair(identity, points, scale):
    """Hangs the hair shell behind the ears. Returns `(points, triangles of the shell)`."""
    head, style = load_head(), identity.hair.style
    if style not in LENGTH:
        return points, np.zeros((0, 3), np.int32)
    length, locks = LENGTH[style], identity.hair.locks
    rest, shell = head.rest, head.triangles[head.parts == HAIR]
    vertices = np.unique(shell)
    x, y, z = rest[vertices].T
    points = points.copy()
    hanging = smoothstep(y, 8.0, 7.2)
    points[vertices, 2] -= hanging * np.clip(z - 0.15 - 0.6 * locks, 0, 9) * 0.95 * scale
    points[vertices, 0] *= 1 - 0.2 * hanging * (1 - locks * 0.6)
    points[vertices, 1] -= 0.03
    corners = rest[shell]
    high, low, front = corners[..., 1].max(1), corners[..., 1].min(1), corners[..., 2].max(1)
    kept = (low > length - 0.9) & (high < 7.95) & (front < 1.3) & ~((high > 7.3) & (front > 0.55))
    ends = vertices[y < length]
    eyes = np.mean([points[head.vertices_of(part), 1].mean() for part in head.eye_centres])
    floor = eyes + (length - 7.45 + 0.1 * noise(rest[ends] * 5, 3)) * scale
    points[ends, 1] = np.maximum(points[ends, 1], floor)
    return points, shell[kept]
