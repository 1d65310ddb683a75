"""PIM's Siamese discriminator (Zhao et al. 2018): a real frontal face, and of this very person?

Two branches with the same weights see a picture and a reference of the person. PIM's discriminator
"learns to learn"; how is ours, since there is no public code: what the reference shows sets the
gains of a factorized convolution over the picture's features, as in the dynamic convolutions of
Bertinetto et al. 2016 ("Learning feed-forward one-shot learners"). The rest is TP-GAN's and looks
at the picture alone, as the training of students has it.
"""

import keras

from tfgan_compress.blocks import ConvBlocks, tap_output
from tfgan_compress.layers import PACKAGE
from tfgan_compress.pathways import RegionDiscriminator


@keras.saving.register_keras_serializable(PACKAGE)
class PIMDiscriminator(RegionDiscriminator):
    """A `pathways.RegionDiscriminator` that can compare; 14.15M parameters at 64.

    Its attribute `siamese` is the model of both answers, with the same weights: from `[picture,
    reference]`, both `(B, S, S, 3)` in [-1, 1], to logits `(B, S/32, S/32, 2)`. The first is that
    of the picture alone, the second tells whether the region is real and of the reference's person.
    """

    def __init__(self, image_shape=(128, 128, 3), **options):
        super().__init__(image_shape, **options)
        blocks = ConvBlocks(dict.fromkeys(("narrow", "pair"), 8 * self.base_width))
        features = tap_output(self, "res5")
        branch = keras.Model(self.input, features, name="branch")
        reference = keras.Input(self.image_shape, name="reference")
        pair = _compare(blocks, features, branch(reference))
        both = keras.layers.Concatenate(dtype="float32", name="both")([self.output, pair])
        self.siamese = keras.Model([self.input, reference], both, name="siamese")


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
