"""TP-GAN's discriminator: is this frontal face real? Unconditional, one logit per face region."""

import keras

from tfgan_compress.blocks import Configured, ConvBlocks
from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE
from tfgan_compress.pathways import trunk, trunk_channels


@keras.saving.register_keras_serializable(PACKAGE)
class TPGANDiscriminator(Configured):
    """Maps `(B, S, S, 3)` in [-1, 1] to logits `(B, S/32, S/32, 1)`; 13.36M parameters at 64.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        base_width: Channels of the first convolution; 64 is the published one.

    Raises:
        ValueError: If S is not a multiple of 32.
    """

    settings = ("image_shape", "base_width")

    def __init__(self, image_shape=(128, 128, 3), *, base_width=64, **kwargs):
        image_shape = tuple(image_shape)
        check_image_shape(image_shape)
        blocks = ConvBlocks(trunk_channels(base_width))
        image = keras.Input(image_shape, name="image")
        features = trunk(blocks, image)
        logits = keras.layers.Conv2D(1, 1, dtype="float32", name="logits")(features)
        super().__init__(image, logits, **kwargs)
        self.image_shape, self.base_width = image_shape, base_width
