import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tfgan_compress.blocks import ConvBlocks, middle_size, tap_output


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


@pytest.mark.parametrize(("kernel", "middle"), [(1, 1), (2, 2), (5, 5), (6, 4), (7, 5), (9, 5)])
def test_a_kernel_and_its_middle_are_both_odd_or_both_even(kernel, middle):
    assert middle_size(kernel, 5) == middle


def test_no_convolution_exceeds_the_largest_kernel():
    blocks, image = (
        ConvBlocks({"a": 4}, factorized=("two",), largest_kernel=3),
        keras.Input((8, 8, 4)),
    )
    x = blocks.conv(blocks.conv(image, "a", 7, name="one"), "a", 5, name="two_b")
    model = keras.Model(image, blocks.conv(x, "a", 2, name="three"))
    names = ("one", "two_b_depthwise", "three")
    assert [model.get_layer(name).kernel_size for name in names] == [(3, 3), (3, 3), (2, 2)]


def test_a_largest_kernel_that_leaves_no_neighbours_is_refused():
    with pytest.raises(ValueError, match=r"at least 3\. Received: 2"):
        ConvBlocks({}, largest_kernel=2)


def test_a_residual_block_of_inner_width_0_is_left_out():
    image = keras.Input((8, 8, 4))
    assert ConvBlocks({"a": 4, "b": 0}).res(image, ("a",), "b", 3, name="res") is image


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
    with dtype_policy("mixed_bfloat16"):
        image = keras.Input((8, 8, 3))
        picture = ConvBlocks({}).to_rgb(image, name="rgb")
    assert picture.dtype == "float32"


def test_kernels_of_one_shape_start_differently():
    blocks, image = ConvBlocks({"a": 4}), keras.Input((8, 8, 4))
    model = keras.Model(image, blocks.res(image, ("a",), "a", 3, name="res"))
    one, two = (np.asarray(model.get_layer(f"res_conv{i}").kernel) for i in (1, 2))
    assert (one != two).mean() > 0.9


@pytest.mark.parametrize("elastic", [True, False])
def test_tap_is_the_end_of_its_block(elastic):
    blocks = ConvBlocks({"a": 4}, elastic=elastic)
    image = keras.Input((8, 8, 3))
    end = blocks.conv(image, "a", 3, name="one")
    model = keras.Model(image, blocks.conv(end, "a", 3, name="two"))
    assert tap_output(model, "one") is end
    with pytest.raises(ValueError, match=r"Received: 'three'.*\['one', 'two'\]"):
        tap_output(model, "three")
