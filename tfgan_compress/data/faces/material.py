"""Materials by pixel: the baked texture of the head, and formulas for eyes, teeth and long hair."""

from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces.atlas import Atlas
from tfgan_compress.data.faces.head import (
    BODY,
    GLASSES,
    HAIR,
    LEFT_EYE,
    LOWER_TEETH,
    RIGHT_EYE,
    TONGUE,
    UPPER_TEETH,
    load_head,
)
from tfgan_compress.data.faces.morphs import age_weights
from tfgan_compress.data.faces.noise import noise, smoothstep
from tfgan_compress.data.faces.skin import hair_colour, hair_strands, paint_surface

ALBEDO, SPECULAR, ROUGHNESS, HAIRINESS, BUMP = slice(0, 3), 3, 4, 5, slice(6, 9)
"""Columns of a material array `(n, 9)`; `BUMP` is what the bumps add to a unit normal."""
STEEPEST = 0.5


@dataclass(frozen=True)
class Texture:
    """The baked head of one identity: an atlas and the material `(n, 9)` of its texels."""

    atlas: Atlas
    material: np.ndarray


def bake_texture(identity, atlas):
    """Works out the material of every texel, once per identity."""
    surface = paint_surface(identity, atlas.points, atlas.masks)
    rise = surface.height[atlas.neighbours] - surface.height[:, None]
    # The slope is that of the height field: a normal leans away from the rise.
    bump = -(rise[:, :, None] * atlas.slopes).sum(1)
    steepness = np.linalg.norm(bump, axis=1, keepdims=True)
    bump *= np.minimum(1, STEEPEST / (steepness + 1e-9))
    columns = [surface.albedo, surface.specular, surface.roughness, surface.hair]
    flat = [np.reshape(c, (len(bump), -1)) for c in columns]
    return Texture(atlas, np.concatenate([*flat, bump], 1).astype(np.float32))


def pixel_material(identity, texture, *, rest, rest_normals, parts):
    """Returns the material `(n, 9)` at pixels of rest point `rest` and part `parts: (n,)`."""
    material = np.zeros((len(rest), 9), np.float32)
    body = parts == BODY
    texels = texture.atlas.lookup(rest[body], rest_normals[body])
    material[body] = texture.material[texels]
    for part in (LEFT_EYE, RIGHT_EYE):
        shown = parts == part
        if shown.any():
            material[shown] = _eye(identity, rest[shown], part)
    shown = parts == HAIR
    if shown.any():
        material[shown] = _long_hair(identity, rest[shown])
    if identity.glasses:
        material[parts == GLASSES, :5] = (*identity.glasses[3:], 0.05, 0.3)
    teeth = (parts == UPPER_TEETH) | (parts == LOWER_TEETH)
    material[teeth, :5] = (0.62, 0.58, 0.5, 0.03, 0.3)
    material[parts == TONGUE, :5] = (0.4, 0.12, 0.1, 0.03, 0.3)
    return material


def _eye(identity, rest, part):
    gaze = rest - load_head().eye_centres[part]
    gaze = gaze / np.linalg.norm(gaze, axis=1, keepdims=True)
    x, y, z = gaze.T
    radius = np.hypot(x - (0.03 if part == LEFT_EYE else -0.03), y)
    radius = np.where(z > 0, radius, 2)
    old = age_weights(identity.age)["old"]
    white = np.array((0.62, 0.58, 0.55)) * (1 - 0.12 * old)
    colour = white * (1 - 0.25 * smoothstep(radius, 0.5, 0.9)[:, None] * (0.3, 0.8, 0.8))
    fibres = np.stack([np.arctan2(y, x) * 9, radius * 3, 0 * radius], 1)
    iris = np.array(identity.iris) * (0.8 + 0.25 * noise(fibres, identity.seed + 81))[:, None]
    iris = iris * (1 - 0.6 * smoothstep(radius, 0.36, 0.46))[:, None]
    colour += smoothstep(radius, 0.47, 0.43)[:, None] * (iris - colour)
    colour *= (1 - 0.97 * smoothstep(radius, 0.2, 0.16))[:, None]
    # The upper lid and its lashes shade the top of the eye.
    colour *= (1 - 0.45 * smoothstep(y, 0.15, 0.5))[:, None]
    material = np.zeros((len(rest), 9), np.float32)
    material[:, ALBEDO], material[:, SPECULAR], material[:, ROUGHNESS] = colour, 0.04, 0.08
    return material


def _long_hair(identity, rest):
    strands = hair_strands(rest, identity.seed)
    material = np.zeros((len(rest), 9), np.float32)
    material[:, ALBEDO] = hair_colour(identity, rest) * 1.4 * (1 + 0.3 * strands)[:, None]
    material[:, SPECULAR], material[:, ROUGHNESS], material[:, HAIRINESS] = 0.04, 0.45, 1
    material[:, BUMP] = 0.1 * strands[:, None] * (1, 0, 1)
    return material
