import keras
import numpy as np
import pytest

from tests import norm_facts
from tests.dtypes import dtype_policy
from tfgan_compress.layers import (
    BatchNorm,
    BranchReLU,
    ChannelGate,
    CodeNoise,
    Constant,
    Deconv,
    Depthwise,
    Double,
    FlipConcat,
    Halve,
    Maximum,
    Pad,
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


def test_padding_is_that_of_keras():
    image, margins = _image(2, 3, 5, 4), ((1, 2), (0, 3))
    assert np.array_equal(Pad(margins)(image), keras.layers.ZeroPadding2D(margins)(image))
    assert Pad(margins).compute_output_shape((None, 3, 5, 4)) == (None, 6, 8, 4)


def test_relu_of_a_branch_is_exactly_a_relu():
    image = _image(2, 3, 5, 4)
    assert np.array_equal(BranchReLU()(image), np.maximum(image, 0))


def test_constant_is_the_same_for_every_input():
    constant = Constant((0.0, 2.0, -1.0))
    assert np.array_equal(constant(_image(2, 7)), [[0, 2, -1]] * 2)
    assert tuple(Constant.from_config(constant.get_config()).values) == (0.0, 2.0, -1.0)
    assert constant.compute_output_shape((None, 7)) == (None, 3)


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


@pytest.mark.parametrize("strides", [1, 2])
def test_depthwise_convolution_in_half_floats_trains_as_a_dense_one_does(strides):
    image = _image(2, 6, 8, 5)
    with dtype_policy("mixed_bfloat16"):
        layer = Depthwise(3, strides=strides, padding="same", use_bias=False)
    trained, inferred = (np.asarray(layer(image, training=t), "float32") for t in (True, False))
    theirs = keras.layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)
    theirs.build(image.shape)
    theirs.kernel.assign(layer.kernel)
    for own in (trained, inferred):
        assert np.allclose(own, theirs(image), atol=0.02)
    # Half floats hold eight bits, of which rounding may cost the last one.
    assert np.abs(trained - inferred).max() <= np.abs(inferred).max() / 100


@pytest.mark.parametrize("shape", norm_facts.SHAPES, ids=str)
def test_batch_norm_is_that_of_keras(shape):
    assert norm_facts.difference(shape) < 2e-5
    assert norm_facts.difference(shape, "mixed_bfloat16") < 0.02
    assert norm_facts.difference(shape, "float64") < 1e-6


def test_batch_norm_that_is_frozen_uses_what_it_knows():
    image, norm = _image(2, 4, 4, 3), BatchNorm(epsilon=1e-5)
    norm.trainable = False
    assert np.allclose(norm(image, training=True), image, atol=1e-4)
    assert not norm.moving_mean.numpy().any()
