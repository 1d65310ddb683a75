import keras
import numpy as np
import pytest

from tests.generators.tiny import difference, random_batch, random_masks, randomize
from tfgan_compress import elastic as el
from tfgan_compress.export import export
from tfgan_compress.generators.crgan import CRGAN, crgan_channels
from tfgan_compress.models import load_model, save_model
from tfgan_compress.profile import MacCounter, profile
from tfgan_compress.search.space import search_space
from tfgan_compress.training.recalibrate import Recalibrator


@pytest.fixture
def double_precision():
    """In float64 rounding cannot hide a wrong channel; pictures are float32 all the same."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(policy)


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


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("leading", [False, True])
def test_masked_crgan_equals_its_student(double_precision, leading, training):
    supernet = CRGAN((32, 32, 3), base_width=8, elastic=True, factorized=("down1", "up5"))
    el.set_masks(randomize(supernet), random_masks(supernet.channels, 1, leading=leading))
    student, batch = el.extract(supernet), random_batch(supernet)
    assert not el.gates(student) and student.count_params() < supernet.count_params()
    assert difference(supernet, student, batch, training=training) < 1e-6
    assert difference(supernet, student, batch) < 1e-6


def test_every_group_is_gated_and_counted(teacher):
    supernet = el.elastic(teacher, teacher.channels)
    gated = {s for gate in el.gates(supernet) for s in gate.segments if isinstance(s, str)}
    assert gated == set(supernet.channels) == set(crgan_channels())
    narrow = {group: max(1, width // 3) for group, width in teacher.channels.items()}
    student, counter = el.extract(supernet, narrow), MacCounter(teacher)
    counted = profile(student)
    assert (counter(narrow), counter.params(narrow)) == (counted.macs_true, counted.params)


def test_full_width_supernet_equals_its_teacher(double_precision):
    teacher = randomize(CRGAN((32, 32, 3), base_width=8))
    ranked = el.elastic(teacher, teacher.channels)
    # The view's logits are float32 too, and now summed in another order.
    assert difference(teacher, ranked, random_batch(teacher)) < 1e-5


def test_any_setting_of_the_search_space_can_be_extracted(teacher):
    space = search_space(teacher.channels)
    assert set(space.knobs) == set(teacher.channels)
    assert all(len(widths) > 2 for widths in space.choices.values())
    channels = space.sample(np.random.default_rng(0))
    assert el.extract(teacher, channels).channels == channels


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


def coloured_squares(count):
    """Pictures that differ as a whole and in their parts, `(count, 32, 32, 3)` in [-1, 1]."""
    rng = np.random.default_rng(0)
    whole, parts = (
        rng.uniform(-0.7, 0.7, (count, 1, 1, 3)),
        rng.uniform(-0.3, 0.3, (count, 4, 4, 3)),
    )
    return {"input": (whole + parts.repeat(8, 1).repeat(8, 2)).astype("float32")}


def lively(images):
    """A network whose pictures depend on its input, which is lost in an untrained one's."""
    keras.utils.set_random_seed(0)
    model = CRGAN((32, 32, 3), base_width=8)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            gain = 0.25 if layer.name == "image_conv" else 1.0
            kernel = keras.initializers.HeNormal()(layer.kernel.shape)
            layer.kernel.assign(gain * kernel)
    Recalibrator(model)([images])
    return model


def test_int8_file_is_fully_delegated_and_passes_its_gates(tmp_path):
    images, variants = coloured_squares(16), ("float32", "int8")
    model = lively(images)
    assert np.asarray(model(images)["image"]).std(0).mean() > 0.1
    files = export(model, tmp_path, name="crgan", variants=variants, calibration=[images])
    for file in files.values():
        assert file.passed
        assert file.contract["gates"]["delegated"]["undelegated"] == {}
    assert [i["name"] for i in files["int8"].contract["inputs"]] == ["input"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (48, 48, 3)}, "multiple of 32"),
        ({"views": 8}, "views must be odd.*8"),
        ({"channels": {"conv0": 8}}, "group of CR-GAN.*Missing: .*down1"),
        ({"channels": crgan_channels(8) | {"more": 3}}, "unknown: .*more"),
        ({"channels": crgan_channels(8) | {"code": 0}}, "code.*at least 1"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CRGAN(**({"image_shape": (32, 32, 3), "base_width": 2} | arguments))
