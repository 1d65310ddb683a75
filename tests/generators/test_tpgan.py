import numpy as np
import pytest

from tests.generators.tiny import difference, random_batch, random_masks, randomize
from tfgan_compress import elastic, geometry
from tfgan_compress.generators.tpgan import PARTS, TPGAN, coarse_tpgan
from tfgan_compress.profile import profile


@pytest.fixture(scope="module")
def supernet():
    structure = {"factorized": ("dec128",), "largest_kernel": 3, "code_rank": 6}
    return randomize(TPGAN((32, 32, 3), base_width=8, elastic=True, **structure))


@pytest.fixture(scope="module")
def student(supernet):
    """Extracted under arbitrary masks, which stay set on the supernet."""
    elastic.set_masks(supernet, random_masks(supernet.channels, 0, leading=False))
    return elastic.extract(supernet)


def test_inputs_and_outputs_have_the_names_and_shapes_of_the_batch(supernet):
    shapes = {part: (None, *hw, 3) for part, hw in geometry.patch_shapes(32).items()}
    inputs = {name: tensor.shape for name, tensor in supernet.input.items()}
    assert inputs == shapes | {"input": (None, 32, 32, 3)}
    outputs = {name: tensor.shape for name, tensor in supernet.output.items()}
    images = {"image": 32, "image_half": 16, "image_quarter": 8}
    expected = {name: (None, side, side, 3) for name, side in images.items()}
    assert outputs == shapes | expected | {"code": (None, 256)}


def test_masked_tpgan_equals_its_student_at_inference(supernet, student):
    assert difference(supernet, student, random_batch(supernet)) < 1e-5


def test_masked_tpgan_equals_its_student_in_training(supernet, student):
    batch = random_batch(supernet, 1)
    assert difference(supernet, student, batch, training=True) < 1e-4


def test_student_is_plain_and_narrower(supernet, student):
    assert not elastic.gates(student)
    assert "noise" not in {layer.name for layer in student.layers}
    assert student.count_params() < supernet.count_params()
    assert student.get_layer("dec128_res_conv1").kernel_size == (1, 1)
    assert student.get_layer("conv0").kernel_size == (3, 3)


def test_every_group_is_gated(supernet):
    gated = {s for gate in elastic.gates(supernet) for s in gate.segments if isinstance(s, str)}
    assert gated == set(supernet.channels)


def test_pictures_lie_within_their_range(supernet):
    outputs = supernet(random_batch(supernet, 2))
    for name in ("image", "image_half", "image_quarter", *PARTS):
        assert -1 <= float(outputs[name].numpy().min()) <= float(outputs[name].numpy().max()) <= 1


def test_config_rebuilds_the_same_graph(supernet):
    config = supernet.get_config()
    settings = (config["factorized"], config["largest_kernel"], config["code_rank"])
    assert settings == (("dec128",), 3, 6)
    assert config["channels"] == supernet.channels
    assert config["elastic"]


def test_code_without_rank_is_refused():
    with pytest.raises(ValueError, match=r"code_rank must be at least 1, or None.*Received: 0"):
        TPGAN((32, 32, 3), base_width=8, code_rank=0)


def test_coarse_tpgan_is_the_whole_without_its_last_stage():
    whole = randomize(TPGAN((32, 32, 3), base_width=8))
    coarse = coarse_tpgan(whole)
    batch = random_batch(whole, 3)
    made, expected = coarse(batch), whole(batch)
    np.testing.assert_array_equal(made["image_half"], expected["image_half"])
    assert made["image"].shape == expected["image"].shape
    assert profile(coarse).macs_true < profile(whole).macs_true / 2
    assert {id(w) for w in coarse.weights} < {id(w) for w in whole.weights}
