import keras
import numpy as np
import pytest

from tfgan_compress.discriminators import TPGANDiscriminator


@pytest.fixture(scope="module")
def small():
    return TPGANDiscriminator((64, 64, 3), base_width=2)


def test_published_width_has_13_36_million_parameters():
    found = sum(np.prod(v.shape) for v in TPGANDiscriminator().trainable_variables)
    assert round(found / 1e6, 2) == 13.36


def test_each_region_gets_a_logit_in_float32(small):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = TPGANDiscriminator((64, 64, 3), base_width=2)
    finally:
        keras.config.set_dtype_policy("float32")
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
