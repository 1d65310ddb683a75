import keras
import numpy as np
import pytest

from tfgan_compress.layers import (
    BranchReLU,
    ChannelGate,
    CodeNoise,
    Constant,
    ConvBlocks,
    Deconv,
    Double,
    FlipConcat,
    Halve,
    Maximum,
    depthwise_size,
    tap_output,
)


def _image(*shape):
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def test_gate_is_open_at_first_and_closes_single_channels():
    gate, image = ChannelGate(("a", 1)), _image(2, 3, 3, 4)
    assert np.array_equal(gate(image), image)
    gate.mask.assign([1, 0, 1, 1])
    closed = gate(image).numpy()
    assert not closed[..., 1].any()
    assert np.array_equal(closed[..., [0, 2, 3]], image[..., [0, 2, 3]])


def test_gate_is_not_trained_and_keeps_its_segments():
    gate = ChannelGate(("a", 3), name="here")
    gate.build((None, 4))
    assert not gate.trainable_weights
    assert tuple(ChannelGate.from_config(gate.get_config()).segments) == ("a", 3)


def test_flip_concat_appends_the_mirror_image():
    image = _image(2, 4, 6, 3)
    both = FlipConcat()(image).numpy()
    assert np.array_equal(both[..., :3], image)
    assert np.array_equal(both[..., 3:], image[:, :, ::-1])
    assert FlipConcat().compute_output_shape((None, 4, 6, 3)) == (None, 4, 6, 6)


def test_code_noise_is_silent_at_inference_and_small_in_training():
    noise, code = CodeNoise(50, stddev=0.02, seed=1), _image(40, 7)
    assert noise(code).shape == (40, 50)
    assert not noise(code).numpy().any()
    drawn = noise(code, training=True).numpy()
    assert drawn.std() == pytest.approx(0.02, rel=0.1)
    again = CodeNoise(50, stddev=0.02, seed=1)(code, training=True).numpy()
    assert np.array_equal(drawn, again)


def test_elastic_blocks_differ_from_plain_ones_by_gates_alone():
    names = {}
    for elastic in (True, False):
        blocks = ConvBlocks({"a": 4, "b": 3}, elastic=elastic)
        image = keras.Input((8, 8, 4))
        x = blocks.res(image, ("a",), "b", 3, name="res")
        model = keras.Model(image, blocks.deconv(x, "b", name="up"))
        assert model.output.shape == (None, 16, 16, 3)
        names[elastic] = [layer.name for layer in model.layers[1:]]
    assert [n for n in names[True] if not n.endswith("_gate")] == names[False]
    assert {"res_conv1_gate", "res_gate", "up_gate"} <= set(names[True])


@pytest.mark.parametrize(("kernel", "depthwise"), [(1, 1), (2, 2), (5, 5), (6, 4), (7, 5), (9, 5)])
def test_depthwise_kernels_are_the_middle_of_larger_ones(kernel, depthwise):
    assert depthwise_size(kernel) == depthwise


def test_only_factorized_stages_are_split():
    blocks = ConvBlocks({"a": 4}, factorized=("one",))
    image = keras.Input((8, 8, 3))
    x = blocks.conv(image, "a", 3, name="one_first", strides=2)
    x = blocks.conv(x, "a", 3, name="two")
    model = keras.Model(image, blocks.conv(x, "a", 1, name="one_pointwise"))
    assert [n.name for n in model.layers if "depthwise" in n.name] == ["one_first_depthwise"]
    assert model.get_layer("one_first").kernel.shape == (1, 1, 3, 4)
    assert model.get_layer("two").kernel.shape == (3, 3, 4, 4)
    assert model.output.shape == (None, 4, 4, 4)


def test_a_factorized_stage_may_be_a_part_of_another():
    blocks = ConvBlocks({"a": 4}, factorized=("one_res",))
    image = keras.Input((8, 8, 3))
    x = blocks.conv(image, "a", 3, name="one")
    model = keras.Model(image, blocks.res(x, ("a",), "a", 3, name="one_res"))
    split = [n.name for n in model.layers if "depthwise" in n.name]
    assert split == ["one_res_conv1_depthwise", "one_res_conv2_depthwise"]


