import dataclasses

import pytest

from tfgan_compress.blocks import tap_output
from tfgan_compress.recipes.frontalization import DEMO
from tfgan_compress.training.architectures import ARCHITECTURES, find_architecture


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_taps_and_patches_are_those_of_the_generator_that_is_made(name):
    architecture = find_architecture(name)
    recipe = dataclasses.replace(DEMO, architecture=name, image_size=32)
    generator, discriminator = architecture.make(recipe)
    assert isinstance(generator, architecture.generator)
    assert all(tap_output(generator, tap) is not None for tap in architecture.taps)
    assert ("nose" in generator.output) == architecture.patches
    assert discriminator.input.shape == generator.output["image"].shape


def test_unknown_architecture_names_the_known_ones():
    with pytest.raises(ValueError, match=r"one of \['crgan', 'pim', 'tpgan'.*'crgn'"):
        find_architecture("crgn")
