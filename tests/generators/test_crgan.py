import keras
import numpy as np
import pytest

from tests.generators.tiny import random_batch, randomize
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.models import load_model, save_model
from tfgan_compress.profile import profile


@pytest.fixture(scope="module")
def teacher():
    return randomize(CRGAN((32, 32, 3), base_width=8))


def tensors(batch):
    return {name: keras.ops.cast(value, "float32") for name, value in batch.items()}


def test_published_network_has_26_6_million_parameters_and_9_23_giga_macs():
    counted = profile(CRGAN())
    assert round(counted.params / 1e6, 1) == 26.6
    assert round(counted.macs_true / 1e9, 2) == 9.23
    # There is neither a transposed convolution nor an instance norm to be counted otherwise.
    assert counted.macs_paper == counted.macs_true


def test_inputs_and_outputs_have_the_names_and_shapes_of_the_batch(teacher):
    assert {name: x.shape for name, x in teacher.input.items()} == {"input": (None, 32, 32, 3)}
    outputs = {name: x.shape for name, x in teacher.output.items()}
    assert outputs == {"image": (None, 32, 32, 3), "view": (None, 9), "code": (None, 119)}


@pytest.mark.parametrize(("size", "views"), [(64, 13), (96, 9)])
def test_size_and_views_may_be_others(size, views):
    outputs = CRGAN((size, size, 3), base_width=2, views=views).output
    assert outputs["image"].shape == (None, size, size, 3)
    assert outputs["view"].shape == (None, views)


def test_picture_is_the_code_painted_at_the_frontal_view(teacher):
    batch = tensors(random_batch(teacher))
    found, whole = teacher.encoder()(batch), teacher(batch)
    decoder = teacher.decoder()
    at = {view: decoder([keras.ops.one_hot([view] * 3, 9), found["code"]]) for view in (3, 4)}
    np.testing.assert_array_equal(at[4], whole["image"])
    np.testing.assert_array_equal(found["view"], whole["view"])
    assert np.abs(at[3] - whole["image"]).max() > 0.01


def test_encoder_and_decoder_share_the_weights_of_the_whole(teacher):
    parts = [id(v) for m in (teacher.encoder(), teacher.decoder()) for v in m.weights]
    assert sorted(parts) == sorted(id(v) for v in teacher.weights)


def test_kernels_of_one_shape_start_differently_from_a_normal_distribution():
    fresh = CRGAN((32, 32, 3), base_width=16)
    one, other = (np.asarray(fresh.get_layer(f"down5_{n}").kernel) for n in ("conv2", "shortcut"))
    assert np.abs(one - other).max() > 0.01
    deviation = 1 / np.sqrt(9 * 128)
    assert one.std() == pytest.approx(deviation, rel=0.02)
    assert np.abs(one).max() > 2.5 * deviation  # Not truncated.


def test_saved_crgan_is_loaded_as_it_was(teacher, tmp_path):
    save_model(CRGAN((32, 32, 3), base_width=2, views=13, factorized=("up5",)), tmp_path)
    loaded = load_model(tmp_path)
    assert (loaded.views, loaded.factorized) == (13, ("up5",))


def test_number_of_views_must_be_odd():
    with pytest.raises(ValueError, match=r"views must be odd.*8"):
        CRGAN((32, 32, 3), base_width=2, views=8)
