"""BlazeFace: finds faces and six keypoints of each, at any angle up to profile.

Bazarevsky et al. (2019), the short-range model of MediaPipe. It looks at 128x128 pixels; faces
that are small in the picture are found in overlapping tiles of it.
"""

import dataclasses

import numpy as np

from tfgan_compress import geometry
from tfgan_compress.data import alignment
from tfgan_compress.frontalize import models

INPUT_SIZE = 128
LARGEST = 2560
"""Longer side, in pixels, up to which a picture is not halved before faces are looked for."""
SMALLEST_TILE = 160
SCORE = 0.6
"""Score that a face must reach in a tile."""
OVERLAP = 0.3
"""Share of the smaller box from which two boxes are taken for one face."""


@dataclasses.dataclass(frozen=True)
class Detection:
    """A face in a picture.

    Attributes:
        box: `(4,)` left, top, right, bottom in pixels.
        keypoints: `(6, 2)` left eye, right eye, nose tip, middle of the mouth, left ear, right ear;
            left and right are the viewer's.
        score: Between 0 and 1.
    """

    box: np.ndarray
    keypoints: np.ndarray
    score: float

    def grown(self, grow):
        """Returns the detection in a picture `grow` times as large."""
        box = (self.box.reshape(2, 2) + 0.5) * grow - 0.5
        return Detection(box.ravel(), (self.keypoints + 0.5) * grow - 0.5, self.score)


class BlazeFace:
    """The detector, ready to run. Not for several threads at once."""

    def __init__(self):
        self._run = models.load("face_detection_short_range.tflite")
        self._anchors = _anchors()

    def detect(self, image):
        """Returns the `Detection`s in `image: (H, W, 3)` uint8, best first."""
        small, grow = alignment.shrink(image, LARGEST)
        found = []
        for corner, side in _tiles(np.array(small.shape[1::-1])):
            scale = INPUT_SIZE / side
            matrix = np.array([[scale, 0, 0], [0, scale, 0]])
            # Pixel centres lie at whole numbers.
            matrix[:, 2] = (0.5 - corner) * scale - 0.5
            found += self.detect_crop(small, matrix)
        return [detection.grown(grow) for detection in suppress(found)]

    def detect_crop(self, image, matrix, *, score=SCORE):
        """Returns the faces that reach `score` in one crop, in pixels of `image`.

        Args:
            image: `(H, W, 3)` uint8.
            matrix: `(2, 3)` similarity from `image` to the 128x128 crop.
            score: Least score.
        """
        crop = alignment.warp(image, matrix, INPUT_SIZE)
        outputs = self._run(crop[None].astype(np.float32) / 127.5 - 1)
        boxes, scores = outputs["regressors"][0], outputs["classificators"][0, :, 0]
        # In float64, where all exp agree once the landmarks are rounded to float32.
        scores = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -50, 50)))
        chosen = np.flatnonzero(scores >= score)
        # Centre, size, six points: all but the size are relative to the anchor.
        values = boxes[chosen].reshape(-1, 8, 2).astype(np.float64) / INPUT_SIZE
        values[:, [0, 2, 3, 4, 5, 6, 7]] += self._anchors[chosen, None]
        points = geometry.untransform_points(matrix, values * INPUT_SIZE - 0.5)
        half = values[:, 1] * INPUT_SIZE / geometry.scale_of(matrix) / 2
        return [
            Detection(np.concatenate([p[0] - h, p[0] + h]), p[2:], float(s))
            for p, h, s in zip(points, half, scores[chosen], strict=True)
        ]


def suppress(detections):
    """Keeps the best of those that overlap, its keypoints averaged over all of them by score."""
    rest = sorted(detections, key=lambda detection: -detection.score)
    kept = []
    while rest:
        # A box without area overlaps nothing, not even itself.
        same = [d for d in rest if d is rest[0] or _overlap(rest[0].box, d.box) > OVERLAP]
        rest = [d for d in rest if not any(d is other for other in same)]
        # Only boxes of about the same size see the same face in the same detail.
        alike = [d for d in same if 0.7 < _side(d.box) / _side(same[0].box) < 1.4]
        weights = np.array([d.score for d in alike])
        box = np.average([d.box for d in alike], axis=0, weights=weights)
        keypoints = np.average([d.keypoints for d in alike], axis=0, weights=weights)
        kept.append(Detection(box, keypoints, same[0].score))
    return kept


def _side(box):
    return max(box[2] - box[0], 1e-6)


def _overlap(first, second):
    """Intersection over the smaller area: a box inside another is the same face."""
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    areas = [np.prod(np.maximum(box[2:] - box[:2], 1e-6)) for box in (first, second)]
    return float(np.prod(np.maximum(high - low, 0)) / min(areas))


def _tiles(size):
    """Yields `(corner, side)` of square tiles: the whole picture, halves, quarters, overlapping."""
    longest = float(size.max())
    yield (size - longest) / 2, longest
    for side in (longest / 2, longest / 4):
        if side < SMALLEST_TILE:
            return
        counts = [max(1, int(np.ceil((length - side) / (side / 2))) + 1) for length in size]
        for y in np.linspace(0, max(size[1] - side, 0), counts[1]):
            for x in np.linspace(0, max(size[0] - side, 0), counts[0]):
                yield np.array([x, y]), side


def _anchors():
    """Centres of the 896 anchors in [0, 1]: 2 on each cell of 16x16, 6 on each of 8x8."""
    grids = []
    for cells, repeats in ((16, 2), (8, 6)):
        y, x = (np.mgrid[:cells, :cells] + 0.5) / cells
        grids.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2), repeats, axis=0))
    return np.concatenate(grids)
