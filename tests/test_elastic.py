import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.dtypes import dtype_policy
from tests.generators.tiny import WIDTHS, Tiny, difference, random_batch, random_masks, randomize
from tfgan_compress import blocks
from tfgan_compress import elastic as el
from tfgan_compress.axes import Spread
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.graph import calls
from tfgan_compress.layers import ChannelGate

L = keras.layers


@pytest.fixture(scope="module", autouse=True)
def double_precision():
    with dtype_policy("float64"):
        yield


@pytest.fixture(scope="module")
def teacher():
    return randomize(Tiny())


@pytest.fixture(scope="module")
def supernet():
    return randomize(Tiny(elastic=True))


@pytest.fixture(scope="module")
def batch(teacher):
    return random_batch(teacher)


@pytest.mark.parametrize("factorized", [(), ("res", "last")])
@pytest.mark.parametrize("leading", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_masked_supernet_equals_extracted_student(batch, factorized, leading, seed):
    supernet = randomize(Tiny(elastic=True, factorized=factorized), seed)
    el.set_masks(supernet, random_masks(WIDTHS, seed, leading=leading))
    student = el.extract(supernet)
    assert not el.gates(student)
    assert difference(supernet, student, batch) < 1e-6
    assert difference(supernet, student, batch, training=True) < 1e-6
    # Training mode has moved the statistics of both.
    assert difference(supernet, student, batch) < 1e-6


def test_student_has_the_live_widths_and_no_noise(supernet):
    masks = random_masks(WIDTHS, 3, leading=False)
    student = el.extract(supernet, masks)
    assert student.channels == {group: int(mask.sum()) for group, mask in masks.items()}
    assert "noise" not in {layer.name for layer in student.layers}


def test_extract_takes_counts_as_leading_channels(supernet, batch):
    counts = {group: max(width // 2, 1) for group, width in WIDTHS.items()} | {"noise": 0}
    masks = {g: (np.arange(w) < counts[g]).astype("float32") for g, w in WIDTHS.items()}
    by_count, by_mask = el.extract(supernet, counts), el.extract(supernet, masks)
    assert difference(by_count, by_mask, batch) == 0


def test_elastic_extract_is_a_smaller_supernet(supernet, batch):
    counts = {group: max(width // 2, 1) for group, width in WIDTHS.items()} | {"noise": 0}
    smaller = el.extract(supernet, counts, elastic=True)
    masks = random_masks(counts, 4, leading=False)
    el.set_masks(smaller, masks)
    whole = {g: np.concatenate([m, np.zeros(WIDTHS[g] - len(m))]) for g, m in masks.items()}
    assert difference(smaller, el.extract(supernet, whole), batch) < 1e-6


def test_full_width_supernet_equals_its_teacher_in_any_order(teacher, batch):
    ranked = el.elastic(teacher, WIDTHS)
    assert difference(teacher, ranked, batch) < 1e-6
    rng = np.random.default_rng(0)
    order = {group: rng.permutation(width) for group, width in WIDTHS.items()}
    shuffled = el.elastic(teacher, WIDTHS, order=order)
    assert difference(teacher, shuffled, batch) < 1e-6
    moved = shuffled.get_layer("down1").kernel - teacher.get_layer("down1").kernel
    assert float(np.abs(moved).max()) > 0.01


def test_leading_channels_of_a_supernet_are_the_important_ones(teacher, batch):
    order = el.ranked(el.importance(teacher))
    largest = {group: width // 2 for group, width in WIDTHS.items()} | {"noise": 0}
    supernet = el.elastic(teacher, largest)
    masks = {
        g: np.isin(np.arange(w), order[g][: largest[g]]).astype(int) for g, w in WIDTHS.items()
    }
    assert difference(supernet, el.extract(teacher, masks), batch) < 1e-6


def test_channel_that_nobody_reads_ranks_last(batch):
    teacher = randomize(Tiny(), 5)
    kernel = np.array(np.asarray(teacher.get_layer("wide_res_conv1").kernel))
    kernel[:, :, 2] = 0  # Channel 2 of "up", which only this convolution and the residual read,
    teacher.get_layer("wide_res_conv1").kernel.assign(kernel)
    last = np.array(np.asarray(teacher.get_layer("last_conv").kernel))
    last[:, :, 2] = 0  # and behind the residual this one.
    teacher.get_layer("last_conv").kernel.assign(last)
    scores = el.importance(teacher)
    assert scores["up"][2] == 0
    assert el.ranked(scores)["up"][-1] == 2
    assert (np.delete(scores["up"], 2) > 0).all()
    without = {group: np.ones(width) for group, width in WIDTHS.items()} | {"noise": np.zeros(4)}
    without["up"] = (np.arange(6) != 2).astype(int)
    assert difference(teacher, el.extract(teacher, without), batch) < 1e-6


def test_scaling_a_batch_norm_raises_its_channel(teacher):
    changed = el.extract(teacher, {g: np.ones(w) for g, w in WIDTHS.items()})
    gamma = np.array(np.asarray(changed.get_layer("down2_norm").gamma))
    gamma[3] *= 100
    changed.get_layer("down2_norm").gamma.assign(gamma)
    assert el.ranked(el.importance(changed))["down2"][0] == 3


def test_norms_without_scale_rank_by_what_reads_them():
    image = keras.Input((4, 4, 3))
    x = L.GroupNormalization(groups=-1, scale=False, center=False)(L.Conv2D(4, 1)(image))
    last = L.Conv2D(3, 1, name="last")
    model = keras.Model(image, last(ChannelGate(("one",))(x)))
    model.channels = {"one": 4}
    last.kernel.assign(np.array([1, 3, 0, 2]).reshape(1, 1, 4, 1) * np.ones((1, 1, 4, 3)))
    assert el.ranked(el.importance(model))["one"].tolist() == [1, 3, 0, 2]


def test_factorising_a_separable_kernel_changes_nothing(batch):
    teacher = randomize(Tiny(), 6)
    rng = np.random.default_rng(0)
    for name in ("res_conv1", "res_conv2"):
        kernel = teacher.get_layer(name).kernel
        _, _, inputs, outputs = kernel.shape
        depthwise = rng.normal(size=(3, 3, inputs, 1))
        kernel.assign(depthwise * rng.normal(size=(1, 1, inputs, outputs)) / 5)
    split = el.elastic(teacher, WIDTHS, factorized=("res",))
    assert split.get_layer("res_conv1").kernel.shape[:2] == (1, 1)
    assert difference(teacher, split, batch) < 1e-6


def test_factorising_is_the_best_rank_one_fit(teacher):
    split = el.elastic(teacher, WIDTHS, factorized=("res",), order=_identity())
    kernel = np.array(np.asarray(teacher.get_layer("res_conv1").kernel))
    depthwise = np.array(np.asarray(split.get_layer("res_conv1_depthwise").kernel))
    fitted = depthwise * np.asarray(split.get_layer("res_conv1").kernel)
    for channel in range(kernel.shape[2]):
        singular = np.linalg.svd(kernel[:, :, channel].reshape(9, -1), compute_uv=False)
        error = np.linalg.norm(kernel[:, :, channel] - fitted[:, :, channel])
        assert error == pytest.approx(np.linalg.norm(singular[1:]))


def test_a_separable_stage_becomes_the_dense_one_that_computes_the_same(batch):
    separable = randomize(Tiny(factorized=("res",)), 6)
    dense = el.restructured(separable, factorized=())
    assert dense.get_layer("res_conv1").kernel.shape[:2] == (3, 3)
    assert dense.count_params() > separable.count_params()
    assert difference(separable, dense, batch) < 1e-6
    again = el.restructured(dense, factorized=("res",))
    assert difference(separable, again, batch) < 1e-6


def test_a_smaller_kernel_is_the_middle_of_the_larger_one():
    large = randomize(TPGAN((32, 32, 3), base_width=8))
    small = el.restructured(large, largest_kernel=3)
    for name in ("conv0", "conv1", "sel64_res_conv1", "paint1"):
        kernel, whole = (np.asarray(m.get_layer(name).kernel) for m in (small, large))
        margin = (len(whole) - 3) // 2
        assert len(whole) > 3
        np.testing.assert_array_equal(kernel, whole[margin:-margin, margin:-margin])


def test_a_kernel_too_large_for_depthwise_gives_its_middle(batch, monkeypatch):
    monkeypatch.setattr(blocks, "LARGEST_DEPTHWISE", 1)
    teacher = randomize(Tiny(), 6)
    for name in ("res_conv1", "res_conv2"):
        kernel = teacher.get_layer(name).kernel
        middle = np.zeros(kernel.shape)
        middle[1, 1] = np.asarray(kernel)[1, 1]
        kernel.assign(middle)
    split = el.elastic(teacher, WIDTHS, factorized=("res",))
    assert split.get_layer("res_conv1_depthwise").kernel.shape[:2] == (1, 1)
    assert difference(teacher, split, batch) < 1e-6


def test_a_dropped_block_is_passed_by(teacher, batch):
    silent = el.restructured(teacher)
    # Nothing is added by the block, and what goes in is above 0, where its activation does nothing.
    for layer, gamma, beta in (("res_conv2_norm", 0, 0), ("down2_norm", 0.1, 9)):
        norm = silent.get_layer(layer)
        norm.gamma.assign(np.full(norm.gamma.shape, gamma))
        norm.beta.assign(np.full(norm.beta.shape, beta))
    small = el.restructured(silent, dropped=("noise", "inner"))
    assert "res_add" not in {layer.name for layer in small.layers}
    assert difference(silent, small, batch) < 1e-6


def test_a_supernet_without_a_block_equals_its_students(teacher, batch):
    supernet = el.elastic(teacher, WIDTHS | {"inner": 0}, factorized=("down2",))
    masks = random_masks(WIDTHS | {"inner": 0}, 1, leading=False)
    el.set_masks(supernet, masks)
    student = el.extract(supernet)
    assert student.channels["inner"] == 0
    assert difference(supernet, student, batch) < 1e-6
    assert difference(supernet, student, batch, training=True) < 1e-6


def test_a_masked_block_is_not_a_dropped_one(supernet):
    with pytest.raises(ValueError, match=r"still adds its offset.*\['inner', 'noise'\]"):
        el.extract(supernet, WIDTHS | {"inner": 0, "noise": 0})


def test_a_widened_generator_paints_the_same_and_uses_its_new_channels_later(batch):
    trained = randomize(Tiny(factorized=("res",)), 8)
    # But noise, of which more would be other noise.
    widths = {group: width + 2 * (group != "noise") for group, width in WIDTHS.items()}
    wide = el.widened(trained, widths)
    assert wide.channels == widths
    assert difference(trained, wide, batch) < 1e-6
    kernel = np.asarray(wide.get_layer("down2").kernel)
    width = WIDTHS["down2"]
    # Old channels do not hear new ones; new ones are drawn, and hear all.
    assert not kernel[..., -2:, :width].any() and kernel[..., width:].all()


def test_widening_takes_patterns(teacher):
    wide = el.widened(teacher, {"down*": 40, "down2": 48})
    grown = {group for group in WIDTHS if group.startswith("down")}
    assert len(grown) > 1
    assert wide.channels == {**WIDTHS, **dict.fromkeys(grown, 40), "down2": 48}


@pytest.mark.parametrize("change", [{"inner": 0}, {"outer": 9}, {"outer*": 9}])
def test_widening_needs_a_group_and_no_smaller_width(teacher, change):
    with pytest.raises(ValueError, match="must widen groups"):
        el.widened(teacher, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dropped": ("inner", "outer")}, r"groups of the generator. Received: \['outer'\]"),
        ({"kernels": 3}, r"settings of the generator. Received: \['kernels'\]"),
    ],
)
def test_unknown_structure_is_refused(teacher, change, message):
    with pytest.raises(ValueError, match=message):
        el.restructured(teacher, **change)


def test_factorised_stages_stay_factorised(batch):
    teacher = randomize(Tiny(factorized=("last",)), 7)
    supernet = el.elastic(teacher, WIDTHS)
    assert supernet.factorized == ("last",)
    assert difference(teacher, supernet, batch) < 1e-6


def test_masks_come_back_as_they_were_set(supernet):
    masks = random_masks(WIDTHS, 8, leading=False)
    el.set_masks(supernet, masks)
    found = el.masks(supernet)
    assert set(found) == set(masks)
    assert all((found[group] == masks[group]).all() for group in masks)
    gate = supernet.get_layer("wide_res_gate")
    expected = np.concatenate([masks["up"], masks["down1"], np.ones(6)])
    assert (np.asarray(gate.mask) == expected).all()


def test_one_trace_serves_every_subnet(supernet, batch):
    traces = []

    @tf.function
    def run(masks):
        traces.append(1)
        for variable, value in el.gate_masks(supernet, masks):
            variable.assign(value)
        return supernet(batch)["image"]

    for seed in (1, 2):
        masks = random_masks(WIDTHS, seed, leading=True)
        image = run({group: tf.constant(mask) for group, mask in masks.items()})
        student = el.extract(supernet, masks)
        assert float(np.abs(image - student(batch)["image"]).max()) < 1e-6
    assert len(traces) == 1


def test_live_channels_are_followed_through_every_layer(supernet):
    masks = {group: np.ones(width) for group, width in WIDTHS.items()}
    masks |= {"down1": np.eye(6)[1], "down2": np.eye(10)[2], "up": np.eye(6)[3]}
    masks |= {"map": np.eye(5)[4], "code": np.eye(9)[0], "noise": np.eye(4)[1]}
    el.set_masks(supernet, masks)
    live = {name: found[0].tolist() for name, found in el.live_channels(supernet).items()}
    assert live["down1"] == live["down1_gate"] == [1]
    assert live["flat"] == [2 + 10 * position for position in range(16)]
    assert live["code_noise"] == [0, 9 + 1]
    assert live["map"] == [4 + 5 * position for position in range(16)]
    assert live["map_map"] == [4]
    assert live["both"] == list(range(6))
    assert live["skip"] == [3, 6 + 1, *range(12, 18)]
    assert live["res_add"] == [2]
    assert live["image"] == [0, 1, 2]


def test_layer_called_twice_has_live_channels_per_call():
    image = keras.Input((4, 4, 3))
    act = L.ReLU(name="shared")
    one = ChannelGate(("one",))(act(L.Conv2D(4, 1)(image)))
    two = ChannelGate(("two",))(act(L.Conv2D(5, 1)(one)))
    model = keras.Model(image, L.Conv2D(3, 1)(two))
    model.channels = {"one": 4, "two": 5}
    el.set_masks(model, {"one": [1, 0, 0, 1], "two": [0, 1, 1, 0, 0]})
    found = el.live_channels(model)["shared"]
    assert [indices.tolist() for indices in found] == [[0, 3], [1, 2]]


def test_flattened_and_concatenated_axes_are_named(supernet):
    outputs = {call.layer.name: call.output for call in calls(supernet)}
    assert outputs["flat"] == outputs["flat"] == (Spread(16, ("down2",)),)
    assert outputs["skip"] == ("up", "down1", 6)
    assert outputs["code_a"] == ("code",)
    assert outputs["map"] == (Spread(16, ("map",)),)


def _identity():
    return {group: np.arange(width) for group, width in WIDTHS.items()}


def _gated(build):
    """A model of `build(x)` between a gated convolution of 4 channels and a last one."""
    image = keras.Input((4, 4, 3))
    x = ChannelGate(("one",))(L.Conv2D(4, 3, padding="same")(image))
    model = keras.Model(image, L.Conv2D(3, 1, name="last")(build(x)))
    model.channels = {"one": 4, "two": 4}
    return model


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x: L.Add()([x, ChannelGate(("two",))(L.Conv2D(4, 1)(x))]), "same groups"),
        (lambda x: L.BatchNormalization()(x), "Gate its input again"),
        (lambda x: L.Rescaling(1.0, offset=1.0)(x), "Gate its input again"),
        (lambda x: L.Activation("sigmoid")(x), "Gate its input again"),
        (lambda x: L.Softmax(name="odd")(x), "'odd'.*Softmax"),
        (lambda x: L.Conv2D(4, 1, groups=2, name="odd")(x), "'odd'.*Conv2D"),
        (lambda x: L.GroupNormalization(2, name="odd")(x), "'odd'.*GroupNormalization"),
        (lambda x: L.Reshape((2, 8, 4))(L.Permute((3, 1, 2))(x)), "Permute"),
        (lambda x: L.Reshape((8, 4, 2))(x), "reshape"),
    ],
)
def test_graph_that_cannot_be_followed_is_refused_by_name(build, message):
    with pytest.raises(ValueError, match=message):
        calls(_gated(build))


@pytest.mark.parametrize(
    "build",
    [
        lambda x: L.GlobalAveragePooling2D(keepdims=True)(x),
        lambda x: L.MaxPooling2D()(L.ZeroPadding2D()(x)),
        lambda x: L.Dropout(0.1)(L.UpSampling2D()(L.Activation("tanh")(x))),
        lambda x: L.Multiply()([x, L.Conv2D(1, 1)(x)]),
        lambda x: L.Reshape((1, 1, 64))(L.Flatten()(x)),
    ],
)
def test_graph_that_keeps_its_channels_apart_is_followed(build):
    last = calls(_gated(build))[-1]
    assert last.inputs[0] in ((("one",)), (Spread(16, ("one",)),))


def test_masks_of_missing_groups_and_wrong_widths_are_refused(supernet):
    masks = random_masks(WIDTHS, 1, leading=True)
    with pytest.raises(ValueError, match="Received none for: 'code'"):
        el.set_masks(supernet, {g: m for g, m in masks.items() if g != "code"})
    with pytest.raises(ValueError, match="must have 6 entries"):
        el.set_masks(supernet, masks | {"down1": np.ones(5)})


def test_masks_need_gates(teacher):
    with pytest.raises(ValueError, match="elastic=True"):
        el.set_masks(teacher, {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"up": 7}, "each of its 6 channels"),
        ({"up": [0, 1, 2, 0, 0, 0]}, "only 0 and 1"),
        ({"other": 1}, "other"),
    ],
)
def test_channels_beyond_the_supernet_are_refused(supernet, change, message):
    with pytest.raises(ValueError, match=message):
        el.extract(supernet, WIDTHS | change)


def test_supernet_wider_than_its_teacher_is_refused(teacher):
    with pytest.raises(ValueError, match=r"largest\['up'\] must be in 0..6"):
        el.elastic(teacher, WIDTHS | {"up": 8})


TORCH = """
from tests.dtypes import dtype_policy
from tests.generators.tiny import *
from tfgan_compress import elastic as el
from tfgan_compress import layers
import sys
assert keras.backend.backend() == "torch"
supernet = el.elastic(randomize(Tiny()), WIDTHS)
el.set_masks(supernet, random_masks(WIDTHS, 1, leading=False))
student, batch = el.extract(supernet), random_batch(supernet)
print(difference(supernet, student, batch), difference(supernet, student, batch, training=True))
assert "tensorflow" not in sys.modules
"""


def test_extraction_holds_on_the_torch_backend():
    environment = os.environ | {"KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", TORCH], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert max(map(float, done.stdout.split())) < 1e-5
