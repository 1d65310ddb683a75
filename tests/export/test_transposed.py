import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.export.models import randomize
from tests.export.rewriting import answers, with_and_without
from tfgan_compress.export.gates import operator_names, undelegated_operators
from tfgan_compress.export.transposed import split_transposed, subpixel_kernel
from tfgan_compress.layers import Deconv
from tfgan_compress.schema import pack, parse

# Kernel and stride.
SHAPES = [(3, 2), (2, 2), (4, 2), (5, 2), (6, 4), (5, 3), (3, 1)]


@pytest.mark.parametrize(("size", "stride"), SHAPES)
def test_kernel_of_blocks_computes_the_transposed_convolution(size, stride):
    drawn = np.random.default_rng(0)
    kernel = drawn.normal(size=(5, size, size, 3)).astype("float32")
    image = drawn.normal(size=(2, 4, 6, 3)).astype("float32")
    expected = tf.nn.conv2d_transpose(
        image, kernel.transpose(1, 2, 0, 3), (2, 4 * stride, 6 * stride, 5), stride, "SAME"
    )
    blocks, margin = subpixel_kernel(kernel, stride)
    padded = np.pad(image, ((0, 0), margin, margin, (0, 0)))
    made = tf.nn.conv2d(padded, blocks.transpose(1, 2, 3, 0), 1, "VALID")
    made = tf.nn.depth_to_space(made, stride) if stride > 1 else made
    np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.fixture(scope="module")
def upsampling():
    """A generator with transposed convolutions of three kinds."""
    keras.utils.set_random_seed(0)
    image = keras.Input((4, 4, 3), name="input")
    x = Deconv(5, 3, strides=2, padding="same", activation="relu")(image)
    x = Deconv(4, 4, strides=2, padding="same", name="alike")(x)
    x = Deconv(4, 3, strides=4, padding="same")(x)
    x = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    model = keras.Model({"input": image}, {"image": x})
    randomize(model, 0)
    return model


def test_int8_file_without_transposed_convolutions_gives_the_same_bytes(upsampling, monkeypatch):
    split, whole = with_and_without(upsampling, "split_transposed", monkeypatch)
    assert operator_names(whole).count("TRANSPOSE_CONV") == 3
    assert "TRANSPOSE_CONV" not in operator_names(split)
    assert undelegated_operators(split) == []
    np.testing.assert_array_equal(answers(split), answers(whole))
    # Nothing is left of what was replaced.
    model = parse(split)
    graph = model.subgraphs[0]
    named = {*graph.inputs}.union(*({*o.inputs, *o.outputs} for o in graph.operators)) - {-1}
    assert named == set(range(len(graph.tensors)))


def test_file_without_transposed_convolutions_stays_as_it_is(exported):
    content = exported["int8"].path.read_bytes()
    assert pack(split_transposed(parse(content))) == pack(parse(content))
