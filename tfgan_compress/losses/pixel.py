"""Pixel losses of TP-GAN (Huang et al. 2017, eq. 2-3, 6): multi-scale L1, patches, symmetry, TV.

`SSIMLoss` and `CheckerboardLoss` are ours. All are means over pixels and channels of images in
[-1, 1], so weights do not depend on the size.
"""

import numpy as np
from keras import ops

from tfgan_compress import geometry
from tfgan_compress.losses.step import Loss, mean_where
from tfgan_compress.metrics.image_quality import ssim

SCALES = {"image": 1, "image_half": 2, "image_quarter": 4}


def _shrink(image, factor):
    """Mean over `factor` x `factor` blocks, `(B, H, W, C)` to `(B, H/factor, W/factor, C)`."""
    return ops.average_pool(image, factor, strides=factor) if factor > 1 else image


def _l1(a, b):
    return ops.mean(ops.abs(a - b))


class PixelLoss(Loss):
    """L1 to the target (or to the teacher's image) at every scale that the generator paints.

    Args:
        weight: Weight of the sum.
        scales: Weights of `image`, `image_half`, `image_quarter`; the official 1, 1, 1.5.
        against: `"target"`, or `"teacher"` for unpaired distillation.
        where: Key of the batch that says which records count; all by default.
    """

    name = "pixel"

    def __init__(self, weight=1.0, *, scales=(1.0, 1.0, 1.5), against="target", where=None):
        super().__init__(weight)
        if against not in ("target", "teacher"):
            raise ValueError(f"against must be 'target' or 'teacher'. Received: {against!r}.")
        self.scales, self.against, self.where = tuple(scales), against, where
        self.name = "pixel" if against == "target" else "pixel_teacher"

    def __call__(self, step):
        whole = step.batch["target"] if self.against == "target" else step.teacher_outputs["image"]
        total = 0.0
        for (name, factor), weight in zip(SCALES.items(), self.scales, strict=True):
            if name in step.outputs and weight:
                error = ops.abs(step.outputs[name] - _shrink(whole, factor))
                total = total + weight * mean_where(error, step, self.where)
        return total


class PatchLoss(Loss):
    """L1 of the redrawn eyes, nose and mouth to the target's, cut at the frontal mean landmarks."""

    name = "patch"

    def __call__(self, step):
        target = step.batch["target"]
        size = target.shape[1]
        shapes = geometry.patch_shapes(size)
        total = 0.0
        for name, (row, column) in geometry.patch_corners(
            geometry.frontal_landmarks(size), size
        ).items():
            height, width = shapes[name]
            truth = target[:, row : row + height, column : column + width]
            total = total + _l1(step.outputs[name], truth)
        return total


class SymmetryLoss(Loss):
    """How far the face is from its mirror image (eq. 3), on half the size and below.

    The left half is held fixed and the right half moves: without that both drift to their mean.
    """

    name = "symmetry"

    def __init__(self, weight=0.3):
        super().__init__(weight)

    def __call__(self, step):
        total = 0.0
        for name in SCALES:
            if name in step.outputs:
                image = _shrink(step.outputs[name], 2 if name == "image" else 1)
                half = image.shape[2] // 2
                left = ops.stop_gradient(image[:, :, :half])
                total = total + _l1(ops.flip(image[:, :, -half:], axis=2), left)
        return total


class TotalVariationLoss(Loss):
    """Mean absolute difference of neighbouring pixels (eq. 6, lambda 1e-4)."""

    name = "tv"

    def __init__(self, weight=1e-4):
        super().__init__(weight)

    def __call__(self, step):
        image = step.outputs["image"]
        down = _l1(image[:, 1:], image[:, :-1])
        return down + _l1(image[:, :, 1:], image[:, :, :-1])


class SSIMLoss(Loss):
    """1 - SSIM of the image and the target: local contrast, which L1 gives up first.

    As in Zhao et al. 2017, "Loss Functions for Image Restoration with Neural Networks", at one
    scale and beside L1.
    """

    name = "ssim"

    def __call__(self, step):
        return 1 - ops.mean(ssim(step.outputs["image"], step.batch["target"]))


class CheckerboardLoss(Loss):
    """The part of the error that repeats every 4 pixels, within blocks of 16x16.

    Transposed convolutions of kernel 3 and stride 2 reach pixels by one, two or four taps, and
    weave a pattern into what they paint (Odena et al. 2016, "Deconvolution and Checkerboard
    Artifacts"); two in a row make it 4 pixels wide. L1 hardly feels what eyes see at once. Here the
    error is averaged over the tiles of a block, and what is not shading, a plane, is measured.
    A side that is no multiple of 16 raises a ValueError.
    """

    name = "checkerboard"
    period, tiles = 4, 4

    def __init__(self, weight=1.0):
        super().__init__(weight)
        rows, columns = np.mgrid[: self.period, : self.period].reshape(2, -1)
        planes, _ = np.linalg.qr(np.stack([np.ones_like(rows), rows, columns], axis=1))
        beside = np.eye(self.period**2) - planes @ planes.T
        self._beside_planes = beside.reshape((self.period,) * 4).astype("float32")

    def __call__(self, step):
        error = step.outputs["image"] - step.batch["target"]
        sides, block = tuple(error.shape[1:3]), self.period * self.tiles
        if any(side % block for side in sides):
            raise ValueError(f"Sides must be multiples of {block}. Received: {sides}.")
        # The gradient of a mean over two of eight axes takes the CPU ten times as long.
        pooled = self._pool(error, self.period * sides[1])
        pooled = self._pool(pooled, self.period)
        pattern = ops.reshape(
            pooled, (-1, self.period, sides[1] // block, self.period, error.shape[3])
        )
        return ops.mean(ops.abs(ops.einsum("ypxqc,pqrs->yrxsc", pattern, self._beside_planes)))

    def _pool(self, x, length):
        """Averages each `tiles` neighbours of `length` positions: the tiles of one direction."""
        x = ops.reshape(x, (-1, self.tiles, length, x.shape[-1]))
        return ops.average_pool(x, (self.tiles, 1), strides=(self.tiles, 1))
