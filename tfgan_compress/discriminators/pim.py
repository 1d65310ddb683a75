"""PIM's Siamese discriminator (Zhao et al. 2018): a real frontal face, and of this very person?

Two branches with the same weights see a picture and a reference of the person. PIM's discriminator
"learns to learn"; how is ours, since there is no public code: what the reference shows sets the
gains of a factorized convolution over the picture's features, as in the dynamic convolutions of
Bertinetto et al. 2016 ("Learning feed-forward one-shot learners", eq. 6). The trunk is TP-GAN's. A
second answer looks at the picture alone: a student is compared without references.
"""

import keras

from tfgan_compress.blocks import Configured, ConvBlocks
from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE
from tfgan_compress.pathways import trunk, trunk_channels


@keras.saving.register_keras_serializable(PACKAGE)
class PIMDiscriminator(Configured):
    """Maps `(B, S, S, 3)` in [-1, 1] to logits `(B, S/32, S/32, 1)`: is each region real?

    Its attribute `siamese` is the model of both answers, with the same weights: from `[picture,
    reference]` to logits `(B, S/32, S/32, 2)`. The first is that of the picture alone, the second
    tells whether the region is real and of the reference's person. 14.15M parameters at 64.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        base_width: Channels of the first convolution.

    Raises:
        ValueError: If S is not a multiple of 32.
    """

    settings = ("image_shape", "base_width")

    def __init__(self, image_shape=(128, 128, 3), *, base_width=64, **kwargs):
        image_shape = tuple(image_shape)
        check_image_shape(image_shape)
        compared = {"narrow": 8 * base_width, "pair": 8 * base_width}
        blocks = ConvBlocks(trunk_channels(base_width) | compared)
        picture, reference = (keras.Input(image_shape, name=n) for n in ("image", "reference"))
        features = trunk(blocks, picture)
        branch = keras.Model(picture, features, name="trunk")
        alone = keras.layers.Conv2D(1, 1, dtype="float32", name="alone")(features)
        pair = _compare(blocks, features, branch(reference))
        both = keras.layers.Concatenate(dtype="float32", name="both")([alone, pair])
        siamese = keras.Model([picture, reference], both, name="siamese")
        super().__init__(picture, alone, **kwargs)
        self.image_shape, self.base_width = image_shape, base_width
        self.siamese = siamese


def _compare(blocks, features, known):
    """Logits `(B, h, w, 1)` of `features`, by a filter that the reference's, `known`, set."""
    width = blocks.channels["narrow"]
    known = keras.layers.GlobalAveragePooling2D(name="known")(known)
    # At first the filter is the same for everybody.
    gains = blocks.dense(known, width, name="gains", bias_initializer="ones")
    gains = keras.layers.Reshape((1, 1, width), name="gains_map")(gains)
    x = blocks.conv(features, "narrow", 1, name="narrow", norm=False, activation=None)
    x = keras.layers.Multiply(name="dynamic")([x, gains])
    x = blocks.conv(x, "pair", 1, name="pair", norm=False)
    return keras.layers.Conv2D(1, 1, dtype="float32", name="pair_logits")(x)
