import copy

import pytest

from tests.report.content import content, evaluation
from tfgan_compress.report import ratios, targets


def met(values):
    return {target["name"]: target["met"] for target in targets(values)}


def test_ratios_are_teacher_over_student():
    found = ratios(content())
    assert found["macs_true"] == pytest.approx(5.9e9 / 2.8e8)
    assert found["params"] == pytest.approx(13_449_672 / 480_000)
    assert found["latency"] == pytest.approx(70)
    assert found["by_variant"]["float16"]["bytes"] == pytest.approx(22, rel=1e-3)


def test_ratios_of_what_was_not_measured_are_none():
    bare = {"teacher": {"params": 10}, "student": {"params": 5}, "exports": {"int8": {}}}
    found = ratios(bare)
    assert (found["params"], found["macs_true"], found["latency"]) == (2, None, None)


def test_reached_goals_are_met_and_missed_ones_are_not():
    found = met(content())
    assert found["Teacher's SSIM"] and found["MACs, student"] and found["File size, int8 file"]
    assert found["Search against uniform width"]
    # The made-up real people are recognised less often on frontal images.
    assert found["Real people at profile, rank-1 (resnet29)"] is False


def test_one_yaw_below_the_view_is_enough_to_miss():
    values = copy.deepcopy(content())
    values["teacher"]["evaluation"]["by_yaw"]["60"]["ssim"] = 0.01
    assert met(values)["Teacher's SSIM"] is False


def test_a_student_too_far_from_its_teacher_misses():
    values = content()
    values["student"]["evaluation"] = evaluation(0.68, 0.9)
    found = met(values)
    assert found["Student's mean SSIM"] is False
    assert found["Student's mean rank-1 (faceres)"] is False


def test_rank1_that_never_hits_is_not_doubled():
    values = content()
    values["teacher"]["evaluation"] = evaluation(0.7, 0.0)
    values["unprocessed"] = evaluation(0.4, 0.0)
    assert met(values)["Teacher's rank-1 at 90° (resnet29)"] is False


def test_what_was_not_measured_is_neither_met_nor_missed():
    bare = {"teacher": {"params": 10}, "student": {"params": 5}, "exports": {}}
    found = met(bare)
    assert found.pop("Parameters, student") is False
    assert set(found.values()) == {None}


def test_a_demo_has_goals_of_its_own():
    values = content() | {"demo": {"minutes": 11.0, "peak_memory_bytes": 3e9}}
    found = met(values)
    assert (found["Time of the demo"], found["Memory of the demo"]) == (False, True)
