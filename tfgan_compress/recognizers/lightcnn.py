"""LightCNN-29 (Wu et al. 2018, "A Light CNN for Deep Face Representation"): faces to 256 numbers.

The recognizer of TP-GAN's and of Wei et al.'s tables. Its activation is the max-feature-map, the
greater of two halves of the channels; there is no batch norm. No weights are shipped: train one on
identities with `training.recognition`, and name its folder wherever a recognizer is named. Its
framing is that of aligned images, so at their own size nothing is cropped. Left out: the classifier
(a training's business) and version 2, which pools and embeds otherwise.
"""

import keras
from keras import layers, ops

from tfgan_compress.blocks import Configured
from tfgan_compress.geometry import EYE_CENTRE_128
from tfgan_compress.layers import PACKAGE
from tfgan_compress.recognizers.crop import Framing

STAGES = ((1, 3, 6), (2, 6, 12), (3, 12, 8), (4, 8, 8))
"""Residual blocks, their width and that of the group behind them, in multiples of the base."""

LUMA = (0.299, 0.587, 0.114)


@keras.saving.register_keras_serializable(PACKAGE)
class MaxFeatureMap(layers.Layer):
    """The greater of two halves of the channels: `(B, ..., 2C)` to `(B, ..., C)`."""

    def call(self, inputs):
        half = inputs.shape[-1] // 2
        return ops.maximum(inputs[..., :half], inputs[..., half:])

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)


@keras.saving.register_keras_serializable(PACKAGE)
class Luma(layers.Layer):
    """Gray of RGB: `(B, H, W, 3)` to `(B, H, W, 1)`."""

    def call(self, inputs):
        weights = ops.convert_to_tensor(LUMA, dtype=inputs.dtype)
        return ops.sum(inputs * weights, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)


@keras.saving.register_keras_serializable(PACKAGE)
class LightCNN29(Configured):
    """Maps chips `(B, chip_size, chip_size, 3)`, RGB in [-1, 1], to `(B, 16 * base_width)`.

    The embedding is not normalised. Computes in float32 under every dtype policy.

    Args:
        chip_size: Side of the chips, a multiple of 16; the published one is 128.
        colour: Whether to look at colours; the published network sees gray.
        base_width: A third of the first convolution's width; 16 is the published one.

    Raises:
        ValueError: If the size is not a multiple of 16.
    """

    settings = ("chip_size", "colour", "base_width")
    features = ("group1", "group2", "group4", "pool4")
    """The last layer at each size: a half, a quarter, an eighth and a sixteenth of the chip's."""

    def __init__(self, chip_size=128, *, colour=False, base_width=16, **kwargs):
        if chip_size < 16 or chip_size % 16:
            raise ValueError(f"chip_size must be a multiple of 16. Received: {chip_size}.")
        chip = keras.Input((chip_size, chip_size, 3), dtype="float32", name="chip")
        x = layers.Rescaling(0.5, 0.5, dtype="float32", name="rescale")(chip)
        x = x if colour else Luma(dtype="float32", name="gray")(x)
        x = _pool(_mfm(x, 3 * base_width, 5, name="conv1"), name="pool1")
        for stage, (blocks, width, grouped) in enumerate(STAGES, start=1):
            for block in range(1, blocks + 1):
                x = _res(x, width * base_width, name=f"res{stage}_{block}")
            x = _mfm(x, width * base_width, 1, name=f"group{stage}_in")
            x = _mfm(x, grouped * base_width, 3, name=f"group{stage}")
            if stage != 3:
                x = _pool(x, name=f"pool{min(stage + 1, 4)}")
        x = layers.Flatten(dtype="float32", name="flat")(x)
        x = layers.Dense(32 * base_width, dtype="float32", name="embedding_dense")(x)
        x = MaxFeatureMap(dtype="float32", name="embedding")(x)
        super().__init__(chip, x, **kwargs)
        self.chip_size, self.colour, self.base_width = chip_size, colour, base_width

    @property
    def framing(self):
        """How the chips are cut: like aligned images, whole."""
        scale = self.chip_size / 128
        x, y = (float(c) * scale for c in EYE_CENTRE_128)
        return Framing(chip_size=self.chip_size, eyes=(x, y), scale=scale)


def _mfm(x, width, kernel, *, name):
    options = {"padding": "same", "dtype": "float32"}
    x = layers.Conv2D(2 * width, kernel, name=f"{name}_conv", **options)(x)
    return MaxFeatureMap(dtype="float32", name=name)(x)


def _res(x, width, *, name):
    y = _mfm(x, width, 3, name=f"{name}_mfm1")
    y = _mfm(y, width, 3, name=f"{name}_mfm2")
    return layers.Add(dtype="float32", name=name)([x, y])


def _pool(x, *, name):
    return layers.MaxPooling2D(2, dtype="float32", name=name)(x)
