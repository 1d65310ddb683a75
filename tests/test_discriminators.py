import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tfgan_compress.discriminators import CRGANDiscriminator, TPGANDiscriminator
from tfgan_compress.models import load_model, save_model


@pytest.fixture(scope="module")
def small():
    return TPGANDiscriminator((64, 64, 3), base_width=2)


def test_published_width_has_13_36_million_parameters():
    found = sum(np.prod(v.shape) for v in TPGANDiscriminator().trainable_variables)
    assert round(found / 1e6, 2) == 13.36


def test_each_region_gets_a_logit_in_float32(small):
    with dtype_policy("mixed_bfloat16"):
        mixed = TPGANDiscriminator((64, 64, 3), base_width=2)
    for model in (small, mixed):
        logits = model(np.zeros((3, 64, 64, 3), np.float32))
        assert logits.shape == (3, 2, 2, 1)
        assert logits.dtype == "float32"


def test_configuration_rebuilds_the_model(small):
    again = TPGANDiscriminator.from_config(small.get_config())
    assert [w.shape for w in again.weights] == [w.shape for w in small.weights]
    assert again.name == small.name


@pytest.mark.parametrize("shape", [(48, 48, 3), (64, 32, 3)])
def test_size_must_be_a_square_multiple_of_32(shape):
    with pytest.raises(ValueError, match="multiple of 32"):
        TPGANDiscriminator(shape)


def test_cr_gans_has_the_trunk_of_the_encoder_and_two_heads():
    found = sum(np.prod(v.shape) for v in CRGANDiscriminator().trainable_variables)
    assert round(found / 1e6, 2) == 13.47  # The encoder's 14.4 less 118 of 119 codes.
    made = CRGANDiscriminator((64, 64, 3), base_width=2, views=13)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 64, 64, 3)).astype("float32")
    answer = made.heads(images)
    assert answer["view"].shape == (3, 13) and answer["view"].dtype == "float32"
    assert made(images).shape == (3, 1)
    np.testing.assert_array_equal(made(images), answer["score"])


def test_both_heads_are_saved(tmp_path):
    made = CRGANDiscriminator((32, 32, 3), base_width=2)
    for layer in ("score", "view"):
        made.heads.get_layer(layer).bias.assign_add(
            keras.ops.ones(made.heads.get_layer(layer).units)
        )
    save_model(made, tmp_path)
    loaded, images = load_model(tmp_path), np.zeros((1, 32, 32, 3), np.float32)
    for name, value in made.heads(images).items():
        np.testing.assert_allclose(loaded.heads(images)[name], value, atol=1e-3)
        assert float(value[0, 0]) == pytest.approx(1, abs=0.1)


def test_cr_gans_size_must_be_a_square_multiple_of_32():
    with pytest.raises(ValueError, match="multiple of 32"):
        CRGANDiscriminator((48, 48, 3))