def test_width_of_segments_counts_groups_and_plain_channels():
    assert ConvBlocks({"a": 4, "b": 3}).width(("a", 6, "b")) == 13


def test_pictures_are_float32_under_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        image = keras.Input((8, 8, 3))
        picture = ConvBlocks({}).to_rgb(image, name="rgb")
    finally:
        keras.config.set_dtype_policy(policy)
    assert picture.dtype == "float32"


@pytest.mark.parametrize("width", [1, 7, 12, 40])
def test_mirror_is_exact_for_every_width(width):
    image = _image(2, 3, width, 2)
    assert np.array_equal(FlipConcat()(image).numpy()[..., 2:], image[:, :, ::-1])


@pytest.mark.parametrize("shape", [(3, 5, 6, 4), (3, 9)])
def test_maximum_is_that_of_keras(shape):
    images = [_image(*shape)[::-1] * (-1) ** i * (1 + i) for i in range(4)]
    assert np.array_equal(Maximum()(images), keras.layers.Maximum()(images))
    assert Maximum().compute_output_shape([shape, shape]) == shape


def test_halving_is_the_mean_of_two_by_two_pixels():
    image = _image(2, 6, 8, 3)
    mean = image.reshape(2, 3, 2, 4, 2, 3).mean((2, 4))
    assert np.allclose(Halve()(image), mean, atol=1e-6)


def test_doubling_repeats_each_pixel_in_a_block():
    image = _image(2, 3, 5, 4)
    assert np.array_equal(Double()(image), image.repeat(2, 1).repeat(2, 2))
    assert Double().compute_output_shape((None, 3, 5, 4)) == (None, 6, 10, 4)


def test_relu_of_a_branch_is_exactly_a_relu():
    image = _image(2, 3, 5, 4)
    assert np.array_equal(BranchReLU()(image), np.maximum(image, 0))


def test_constant_is_the_same_for_every_input():
    constant = Constant((0.0, 2.0, -1.0))
    assert np.array_equal(constant(_image(2, 7)), [[0, 2, -1]] * 2)
    assert tuple(Constant.from_config(constant.get_config()).values) == (0.0, 2.0, -1.0)
    assert constant.compute_output_shape((None, 7)) == (None, 3)


def test_kernels_of_one_shape_start_differently():
    blocks, image = ConvBlocks({"a": 4}), keras.Input((8, 8, 4))
    model = keras.Model(image, blocks.res(image, ("a",), "a", 3, name="res"))
    one, two = (np.asarray(model.get_layer(f"res_conv{i}").kernel) for i in (1, 2))
    assert (one != two).mean() > 0.9


@pytest.mark.parametrize(("kernel", "strides"), [(3, 4), (3, 2), (2, 2), (4, 2)])
def test_deconv_is_that_of_keras(kernel, strides):
    image = _image(2, 5, 6, 3)
    ours, theirs = (
        kind(4, kernel, strides=strides, padding="same", activation="relu")
        for kind in (Deconv, keras.layers.Conv2DTranspose)
    )
    theirs.build(image.shape)
    ours.build(image.shape)
    for own, other in zip(ours.weights, theirs.weights, strict=True):
        own.assign(other)
    assert np.allclose(ours(image), theirs(image), atol=1e-5)


@pytest.mark.parametrize("elastic", [True, False])
def test_tap_is_the_end_of_its_block(elastic):
    blocks = ConvBlocks({"a": 4}, elastic=elastic)
    image = keras.Input((8, 8, 3))
    end = blocks.conv(image, "a", 3, name="one")
    model = keras.Model(image, blocks.conv(end, "a", 3, name="two"))
    assert tap_output(model, "one") is end
    with pytest.raises(ValueError, match=r"Received: 'three'.*\['one', 'two'\]"):
        tap_output(model, "three")
