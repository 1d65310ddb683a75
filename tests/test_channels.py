import numpy as np
import pytest

from tfgan_compress.channels import (
    SearchSpace,
    leading_mask,
    leading_masks,
    widths_up_to,
    without,
)


@pytest.fixture
def space():
    choices = {"wide": (8, 16, 24), "narrow": (2, 4), "fixed": (0,)}
    return SearchSpace(choices, {"a": "wide", "b": "wide", "c": "narrow", "noise": "fixed"})


def test_leading_mask_keeps_the_first_channels():
    assert leading_mask(5, 2).tolist() == [1, 1, 0, 0, 0]
    assert leading_mask(5, 2).dtype == "float32"


def test_leading_masks_take_their_widths_from_the_supernet():
    masks = leading_masks({"a": 3, "b": 2}, {"a": 1, "b": 2})
    assert {group: mask.tolist() for group, mask in masks.items()} == {"a": [1, 0, 0], "b": [1, 1]}


def test_dropped_groups_have_width_0():
    assert without({"a": 3, "b": 2}, ("b",)) == {"a": 3, "b": 0}
    with pytest.raises(ValueError, match=r"Received: \['c'\]; its groups: \['a', 'b'\]"):
        without({"a": 3, "b": 2}, ("a", "c"))


def test_groups_on_one_knob_have_one_width(space):
    channels = space.channels({"wide": 16, "narrow": 4, "fixed": 0})
    assert channels == {"a": 16, "b": 16, "c": 4, "noise": 0}


def test_size_counts_configurations(space):
    assert space.size == 3 * 2 * 1


def test_largest_and_smallest_bound_the_space(space):
    assert space.largest() == {"a": 24, "b": 24, "c": 4, "noise": 0}
    assert space.smallest() == {"a": 8, "b": 8, "c": 2, "noise": 0}


def test_samples_follow_their_generator_and_reach_every_width(space):
    first, again = (
        [space.sample(np.random.default_rng(seed)) for seed in range(40)] for _ in range(2)
    )
    assert first == again
    assert {s["a"] for s in first} == {8, 16, 24}
    assert all(s["a"] == s["b"] for s in first)


def test_width_that_is_not_a_choice_is_refused(space):
    with pytest.raises(ValueError, match=r"setting\['wide'\] must be one of .* Received: 12"):
        space.channels({"wide": 12, "narrow": 2, "fixed": 0})


def test_knob_without_choices_is_refused():
    with pytest.raises(ValueError, match=r"none for: \['b'\]"):
        SearchSpace({"a": (1, 2)}, {"x": "a", "y": "b"})


@pytest.mark.parametrize("widths", [(), (16, 8), (8, 8)])
def test_choices_must_ascend(widths):
    with pytest.raises(ValueError, match="must be ascending"):
        SearchSpace({"a": widths}, {"x": "a"})


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (64, (8, 16, 24, 32, 40, 48, 56, 64)),
        (30, (8, 16, 24, 30)),
        (16, (4, 8, 12, 16)),
        (4, (1, 2, 3, 4)),
        (1, (1,)),
    ],
)
def test_widths_are_multiples_of_eight_and_finer_where_few_fit(width, expected):
    assert widths_up_to(width) == expected


def test_widths_start_at_the_smallest():
    assert widths_up_to(64, smallest=30) == (32, 40, 48, 56, 64)
