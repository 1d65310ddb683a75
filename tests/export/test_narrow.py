import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.export.models import randomize
from tests.export.rewriting import answers, with_and_without
from tfgan_compress.export.conversion import convert, saved_model
from tfgan_compress.export.gates import operator_names, undelegated_operators
from tfgan_compress.export.narrow import _best, block_kernel, widen_narrow
from tfgan_compress.schema import pack, parse


@pytest.mark.parametrize("block", [(1, 2), (2, 2), (1, 4)])
@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_kernel_of_blocks_computes_the_convolution(size, block):
    drawn = np.random.default_rng(0)
    kernel = drawn.normal(size=(5, size, size, 3)).astype("float32")
    image = drawn.normal(size=(2, 8, 12, 3)).astype("float32")
    expected = tf.nn.conv2d(image, kernel.transpose(1, 2, 3, 0), 1, "SAME")
    blocks = block_kernel(kernel, block).transpose(1, 2, 3, 0)
    made = tf.nn.conv2d(_to_depth(image, block), blocks, 1, "SAME")
    np.testing.assert_allclose(made, _to_depth(expected, block), atol=1e-5)


def _to_depth(image, block):
    """`(B, H, W, C)` with the pixels of each block as channels."""
    batch, height, width, channels = image.shape
    (rows, columns), area = block, math.prod(block)
    split = np.reshape(
        image, (batch, height // rows, rows, width // columns, columns, channels)
    ).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(batch, height // rows, width // columns, area * channels)


@pytest.fixture(scope="module")
def narrow():
    """A generator with convolutions that gain by blocks, and others."""
    keras.utils.set_random_seed(0)
    conv = keras.layers.Conv2D
    image = keras.Input((64, 64, 3), name="input")
    x = conv(4, 7, padding="same", activation="relu", name="gains")(image)
    x = conv(4, 5, padding="same", use_bias=False, name="gains_too")(x)
    x = conv(16, 1, name="gains_with_one_tap")(x)
    x = conv(8, 3, padding="same", name="gains_by_pairs")(x)
    x = conv(32, 3, strides=2, padding="same", name="strided")(x)
    x = conv(32, 3, padding="same", name="wide")(x)
    x = conv(3, 3, padding="valid", activation="tanh", name="unpadded")(x)
    model = keras.Model({"input": image}, {"image": x})
    randomize(model, 0)
    return model


def test_int8_file_of_wider_convolutions_gives_the_same_bytes(narrow, monkeypatch):
    wide, whole = with_and_without(narrow, "widen_narrow", monkeypatch)
    names = operator_names(wide)
    assert names.count("SPACE_TO_DEPTH") == names.count("DEPTH_TO_SPACE") == 3
    assert names.count("RESHAPE") == 2
    assert not {"SPACE_TO_DEPTH", "RESHAPE"} & set(operator_names(whole))
    assert undelegated_operators(wide) == []
    np.testing.assert_array_equal(answers(wide), answers(whole))


def test_of_equal_exchanges_the_first_is_chosen():
    offers = {9: {(1, 2): (5000, 5)}, 2: {(1, 2): (5000, 5)}, 7: {(1, 2): (4000, 5)}}
    assert _best(offers, {}, 5) == [9, (1, 2), 5]
    assert _best(offers, {9: (1, 2)}, 5) == [2, (1, 2), 5]
    assert _best(offers, {}, 4) is None


def test_float_convolutions_stay_as_they_are(narrow):
    with saved_model(narrow) as folder:
        content = convert(folder, "float32")
    assert pack(widen_narrow(parse(content))) == pack(parse(content))
