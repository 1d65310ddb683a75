"""What every generator keeps to, whichever it is."""

import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tests.generators.tiny import (
    coloured_squares,
    difference,
    random_batch,
    random_masks,
    randomize,
)
from tfgan_compress import elastic as el
from tfgan_compress.export import export
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.generators.pim import PIM, pim_channels
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.profile import MacCounter, profile
from tfgan_compress.search.space import search_space
from tfgan_compress.training.recalibrate import Recalibrator

SHAPE = (32, 32, 3)
NARROW = {group: 6 for group in pim_channels()}
NETWORKS = {
    "crgan": (CRGAN, {"base_width": 8}, ("down1", "up5")),
    "pim": (PIM, {"channels": NARROW}, ("fuse", "merge1")),
}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    """Class, settings and stages to factorize; the nets made of it are in float64."""
    return NETWORKS[request.param]


@pytest.fixture(scope="module")
def teacher(network):
    kind, settings, _ = network
    with dtype_policy("float64"):
        return randomize(kind(SHAPE, **settings))


@pytest.fixture(scope="module")
def supernet(network):
    kind, settings, factorized = network
    with dtype_policy("float64"):
        return randomize(kind(SHAPE, **settings, elastic=True, factorized=factorized))


@pytest.mark.parametrize("leading", [False, True])
def test_masked_supernet_equals_its_student(supernet, leading):
    el.set_masks(supernet, random_masks(supernet.channels, 1, leading=leading))
    with dtype_policy("float64"):
        student = el.extract(supernet)
    assert not el.gates(student) and student.count_params() < supernet.count_params()
    batch = random_batch(supernet)
    # Training mode moves the statistics of both.
    for training in (False, True, False):
        assert difference(supernet, student, batch, training=training) < 1e-6


def test_full_width_supernet_equals_its_teacher_and_gates_every_group(teacher):
    with dtype_policy("float64"):
        ranked = el.elastic(teacher, teacher.channels)
    # What comes out is float32, and now summed in another order.
    assert difference(teacher, ranked, random_batch(teacher)) < 1e-5
    gated = {s for gate in el.gates(ranked) for s in gate.segments if isinstance(s, str)}
    assert gated == set(teacher.channels) == set(teacher.default_channels())


def test_any_setting_of_the_search_space_is_extracted_and_counted(teacher):
    space = search_space(teacher.channels)
    assert set(space.knobs) == set(teacher.channels)
    assert all(len(widths) > 2 for widths in space.choices.values())
    channels, counter = space.sample(np.random.default_rng(0)), MacCounter(teacher)
    student = el.extract(teacher, channels)
    counted = profile(student)
    assert (counter(channels), counter.params(channels)) == (counted.macs_true, counted.params)
    assert student.channels == channels


def lively(network):
    """A network whose pictures depend on its input, which is lost in an untrained one's."""
    kind, settings, _ = network
    keras.utils.set_random_seed(0)
    model = kind(SHAPE, **settings)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            gain = 0.25 if layer.name == "image_conv" else 1.0
            kernel = keras.initializers.HeNormal()(layer.kernel.shape)
            layer.kernel.assign(gain * kernel)
    Recalibrator(model)([coloured_squares(model)])
    return model


def test_int8_file_is_fully_delegated_and_passes_its_gates(network, tmp_path):
    model, variants = lively(network), ("float32", "int8")
    images = coloured_squares(model)
    assert np.asarray(model(images)["image"]).std(0).mean() > 0.1
    # Random weights spread their ranges wider than trained ones.
    options = {"variants": variants, "floors": {"int8": 25.0}}
    files = export(model, tmp_path, name="any", calibration=[images], **options)
    for file in files.values():
        assert file.passed
        assert file.contract["gates"]["delegated"]["undelegated"] == {}
    found = {entry["name"] for entry in files["int8"].contract["inputs"]}
    assert found == {tensor.name for tensor in model.inputs}


@pytest.mark.parametrize("kind", [CRGAN, PIM, TPGAN])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image_shape": (48, 48, 3)}, "multiple of 32"),
        ({"image_shape": (64, 32, 3)}, "multiple of 32"),
        ({"channels": {"code": 8}}, "group of .*GAN|PIM.*Missing: "),
        ({"channels": lambda whole: whole | {"more": 3}}, "unknown: .*more"),
        ({"channels": lambda whole: whole | {"code": 0}}, "code.*at least 1"),
    ],
)
def test_impossible_arguments_are_refused(kind, change, message):
    change = {k: v(kind.default_channels(16)) if callable(v) else v for k, v in change.items()}
    with pytest.raises(ValueError, match=message):
        kind(**({"image_shape": SHAPE} | change))
