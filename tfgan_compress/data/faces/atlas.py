"""Where a texture of the head lies: two flat projections of the base mesh, front and side.

A texel of the front map looks along z, one of the side map along x (both sides of the head share
it). Materials are worked out once per identity at the texels and looked up at every pixel of every
view, which is what makes many views of one person cheap. What the outer surface hides (the inside
of the mouth, the eyelids' folds) gets the material of what covers it.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from tfgan_compress.data.faces.head import BODY, load_head
from tfgan_compress.data.faces.raster import rasterize

X_RANGE, Y_RANGE, Z_RANGE = (-1.2, 1.2), (5.0, 8.6), (-0.7, 1.8)


@dataclass(frozen=True)
class Atlas:
    """Texels of the head, the front map's first.

    Attributes:
        density: Texels per unit.
        points: `(n, 3)` rest points; `masks: (n, len(MASKS))`.
        slopes: `(n, 2, 3)`: a bump whose height rises by (a, b) per texel along the map's columns
            and rows turns the normal by `a * slopes[:, 0] + b * slopes[:, 1]`.
        front, side: `(rows, columns)` index of the texel at each place of the two maps, the
            nearest one where the map is empty.
        neighbours: `(n, 2)`: the next texel along column and row.
    """

    density: float
    points: np.ndarray
    masks: np.ndarray
    slopes: np.ndarray
    front: np.ndarray
    side: np.ndarray
    neighbours: np.ndarray

    def lookup(self, rest, normals):
        """Returns the `(n,)` texels of `rest: (n, 3)`, by the way `normals` (at rest) face."""
        rows = self._cell(Y_RANGE[1] - rest[:, 1], self.front.shape[0])
        across = self._cell(rest[:, 0] - X_RANGE[0], self.front.shape[1])
        along = self._cell(rest[:, 2] - Z_RANGE[0], self.side.shape[1])
        sideways = np.abs(normals[:, 0]) > normals[:, 2]
        return np.where(sideways, self.side[rows, along], self.front[rows, across])

    def _cell(self, offset, count):
        return np.clip((offset * self.density).astype(np.int32), 0, count - 1)


@functools.lru_cache(maxsize=4)
def build_atlas(density):
    """Projects the base mesh at `density` texels per unit."""
    head = load_head()
    triangles = head.triangles[head.parts == BODY]
    x, _, z = head.rest.T
    right_half = triangles[(x[triangles] >= -0.02).all(1)]
    maps = [
        _project(x - X_RANGE[0], -z, triangles, np.ptp(X_RANGE), density),
        _project(z - Z_RANGE[0], -x, right_half, np.ptp(Z_RANGE), density),
    ]
    counts = [len(m["points"]) for m in maps]
    neighbours = np.concatenate([maps[0]["next"], maps[1]["next"] + counts[0]])
    points = np.concatenate([m["points"] for m in maps])
    return Atlas(
        density=density,
        points=points,
        masks=np.concatenate([m["masks"] for m in maps]),
        slopes=_slopes(points, neighbours, density),
        front=maps[0]["index"],
        side=maps[1]["index"] + counts[0],
        neighbours=neighbours,
    )


def _project(across, depth, triangles, width, density):
    """Rasterizes one map: its points, masks, the index of each place and each texel's next."""
    head = load_head()
    rows, columns = (int(np.ceil(side * density)) for side in (np.ptp(Y_RANGE), width))
    places = np.stack([across, Y_RANGE[1] - head.rest[:, 1]], 1) * density
    triangle, weights, _ = rasterize(places, depth, triangles, max(rows, columns))
    triangle, weights = triangle[:rows, :columns], weights[:rows, :columns]
    full = triangle >= 0
    corners, weights = triangles[triangle[full]], weights[full][:, :, None]
    labelled = cv2.distanceTransformWithLabels(
        (~full).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(labelled[1], np.int32)
    # Labels number the covered places in an order of OpenCV's own.
    order = np.zeros(labels.max() + 1, np.int32)
    order[labels[full]] = np.arange(full.sum())
    index = order[labels]
    row, column = np.nonzero(full)
    following = np.stack(
        [
            index[row, np.minimum(column + 1, columns - 1)],
            index[np.minimum(row + 1, rows - 1), column],
        ],
        1,
    )
    return {
        "points": (head.rest[corners] * weights).sum(1).astype(np.float32),
        "masks": (head.masks[corners] * weights).sum(1).astype(np.float32),
        "index": index,
        "next": following,
    }


def _slopes(points, neighbours, density):
    right, down = (points[neighbours[:, k]] - points for k in (0, 1))
    normal = np.cross(down, right)
    area = np.linalg.norm(normal, axis=1, keepdims=True)
    # Steps over an edge (nose to cheek, jaw to neck) are no surface.
    steep = (np.maximum(np.abs(right), np.abs(down)).max(1, keepdims=True) > 3 / density) | (
        area < 0.2 / density**2
    )
    normal /= area + 1e-12
    slopes = np.stack([np.cross(normal, down), np.cross(right, normal)], 1)
    slopes = np.where(steep[:, :, None], 0, slopes / (area[:, :, None] + 1e-12))
    return slopes.astype(np.float32)
