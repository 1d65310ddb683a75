import numpy as np
import pytest

from tests.generators.tiny import random_batch, randomize
from tfgan_compress import geometry
from tfgan_compress.generators.pim import PIM, pim_channels
from tfgan_compress.profile import profile
from tfgan_compress.search.space import search_space


@pytest.fixture(scope="module")
def teacher():
    return randomize(PIM((32, 32, 3), {group: 4 for group in pim_channels()}))


def test_network_is_as_large_as_the_paper_counts_it():
    counted = profile(PIM())
    assert counted.params / 1e6 == pytest.approx(12.7, rel=0.02)  # Wei et al. 2021, Table 3.
    assert counted.macs_true / 1e9 == pytest.approx(57.9, rel=0.02)
    assert round(counted.params / 1e6, 2) == 12.51
    assert round(counted.macs_true / 1e9, 1) == 57.6


def test_inputs_and_outputs_have_the_names_and_shapes_of_the_batch(teacher):
    shapes = {part: (None, *hw, 3) for part, hw in geometry.patch_shapes(32).items()}
    shapes["input"] = (None, 32, 32, 3)
    assert {name: x.shape for name, x in teacher.input.items()} == shapes
    shapes["image"] = shapes.pop("input")
    outputs = {name: x.shape for name, x in teacher.output.items()}
    assert outputs == shapes | {"code": (None, 4)}


def test_encoder_is_a_part_of_the_whole(teacher):
    batch, encoder = random_batch(teacher), teacher.encoder()
    code = encoder({"input": batch["input"]})
    np.testing.assert_array_equal(code, teacher(batch)["code"])
    assert {id(w) for w in encoder.weights} < {id(w) for w in teacher.weights}
    assert np.asarray(code).std(0).min() > 0


def test_picture_depends_on_both_pathways(teacher):
    batch = random_batch(teacher)
    before = np.asarray(teacher(batch)["image"])
    for name in ("input", "mouth"):
        after = np.asarray(teacher(batch | {name: -batch[name]})["image"])
        assert np.abs(after - before).max() > 0.01


def test_patch_networks_share_the_knobs_of_a_search():
    space = search_space(pim_channels())
    assert space.knobs["mouth_down2"] == space.knobs["left_eye_merge2"] == "local2"
    assert space.knobs["down2"] == "down2"
    assert len(space.choices) < 50
