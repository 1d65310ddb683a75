"""TP-GAN's discriminator: is this frontal face real? Unconditional, one logit per face region."""

import keras

from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE, ConvBlocks


@keras.saving.register_keras_serializable(PACKAGE)
class TPGANDiscriminator(keras.Model):
    """Maps `(B, S, S, 3)` in [-1, 1] to logits `(B, S/32, S/32, 1)`; 13.36M parameters at 64.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        base_width: Channels of the first convolution; 64 is the published one.

    Raises:
        ValueError: If S is not a multiple of 32.
    """

    def __init__(self, image_shape=(128, 128, 3), *, base_width=64, **kwargs):
        image_shape = tuple(image_shape)
        check_image_shape(image_shape)
        multiples = {"down1": 1, "down2": 2, "down3": 4, "down4": 8, "down5": 8}
        multiples |= {"res4_inner": 8, "res5_inner": 8}
        blocks = ConvBlocks({group: m * base_width for group, m in multiples.items()})
        image = keras.Input(image_shape, name="image")
        x = image
        for i in (1, 2, 3, 4, 5):
            x = blocks.conv(x, f"down{i}", 3, name=f"down{i}", strides=2, norm=i > 1)
            if i > 3:
                x = blocks.res(x, (f"down{i}",), f"res{i}_inner", 3, name=f"res{i}")
        logits = keras.layers.Conv2D(1, 1, dtype="float32", name="logits")(x)
        super().__init__(image, logits, **kwargs)
        self.image_shape, self.base_width = image_shape, base_width

    def get_config(self):
        own = {"image_shape": self.image_shape, "base_width": self.base_width}
        return {**own, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)
