"""CR-GAN's discriminator (Tian et al. 2018): how real is this picture, and from which view?"""

import functools

import keras

from tfgan_compress import residual
from tfgan_compress.blocks import Configured
from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class CRGANDiscriminator(Configured):
    """Maps `(B, S, S, 3)` in [-1, 1] to scores `(B, 1)`, the higher the more real.

    The scores are a Wasserstein critic's, without bounds; `Trainer` takes them for logits, as it
    does any discriminator's. 13.5M parameters at 64.

    Its attribute `heads` is the model of both answers, with the same weights: the dict `score`
    `(B, 1)` and `view` `(B, views)`, logits.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        base_width: Channels of the first convolution; 64 is the published one.
        views: Number of views, as of the generator.

    Raises:
        ValueError: If S is not a multiple of 32.
    """

    settings = ("image_shape", "base_width", "views")

    def __init__(self, image_shape=(128, 128, 3), *, base_width=64, views=9, **kwargs):
        image_shape = tuple(image_shape)
        check_image_shape(image_shape)
        blocks = residual.normal_blocks(residual.trunk_channels(base_width))
        image = keras.Input(image_shape, name="image")
        halve = functools.partial(keras.layers.AveragePooling2D, 2)
        features = residual.trunk(blocks, image, halve=halve)
        score = blocks.dense(features, 1, name="score", dtype="float32")
        view = blocks.dense(features, views, name="view", dtype="float32")
        heads = keras.Model(image, {"score": score, "view": view}, name="heads")
        super().__init__(image, score, **kwargs)
        self.image_shape, self.base_width, self.views = image_shape, base_width, views
        self.heads = heads
