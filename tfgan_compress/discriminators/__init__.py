"""Discriminators."""

from tfgan_compress.discriminators.crgan import CRGANDiscriminator
from tfgan_compress.discriminators.pim import PIMDiscriminator
from tfgan_compress.discriminators.tpgan import TPGANDiscriminator

__all__ = ["CRGANDiscriminator", "PIMDiscriminator", "TPGANDiscriminator"]
