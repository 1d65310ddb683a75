"""From an aligned image to the chip a recognizer expects: a differentiable, fixed crop and resize.

Aligned images put eyes and mouth at fixed heights (`geometry`), so one fixed box suits every
face and no detector is needed. The resize is separable: two constant matrices, two matrix
products, hence gradients on every backend. Left out: rotation, for aligned images are upright.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from tfgan_compress.geometry import EYE_CENTRE_128


@dataclass(frozen=True)
class Framing:
    """How a recognizer wants its face: where the eyes are in its chip, and how large the face.

    Attributes:
        chip_size: Side of the square chip, in pixels.
        eyes: `(x, y)` of the point between the eyes, in chip pixels.
        scale: Chip pixels per pixel of the 128x128 aligned image.
    """

    chip_size: int
    eyes: tuple[float, float]
    scale: float


class Crop(keras.layers.Layer):
    """Cuts the chips of a `Framing` out of aligned images.

    Maps `(batch, image_size, image_size, 3)` to `(batch, chip_size, chip_size, 3)`; the value
    range is kept. Outside the image the edge is repeated. Always float32.
    """

    def __init__(self, framing, image_size, **options):
        super().__init__(trainable=False, dtype="float32", **options)
        pixel = framing.scale * 128 / image_size
        columns, rows = (
            resize_matrix(
                image_size, framing.chip_size, start=centre - eyes / framing.scale, scale=pixel
            )
            for centre, eyes in zip(EYE_CENTRE_128, framing.eyes, strict=True)
        )
        self.rows, self.columns = rows, columns

    def call(self, image):
        """Returns the chips of `image: (batch, height, width, 3)`."""
        return resample(image, self.rows, self.columns)

    def compute_output_shape(self, input_shape):
        """Chips are square; batch and colour stay."""
        return (input_shape[0], len(self.rows), len(self.columns), input_shape[-1])


def resample(image, rows, columns):
    """Returns `image: (batch, h, w, c)` as `(batch, y, x, c)`: each pixel a weighted sum of others.

    Args:
        image: The pictures.
        rows: `(y, h)` weights along the height.
        columns: `(x, w)` weights along the width.
    """
    image = ops.einsum("yh,bhwc->bywc", rows, image)
    return ops.einsum("xw,bywc->byxc", columns, image)


def resize_matrix(size_in, size_out, *, start, scale):
    """Returns the `(size_out, size_in)` float32 weights of a linear resample along one axis.

    Output pixel `i` samples the 128-pixel frame's coordinate `start`, moved on by `i / scale`
    input pixels. Each row sums to 1.

    Args:
        size_in: Pixels of the aligned image along the axis.
        size_out: Pixels of the chip along the axis.
        start: Where the first chip pixel lies, in pixels of the 128x128 aligned image.
        scale: Chip pixels per image pixel; below 1 the filter widens, against aliasing.
    """
    centres = start * size_in / 128 + np.arange(size_out) / scale
    width = max(1.0, 1.0 / scale)
    reach = int(np.ceil(width))
    taps = np.floor(centres)[:, None] + np.arange(1 - reach, reach + 1)
    weights = np.maximum(0.0, 1.0 - np.abs(taps - centres[:, None]) / width)
    weights /= weights.sum(1, keepdims=True)
    matrix = np.zeros((size_out, size_in))
    rows = np.broadcast_to(np.arange(size_out)[:, None], taps.shape)
    # Clipping the taps repeats the edge pixel outside the image.
    np.add.at(matrix, (rows, np.clip(taps, 0, size_in - 1).astype(int)), weights)
    return matrix.astype(np.float32)
