"""ResNet-29 of dlib (Davis King, after He et al. 2016): 150x150 RGB to a 128-d face embedding.

The weights descend from dlib's `dlib_face_recognition_resnet_model_v1` (CC0), by way of the npm
package `@vladmandic/face-api`, which stores them in 8 bits. Each convolution's scale layer is
folded into it. Left out: training, and dlib's detector and chip extraction (see `crop`).
"""

from typing import Any

import keras
from keras import layers, ops

from tfgan_compress.recognizers.crop import Framing
from tfgan_compress.recognizers.storage import assign_weights

# Where dlib's five-point template (padding 0.25) puts the eyes, and the size it gives the face.
FRAMING = Framing(chip_size=150, eyes=(74.0, 45.4), scale=1.26)

EMBEDDING_SIZE = 128
COLOUR_MEAN = (122.782, 117.001, 104.298)
BLOCKS = {32: 3, 64: 4, 128: 3, 256: 3}
"""Residual blocks by width; the first block of each width but 32 halves the picture."""

FEATURES = ("conv32_3", "conv64_3", "conv128_2", "conv256_2")
"""The last block of each width: 35x35x32, 17x17x64, 8x8x128 and 4x4x256."""


def build():
    """Returns the frozen network as a functional `keras.Model` with its weights.

    Its input is `(batch, 150, 150, 3)`, RGB in [-1, 1]; its output `(batch, 128)`, not normalised.
    Computes in float32 under every dtype policy.
    """
    chip = keras.Input((150, 150, 3), dtype="float32", name="chip")
    offset: Any = [(127.5 - mean) / 256 for mean in COLOUR_MEAN]
    x = layers.Rescaling(127.5 / 256, offset, dtype="float32", name="rescale")(chip)
    x = _conv(x, 32, 7, strides=2, padding="valid", relu=True, name="conv32_down")
    x = layers.MaxPooling2D(3, 2, dtype="float32", name="pool")(x)
    for width, count in BLOCKS.items():
        for block in range(count):
            name = f"conv{width}_{block if width > 32 else block + 1}"
            if width > 32 and block == 0:
                x = _halving_block(x, width, name=f"conv{width}_down")
            else:
                x = _block(x, width, name=name)
    x = _halving_block(x, 256, name="conv256_down_out")
    x = layers.GlobalAveragePooling2D(dtype="float32", name="mean")(x)
    x = layers.Dense(EMBEDDING_SIZE, use_bias=False, dtype="float32", name="fc")(x)
    return assign_weights(keras.Model(chip, x, name="resnet29"), "resnet29")


def _conv(x, width, kernel, *, strides, padding, relu, name):
    return layers.Conv2D(
        width,
        kernel,
        strides,
        padding,
        activation="relu" if relu else None,
        dtype="float32",
        name=name,
    )(x)


def _block(x, width, *, name):
    """Two 3x3 convolutions and the identity."""
    y = _conv(x, width, 3, strides=1, padding="same", relu=True, name=f"{name}_conv1")
    y = _conv(y, width, 3, strides=1, padding="same", relu=False, name=f"{name}_conv2")
    return _sum(x, y, name=name)


def _halving_block(x, width, *, name):
    """As `_block` at half the size; the shortcut is averaged, and zeros fill what is missing.

    dlib adds tensors of unequal shape as if zeros filled the smaller one: the shortcut has fewer
    channels, and at odd sizes the unpadded convolution is one pixel short.
    """
    y = _conv(x, width, 3, strides=2, padding="valid", relu=True, name=f"{name}_conv1")
    y = _conv(y, width, 3, strides=1, padding="same", relu=False, name=f"{name}_conv2")
    x = layers.AveragePooling2D(2, dtype="float32", name=f"{name}_pool")(x)
    short = x.shape[1] - y.shape[1]
    if short:
        y = layers.ZeroPadding2D(((0, short), (0, short)), dtype="float32", name=f"{name}_pad")(y)
    if x.shape[-1] < width:
        x = ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, width - x.shape[-1])))
    return _sum(x, y, name=name)


def _sum(x, y, *, name):
    x = layers.Add(dtype="float32", name=f"{name}_add")([x, y])
    return layers.Activation("relu", dtype="float32", name=name)(x)
