"""A z-buffer for triangle meshes in NumPy.

Triangles are taken in groups of like size, each group as one array of candidate pixels; the
nearest fragment of each pixel is found by repeated scatter, which needs no sort.
"""

import numpy as np

GROUPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64, 128, 512)
"""Largest bounding-box side, in pixels, of each group of triangles."""

BATCH = 1_000_000
"""Candidate pixels looked at in one go: bounds the memory."""


def rasterize(points, depth, triangles, size):
    """Finds which triangle each pixel shows.

    Args:
        points: `(vertices, 2)` x and y in pixels; pixel centres lie at half-integers.
        depth: `(vertices,)`, smaller is nearer.
        triangles: `(n, 3)` vertex indices.
        size: Side of the square picture.

    Returns:
        `triangle: (size, size)` int32, -1 where nothing is; `weights: (size, size, 3)`
        barycentric; `depth: (size, size)` float32, infinite where nothing is.
    """
    pixel, z, owner, w1, w2 = _fragments(points, depth, triangles, size)
    nearest = np.full(size * size, np.inf, np.float32)
    winner = np.full(size * size, -1, np.int64)
    alive = np.arange(len(pixel))
    while len(alive):
        nearest[pixel[alive]] = z[alive]
        winner[pixel[alive]] = alive
        alive = alive[z[alive] < nearest[pixel[alive]]]
    hit = winner >= 0
    chosen = winner[hit]
    triangle = np.full(size * size, -1, np.int32)
    weights = np.zeros((size * size, 3), np.float32)
    triangle[hit] = owner[chosen]
    weights[hit] = np.stack([1 - w1[chosen] - w2[chosen], w1[chosen], w2[chosen]], 1)
    shape = (size, size)
    return triangle.reshape(shape), weights.reshape(*shape, 3), nearest.reshape(shape)


def signed_areas(points, triangles):
    """Twice the signed area of each projected triangle; the sign tells front from back."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])


def vertex_normals(points, triangles):
    """Unit normals `(vertices, 3)`, the area-weighted mean of the faces around each vertex."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.stack(
        [
            sum(np.bincount(triangles[:, k], face[:, axis], len(points)) for k in range(3))
            for axis in range(3)
        ],
        1,
    )
    return (normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)).astype(np.float32)


def _fragments(points, depth, triangles, size):
    """All (pixel, depth, triangle, weight 1, weight 2) covered by a triangle, as flat arrays."""
    points = np.asarray(points, np.float32)
    depth = np.asarray(depth, np.float32)
    area = signed_areas(points, triangles)
    corners = points[triangles]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    low = np.maximum(np.floor(np.minimum(np.minimum(a, b), c) - 0.5), 0)
    high = np.minimum(np.ceil(np.maximum(np.maximum(a, b), c) - 0.5), size - 1)
    drawn = np.nonzero((np.abs(area) > 1e-9) & (high >= low).all(1))[0]
    low, high = low[drawn].astype(np.int32), high[drawn].astype(np.int32)
    side = (high - low).max(1) + 1
    parts = [tuple(np.zeros(0, t) for t in (np.int64, "f4", np.int64, "f4", "f4"))]
    smallest = 0
    for largest in GROUPS:
        group = np.nonzero((side > smallest) & (side <= largest))[0]
        smallest = largest
        step = max(1, BATCH // largest**2)
        for start in range(0, len(group), step):
            g = group[start : start + step]
            owners = drawn[g]
            covered = _cover(corners[owners], area[owners], low[g], high[g], largest)
            parts.append(_flatten(*covered, owners, depth[triangles[owners]], size))
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _cover(corners, area, low, high, side):
    """Tests a `side` x `side` block of pixels against each triangle of a group."""
    y, x = (axis.ravel() for axis in np.mgrid[0:side, 0:side].astype(np.int32))
    px, py = low[:, :1] + x, low[:, 1:] + y
    fx, fy = px + np.float32(0.5), py + np.float32(0.5)
    a, b, c = (corners[:, k, :, None] for k in range(3))
    inverse = (1 / area)[:, None]
    dx, dy = fx - a[:, 0], fy - a[:, 1]
    w1 = (dx * (c[:, 1] - a[:, 1]) - dy * (c[:, 0] - a[:, 0])) * inverse
    w2 = ((b[:, 0] - a[:, 0]) * dy - (b[:, 1] - a[:, 1]) * dx) * inverse
    inside = (w1 >= -1e-6) & (w2 >= -1e-6) & (w1 + w2 <= 1 + 1e-6)
    inside &= (px <= high[:, :1]) & (py <= high[:, 1:])
    return px, py, w1, w2, inside


def _flatten(px, py, w1, w2, inside, owners, depths, size):
    row, column = np.nonzero(inside)
    w1, w2 = w1[row, column], w2[row, column]
    z = depths[row, 0] * (1 - w1 - w2) + depths[row, 1] * w1 + depths[row, 2] * w2
    pixel = py[row, column].astype(np.int64) * size + px[row, column]
    return pixel, z.astype(np.float32), owners[row], w1, w2
