"""The networks that a recipe may name: what is made, how a teacher is trained, where it is tapped.

All that differs between them in the story is here; supernet, search, student and export are one
path. Another network is another entry of `ARCHITECTURES`.
"""

import dataclasses
from collections.abc import Callable

from tfgan_compress.blocks import Configured
from tfgan_compress.discriminators import CRGANDiscriminator, PIMDiscriminator, TPGANDiscriminator
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.generators.pim import PIM
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.training import teachers
from tfgan_compress.training.pim import train_pim


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A generator, its discriminator, and what is particular to them.

    Attributes:
        title: The network's name, for reports.
        generator: Its class.
        make: `make(recipe) -> (generator, discriminator)`, untrained.
        train: Trains what `make` made, with the arguments of `teachers.train_tpgan`.
        taps: Names of the blocks whose features a student is distilled from.
        patches: Whether the generator redraws the patches and gives each out under its name.
        adapts: Whether its teacher takes target data, as `wild`, beside the source data.
        as_shot: Whether a teacher is trained on views of both sides; students see what they get
            to see in use, views of positive yaw.
    """

    title: str
    generator: type[Configured]
    make: Callable
    train: Callable
    taps: tuple[str, ...]
    patches: bool = False
    as_shot: bool = False
    adapts: bool = False


def find_architecture(name):
    """Returns the `Architecture` of that name.

    Raises:
        ValueError: If there is none.
    """
    if name not in ARCHITECTURES:
        raise ValueError(
            f"architecture must be one of {sorted(ARCHITECTURES)}. Received: {name!r}."
        )
    return ARCHITECTURES[name]


def _make_tpgan(recipe):
    options = {"base_width": recipe.base_width}
    return TPGAN(_shape(recipe), **options), TPGANDiscriminator(_shape(recipe), **options)


def _make_crgan(recipe):
    options = {"base_width": recipe.base_width, "views": recipe.view_classes}
    return CRGAN(_shape(recipe), **options), CRGANDiscriminator(_shape(recipe), **options)


def _make_pim(recipe):
    options = {"base_width": recipe.base_width}
    return PIM(_shape(recipe), **options), PIMDiscriminator(_shape(recipe), **options)


def _shape(recipe):
    return (recipe.image_size, recipe.image_size, 3)


ARCHITECTURES = {
    "tpgan": Architecture(
        title="TP-GAN",
        generator=TPGAN,
        make=_make_tpgan,
        train=teachers.train_tpgan,
        # The code's way in, and each scale of the decoder.
        taps=("conv4_res4", "dec8_res3", "dec16_res2", "dec32_res2", "dec64_res2", "dec128_res"),
        patches=True,
    ),
    "crgan": Architecture(
        title="CR-GAN",
        generator=CRGAN,
        make=_make_crgan,
        train=teachers.train_crgan,
        # The encoder's middle and end, each scale painted.
        taps=("down3", "down5", "up1", "up2", "up3", "up4", "up5"),
        as_shot=True,
    ),
    "pim": Architecture(
        title="PIM",
        generator=PIM,
        make=_make_pim,
        train=train_pim,
        # On the way down, around the code, on the way up.
        taps=("down4_res", "down6_res", "merge6_res", "merge4_res", "merge2_res", "fuse_res2"),
        patches=True,
        adapts=True,
    ),
}
