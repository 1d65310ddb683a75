"""TP-GAN's discriminator: is this frontal face real? Unconditional, one logit per face region."""

import keras

from tfgan_compress.layers import PACKAGE
from tfgan_compress.pathways import RegionDiscriminator


@keras.saving.register_keras_serializable(PACKAGE)
class TPGANDiscriminator(RegionDiscriminator):
    """A `pathways.RegionDiscriminator` and no more; 13.36M parameters at 64."""
