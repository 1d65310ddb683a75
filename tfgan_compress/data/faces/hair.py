"""Head hair: where it grows, how far it stands off, and the long hair that hangs."""

import numpy as np

from tfgan_compress.data.faces.attach import Attachment, grid_triangles
from tfgan_compress.data.faces.head import BODY, HAIR, MASKS, load_head
from tfgan_compress.data.faces.identity import BOB, CROPPED, CURLY, FULL, LONG, SHAVEN, SWEPT, TIED
from tfgan_compress.data.faces.noise import noise, smoothstep

# The hairline in the side view: height above which hair grows, by depth.
HAIRLINE_Z = (-2, -0.5, -0.1, 0.18, 0.27, 0.36, 0.46, 0.56, 0.62, 0.66, 0.76, 0.84, 0.9, 0.98,
              1.08, 1.2, 1.32, 1.6)  # fmt: skip
HAIRLINE_Y = (6.5, 6.55, 6.62, 6.85, 7.1, 7.42, 7.47, 7.42, 7.3, 7.1, 7.12, 7.4, 7.62, 7.84, 7.93,
              7.99, 8.02, 8.05)  # fmt: skip
RECEDES = (0,) * 13 + (0.1, 0.3, 0.28, 0.12, 0.1)
DEPTH = {SHAVEN: 0.012, CROPPED: 0.06, FULL: 0.15, CURLY: 0.3, BOB: 0.14, LONG: 0.12,
         SWEPT: 0.1, TIED: 0.05}  # fmt: skip

STRANDS, STEPS = 56, 26
CROWN = np.array((0.0, 7.55, 0.45))
RADII = np.array((0.93, 1.0, 1.05))
"""Ellipsoid over the skull and ears, in rest units, that long hair lies on."""
# (lowest point, angle from the back of the head to the front edge, in degrees, at the ear)
CURTAINS = {BOB: (6.42, 118), LONG: (5.4, 116), SWEPT: (5.6, 84)}


def hairline(identity, rest):
    """Height (rest units) above which hair grows at `rest: (n, 3)`."""
    x, _, z = rest.T
    recession = identity.hair.recession
    if identity.male:
        recession = recession * smoothstep(identity.age, 22, 60)
    shift = identity.hair.hairline * (np.arange(len(HAIRLINE_Z)) >= 12)
    heights = np.array(HAIRLINE_Y) + recession * np.array(RECEDES) + shift
    line = np.interp(z, HAIRLINE_Z, heights)
    if identity.hair.style in (SHAVEN, TIED) or not identity.hair.fringe:
        return line
    # A fringe falls over the forehead, lower on one side of the parting.
    forehead = smoothstep(z, 0.78, 0.98)
    lean = 1 + 0.35 * np.tanh(4 * (x - identity.hair.parting)) * np.sign(identity.hair.parting)
    return line - identity.hair.fringe * forehead * lean


def hair_mask(identity, rest, *, soft=0.05, ragged=0.0):
    """How much of the head at `rest: (n, 3)` is hair, 0..1. `ragged` shifts the line, in units."""
    above = rest[:, 1] + ragged - hairline(identity, rest)
    return smoothstep(above, -soft, soft) * (rest[:, 1] > 6.4)


def raise_hair(identity, points, normals):
    """Moves the scalp of `points: (vertices, 3)` outwards by the depth of the hair."""
    head, rest, style = load_head(), load_head().rest, identity.hair.style
    seed, volume = identity.seed, identity.hair.volume
    ears = head.masks[:, MASKS.index("ears")]
    # From a little inside the line on: raised skin beside the hair would show.
    mask = hair_mask(identity, rest, soft=0.08, ragged=-0.09) * (1 - ears)
    mask[np.setdiff1d(np.arange(len(rest)), head.vertices_of(BODY))] = 0
    top = smoothstep(rest[:, 1], 7.5, 8.2)
    depth = DEPTH[style] * volume * (1 - 0.5 * (identity.age < 4))
    # Short cuts are closer at the sides, down to the skin at the temples.
    taper = {CROPPED: 0.65, FULL: 0.65, CURLY: 0.2}.get(style, 0)
    depth = depth * (1 - taper * (1 - top))
    fineness = 2.0 if style == CURLY else 1.0
    uneven = 1 + 0.3 * noise(rest * 3.1 * fineness, seed + 5)
    uneven += 0.25 * noise(rest * 7.0 * fineness, seed + 6)
    height = mask**0.7 * depth * uneven
    if style in CURTAINS:
        parting = np.exp(-(((rest[:, 0] - identity.hair.parting * 0.6) / 0.07) ** 2))
        height = height * (1 - 0.4 * parting * (rest[:, 1] > 7.9))
    lift = np.stack([0 * top, 0.35 * top, 0 * top], 1)
    return (points + (normals + lift) * height[:, None]).astype(np.float32)


def curtain(identity):
    """Hanging hair as an `Attachment`, or `None` for a style without.

    Strands start at the crown, lie on the skull and then hang; the front edge is a row of strands
    that leaves the face free.
    """
    if identity.hair.style not in CURTAINS:
        return None
    seed, hair = identity.seed, identity.hair
    tip, edge = CURTAINS[hair.style]
    edge = np.radians(edge + 40 * (hair.locks - 0.6))
    u = np.linspace(-1, 1, STRANDS)[None, :]
    t = np.linspace(0, 1, STEPS)[:, None]
    # Equal steps over the skull's quarter circle, then straight down.
    lie, hang = np.clip(t / 0.45, 0, 1), np.clip((t - 0.45) / 0.55, 0, 1)
    polar = lie * np.pi / 2
    places = np.stack([u + 0 * t, t * 6 + 0 * u, 0 * u * t], -1).reshape(-1, 3)
    locks = noise(places * (11, 0.5, 1), seed + 91).reshape(STEPS, STRANDS)
    waves = noise(places * (4, 1.6, 1), seed + 92).reshape(STEPS, STRANDS)
    open_front = edge + np.radians(45) * (1 - smoothstep(polar, 0.5, 1.45)) * (edge > 1.6)
    azimuth = u * (open_front + 0.08 * waves * np.abs(u))
    bulge = 1 + 0.06 * (hair.volume - 1) + (0.035 * locks + 0.05 * waves) * (0.3 + 0.7 * t)
    spread = np.sin(polar) * bulge * (1 - (0.10 - 0.16 * (hair.locks - 0.5)) * hang)
    length = (CROWN[1] - tip) * (1 + 0.10 * locks)
    x = CROWN[0] + RADII[0] * spread * np.sin(azimuth)
    z = CROWN[2] - RADII[2] * spread * np.cos(azimuth) - 0.12 * hang
    y = CROWN[1] + RADII[1] * np.cos(polar) * bulge - hang * length
    points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    return Attachment(points, grid_triangles(STEPS, STRANDS), HAIR)
