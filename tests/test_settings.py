"""What is refused before a run begins, so that it can be put right at once."""

import dataclasses

import pytest

from tfgan_compress.recipes.frontalization import DEMO
from tfgan_compress.settings import check_settings, widths


def refused(match, **settings):
    with pytest.raises(ValueError, match=match):
        check_settings(dataclasses.replace(DEMO, **settings))


def test_recipe_as_it_is_passes():
    check_settings(DEMO)


@pytest.mark.parametrize("held_out", [0, DEMO.identities])
def test_people_are_left_on_both_sides(held_out):
    refused("held_out must leave", held_out=held_out)


def test_half_floats_of_sixteen_bits_are_refused():
    refused("dtype must be one of", dtype="mixed_float16")


def test_nobody_of_the_test_set_is_trained_on():
    refused("where the test people begin", seed=100_000 - DEMO.identities + 1)


@pytest.mark.parametrize("data", ["multpie:here", "caspeal", "caspeal:"])
def test_unknown_data_name_the_known_ones(data):
    refused(f"data must be synthetic, multipie:PATH.*{data}", data=data)


def test_target_data_are_refused_by_a_network_that_does_not_adapt():
    refused(r"wild is for a network that adapts.*'tpgan'", wild="london")


def test_rank_of_a_code_is_refused_by_a_network_that_has_no_such_setting():
    refused(r"code_rank is for .*tpgan.*'pim', code_rank=8", architecture="pim", code_rank=8)


def test_negative_rank_of_a_code_is_refused():
    refused("code_rank must not be negative.*-1", code_rank=-1)


def test_real_people_are_source_or_target_data():
    refused("trained on with its truths", architecture="pim", frll="london", wild="london")


def test_people_are_made_of_those_who_are_there():
    refused("which frll must name.*frll_morphs=5", frll_morphs=5)
    refused("which frll must name.*frll_morphs=-1", frll="london", frll_morphs=-1)
    refused("which frll must name.*frll_reshaped=5", frll_reshaped=5)
    many = {"identities": 50, "held_out": 40, "frll_reshaped": 31}
    refused("at most 30 with identities=50", frll="london", **many)


def test_profiles_are_a_share_of_the_views():
    refused("profiles must be a share.*1.5", profiles=1.5)


def test_new_student_has_no_widths_to_add_to():
    refused("for a student that was made before", widened=("paint2:8",))


def test_widths_are_read_by_group():
    assert widths(("paint1:8", "paint2:16")) == {"paint1": 8, "paint2": 16}


@pytest.mark.parametrize("text", ["paint2", "paint2:", "paint2:-8", "paint2:x"])
def test_width_without_a_number_is_refused(text):
    with pytest.raises(ValueError, match=f"must read group:width.*{text}"):
        widths((text,))
