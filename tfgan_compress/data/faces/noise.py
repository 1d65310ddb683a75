"""Smooth random fields over 3-D points, for everything on a face that no morph describes.

Value noise from one fixed periodic table: a lookup is several times cheaper than hashing each
lattice corner. A `seed` shifts the field, so that two seeds never look alike.
"""

import functools

import numpy as np

PERIOD = 64


def smoothstep(x, start, stop):
    """Rises smoothly from 0 at `start` to 1 at `stop` (falls, if `stop < start`)."""
    t = np.clip((x - start) / (stop - start), 0, 1)
    return t * t * (3 - 2 * t)


def noise(points, seed):
    """Value noise in [-1, 1] at `points: (n, 3)`, one lattice cell per unit. Returns `(n,)`."""
    offset = np.random.default_rng(seed).random(3).astype(np.float32) * PERIOD
    points = np.asarray(points, np.float32) + offset
    cell = np.floor(points).astype(np.int32)
    fraction = points - cell
    fraction *= fraction * (3 - 2 * fraction)
    fx, fy, fz = fraction.T
    table = _table()
    low, high = cell & (PERIOD - 1), (cell + 1) & (PERIOD - 1)
    x = (low[:, 0] * PERIOD**2, high[:, 0] * PERIOD**2)
    y = (low[:, 1] * PERIOD, high[:, 1] * PERIOD)
    z = (low[:, 2], high[:, 2])

    def along_z(row):
        start = table[row + z[0]]
        return start + (table[row + z[1]] - start) * fz

    def along_y(slab):
        start = along_z(slab + y[0])
        return start + (along_z(slab + y[1]) - start) * fy

    start = along_y(x[0])
    return start + (along_y(x[1]) - start) * fx


def fractal_noise(points, seed, *, octaves=3):
    """Sum of `octaves` noises, each twice as fine and half as strong. Returns `(n,)`."""
    total = np.zeros(len(points), np.float32)
    for k in range(octaves):
        total += noise(np.asarray(points, np.float32) * 2**k, seed + 17 * k) * np.float32(0.5**k)
    return total


@functools.cache
def _table():
    rng = np.random.default_rng(20170418)
    return rng.uniform(-1, 1, PERIOD**3).astype(np.float32)
