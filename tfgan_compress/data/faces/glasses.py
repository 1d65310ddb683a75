"""Spectacle frames: two rims, a bridge and two temples, as tubes."""

import numpy as np

from tfgan_compress.data.faces.attach import Attachment, grid_triangles
from tfgan_compress.data.faces.head import GLASSES

SIDES, RIM_POINTS = 5, 28
LENS_X, LENS_Y, LENS_Z = 0.315, 7.24, 1.53
HALF_WIDTH, HALF_HEIGHT = 0.245, 0.185


def frame(identity):
    """The frame of `identity.glasses` as an `Attachment`, or `None` without glasses."""
    if identity.glasses is None:
        return None
    roundness, size, thickness = identity.glasses[:3]
    tubes = []
    for side in (-1, 1):
        rim = _rim(side, roundness, size)
        hinge = rim[np.argmax(side * rim[:, 0])] + (0, 0.05, 0)
        ear = np.array((side * 0.86, 7.27, 0.45))
        temple = hinge + np.linspace(0, 1, 8)[:, None] * (ear - hinge)
        tubes += [_tube(rim, thickness, closed=True), _tube(temple, thickness)]
    inner = LENS_X - HALF_WIDTH * size
    x = np.linspace(-inner, inner, 6)
    height = LENS_Y + 0.06 + 0.03 * np.cos(x / inner * np.pi / 2)
    tubes.append(_tube(np.stack([x, height, np.full(6, LENS_Z + 0.03)], 1), thickness))
    points, triangles, count = [], [], 0
    for tube_points, tube_triangles in tubes:
        points.append(tube_points)
        triangles.append(tube_triangles + count)
        count += len(tube_points)
    return Attachment(np.concatenate(points).astype("f4"), np.concatenate(triangles), GLASSES)


def _rim(side, roundness, size):
    """Superellipse, from round (1) to boxy (0), `(RIM_POINTS, 3)`, curved with the face."""
    angle = np.linspace(0, 2 * np.pi, RIM_POINTS, endpoint=False)
    power = 0.55 + 0.45 * roundness
    c, s = np.cos(angle), np.sin(angle)
    x = HALF_WIDTH * size * np.sign(c) * np.abs(c) ** power
    y = HALF_HEIGHT * size * (0.8 + 0.4 * roundness) * np.sign(s) * np.abs(s) ** power
    x = x * (1 - 0.12 * (y < 0) * (1 - roundness)) + side * LENS_X
    return np.stack([x, y + LENS_Y, LENS_Z - 0.35 * np.abs(x) ** 2], 1)


def _tube(path, radius, *, closed=False):
    """Sweeps a circle along `path: (n, 3)`. Returns points and triangles."""
    if closed:
        along = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    else:
        along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, (0.1, 0.2, 1.0))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    upward = np.cross(across, along)
    turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)[None, :, None]
    ring = np.cos(turn) * across[:, None] + np.sin(turn) * upward[:, None]
    points = (path[:, None] + radius * ring).reshape(-1, 3)
    triangles = grid_triangles(len(path), SIDES, closed=True)
    if closed:
        last = (len(path) - 1) * SIDES
        seam = grid_triangles(2, SIDES, closed=True)
        triangles = np.concatenate([triangles, np.where(seam < SIDES, seam + last, seam - SIDES)])
    return points, triangles.astype(np.int32)
