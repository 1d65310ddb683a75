import dataclasses

import pytest

from tfgan_compress.datasets import check_people
from tfgan_compress.recipes import RECIPES
from tfgan_compress.recipes.frontalization import DEMO, FULL, override
from tfgan_compress.training.architectures import find_architecture


def test_setting_is_parsed_as_its_field():
    found = override(
        FULL,
        ["image_size=64", "teacher_rate=1e-4", "name=mine", "inherit_discriminator=FALSE",
         "factorized=conv0,conv1", "factorized="],
    )  # fmt: skip
    assert (found.image_size, found.teacher_rate, found.name) == (64, 1e-4, "mine")
    assert found.inherit_discriminator is False
    assert found.factorized == ()
    assert override(FULL, ["factorized=conv0,conv1"]).factorized == ("conv0", "conv1")
    assert FULL.image_size == 128


def test_unknown_key_names_the_nearest_one():
    with pytest.raises(ValueError, match=r"'imagesize'. Did you mean 'image_size'\?"):
        override(FULL, ["imagesize=64"])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("image_size=large", "image_size must be int. Received: 'large'"),
        ("teacher_rate=", "teacher_rate must be float"),
        ("inherit_discriminator=1", "must be true or false"),
        ("image_size", "must read key=value"),
    ],
)
def test_wrong_value_names_the_type_that_is_needed(setting, message):
    with pytest.raises(ValueError, match=message):
        override(FULL, [setting])


def test_recipes_are_frozen_and_known_by_name():
    assert all(name == recipe.name for name, recipe in RECIPES.items())
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEMO.seed = 1


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_recipe_can_be_run(recipe):
    assert find_architecture(recipe.architecture).title
    check_people(recipe)
