import pytest

from tests.search.toy import SPACE, Counter
from tfgan_compress.generators.tpgan import tpgan_channels
from tfgan_compress.search.space import search_space, uniform_setting


@pytest.fixture(scope="module")
def space():
    return search_space(tpgan_channels(16) | {"noise": 0})


def test_tpgan_has_a_few_dozen_knobs(space):
    assert 20 <= sum(len(widths) > 1 for widths in space.choices.values()) <= 30


def test_every_group_has_a_knob_and_its_own_width_at_most(space):
    assert set(space.knobs) == set(tpgan_channels(16))
    assert space.largest() == tpgan_channels(16) | {"noise": 0}


def test_patch_networks_and_residual_chains_move_together(space):
    tied = space.knobs
    assert tied["nose_down2"] == tied["left_eye_merge2_inner"] == tied["mouth_up2"] == "local2"
    assert tied["conv4"] == tied["conv4_inner1"] == tied["conv4_inner4"]
    assert tied["dec16_inner1"] == tied["dec16_inner2"] != tied["dec32_inner1"]


def test_a_dropped_group_stays_dropped_and_frees_its_knob():
    space = search_space(tpgan_channels(16) | {"conv0_inner": 0})
    assert space.choices[space.knobs["conv0_inner"]] == (0,)
    assert len(space.choices[space.knobs["conv0"]]) > 1


def test_noise_is_not_searched():
    space = search_space(tpgan_channels(16))
    assert space.choices["noise"] == (0,)


def test_wide_knobs_have_few_choices_that_are_multiples_of_eight(space):
    for widths in space.choices.values():
        assert len(widths) <= 8
        if widths[-1] >= 24:
            assert all(w % 8 == 0 for w in widths[:-1])
        assert widths[0] >= widths[-1] / 4


def test_tied_groups_of_different_widths_get_knobs_of_their_own():
    space = search_space({"a1": 16, "a2": 16, "a3": 32}, tied={"a": ("a?",)}, fixed={})
    assert space.knobs == {"a1": "a", "a2": "a", "a3": "a_32"}


def test_impossible_shares_are_refused():
    with pytest.raises(ValueError, match="smallest must be in"):
        search_space({"a": 16}, smallest=0)


def test_uniform_setting_is_the_widest_that_fits():
    counter = Counter()
    setting = uniform_setting(SPACE, lambda c: counter(c) <= 2500)
    assert counter(SPACE.channels(setting)) <= 2500
    for knob in ("a", "b", "c"):
        wider = setting | {knob: setting[knob] + 1}
        assert counter(SPACE.channels(wider)) > 2500
    assert uniform_setting(SPACE, lambda c: True) == {"a": 4, "b": 4, "c": 4, "none": 0}
    assert uniform_setting(SPACE, lambda c: False) is None
