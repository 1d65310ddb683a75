import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tfgan_compress.discriminators import (
    CRGANDiscriminator,
    PIMDiscriminator,
    TPGANDiscriminator,
)
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


@pytest.fixture(scope="module")
def siamese():
    made = PIMDiscriminator((64, 64, 3), base_width=2)
    made.get_layer("logits").bias.assign([1.0])
    return made


def test_pims_judges_a_picture_alone_and_beside_a_reference(siamese):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    alone, both = siamese(images), siamese.siamese([images, images[::-1].copy()])
    assert alone.shape == (2, 2, 2, 1) and both.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(both[..., :1], alone, atol=1e-6)
    assert float(alone[0, 0, 0, 0]) == pytest.approx(1, abs=0.1)


def test_reference_sets_the_gains_of_a_filter_and_both_branches_share_their_weights(siamese):
    pair = siamese.siamese
    gains = keras.Model(pair.inputs, pair.get_layer("gains").output)
    kernel = pair.get_layer("gains").kernel
    kernel.assign(keras.ops.ones(kernel.shape))
    rng = np.random.default_rng(0)
    one, other = rng.uniform(-1, 1, (2, 1, 64, 64, 3)).astype("float32")
    found = {name: np.asarray(gains(p)) for name, p in {"a": [one, one], "b": [other, one]}.items()}
    np.testing.assert_array_equal(found["a"], found["b"])
    assert np.abs(found["a"] - np.asarray(gains([one, other]))).max() > 0
    kernels = [w for w in pair.trainable_variables if w.path.endswith("down1/kernel")]
    assert len(kernels) == 1


def test_pims_has_14_15_million_parameters():
    found = sum(np.prod(v.shape) for v in PIMDiscriminator().trainable_variables)
    assert round(found / 1e6, 2) == 14.15


@pytest.mark.parametrize("kind", [CRGANDiscriminator, PIMDiscriminator])
def test_their_size_must_be_a_multiple_of_32_too(kind):
    with pytest.raises(ValueError, match="multiple of 32"):
        kind((48, 48, 3))
