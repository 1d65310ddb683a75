"""Lines that age carves: forehead, crow's feet, nasolabial and marionette folds, under the eyes."""

import numpy as np

from tfgan_compress.data.faces.noise import fractal_noise, noise, smoothstep

ONSET, END = 37, 95
"""Years between which the lines deepen."""


def carve(surface, identity, old, young):
    """Lowers `surface.height` along the lines and darkens them. No lines below 37 years."""
    strength = float(smoothstep(identity.age, ONSET, END)) * 1.1
    if strength <= 0:
        return
    points, seed = surface.points, identity.seed
    side, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    front = smoothstep(z, 0.7, 1.1)
    depth = _forehead(points, side, y, seed) * front
    depth += _around_eyes(side, y, seed, front)
    depth += _folds(side, y, front, strength)
    crumple = noise(points * (14, 40, 14), seed + 62) + noise(points * (34, 16, 20), seed + 63)
    depth += 0.0035 * crumple * old
    depth *= strength
    surface.height += depth
    surface.albedo *= np.exp(np.clip(depth, -0.02, 0.02) * 16)[:, None]


def _forehead(points, side, y, seed):
    waves = np.sin(y * 40 + 3.2 * fractal_noise(points * 1.6, seed + 61, octaves=2) + 1.2 * side)
    area = smoothstep(y, 7.55, 7.68) * smoothstep(y, 8.02, 7.9)
    return waves * (0.6 + 0.6 * noise(points * 3.0, seed + 64)) * area * 0.006


def _around_eyes(side, y, seed, front):
    fan = np.sin(np.arctan2(y - 7.27, side - 0.36) * 22 + seed)
    crow = fan * np.exp(-(((side - 0.57) / 0.09) ** 2 + ((y - 7.27) / 0.12) ** 2)) * 0.006
    bag = np.exp(-(((y - (7.13 + 0.5 * (side - 0.3) ** 2)) / 0.018) ** 2))
    bag *= np.exp(-(((side - 0.29) / 0.13) ** 2))
    frown = np.exp(-(((side - 0.05) / 0.012) ** 2)) * np.exp(-(((y - 7.47) / 0.07) ** 2))
    return crow - 0.012 * (bag + frown) * front


def _folds(side, y, front, strength):
    nasolabial = np.interp(y, [6.45, 6.6, 6.75, 6.9], [0.37, 0.36, 0.3, 0.19])
    fold = -0.02 * np.exp(-(((side - nasolabial) / 0.022) ** 2))
    fold *= smoothstep(y, 6.42, 6.52) * smoothstep(y, 6.95, 6.85)
    marionette = np.interp(y, [6.2, 6.5], [0.33, 0.3])
    line = -0.014 * np.exp(-(((side - marionette) / 0.02) ** 2)) * strength
    line *= smoothstep(y, 6.2, 6.3) * smoothstep(y, 6.52, 6.45)
    return (fold + line) * front
