"""Moves, sizes and mirrors pictures by chance, for a loss that should not depend on the pixel.

Gradients that fool one recognizer fool another the less, the more they depend on where exactly
the face lies; they transfer better when the input is varied (Xie et al. 2019, "Improving
Transferability of Adversarial Examples with Input Diversity"). A generator that learns to please
a recognizer is to please others, too.
"""

import keras
from keras import ops

from tfgan_compress.recognizers.crop import resample

SHIFT = 4.0
"""Greatest shift along each axis, in pixels of a picture of 128."""
ZOOM = 0.08
"""Greatest change in size, as a share."""


def jittered(images, seed):
    """Returns `images`, all of them moved, sized and, half of the time, mirrored alike.

    Resampled linearly; the edge goes on outside.

    Args:
        images: A list of square pictures `(batch, size, size, 3)` of equal size.
        seed: A `keras.random.SeedGenerator`.
    """
    size = images[0].shape[1]
    drawn = keras.random.uniform((4,), -1.0, 1.0, seed=seed)
    zoom, reach = 1.0 + ZOOM * drawn[0], SHIFT * size / 128
    rows = _weights(size, zoom, reach * drawn[1])
    columns = _weights(size, zoom * ops.sign(drawn[3]), reach * drawn[2])
    return [resample(image, rows, columns) for image in images]


def _weights(size, zoom, shift):
    """Weights `(size, size)` that scale an axis by `zoom` about its middle; negative: mirrored."""
    pixels, middle = ops.arange(size, dtype="float32"), (size - 1) / 2
    source = ops.clip(middle + (pixels - middle) / zoom + shift, 0, size - 1)
    return ops.relu(1.0 - ops.abs(source[:, None] - pixels[None]))
