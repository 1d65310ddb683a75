import math

import keras
import pytest

from tfgan_compress.training.capture import check_capture
from tfgan_compress.training.phases import Falling


@pytest.fixture(scope="module")
def steps(facts_on_torch):
    return facts_on_torch["captured_nets"]


def test_step_free_of_the_host_asks_it_for_nothing(steps):
    assert steps["plain"]["asked"]
    assert steps["free"]["asked"] == []


def test_constants_of_a_captured_step_can_be_kept(steps):
    assert steps["free"]["constants"] > 0


def test_step_free_of_the_host_loses_what_the_plain_step_loses(steps):
    assert steps["free"]["losses"] == pytest.approx(steps["plain"]["losses"], rel=1e-3)


def test_steps_before_the_capture_leave_no_trace(steps):
    taken_back, taken = steps["kept"]
    assert taken_back == 0
    assert taken > 0


def test_captured_steps_are_refused_without_a_device():
    with pytest.raises(ValueError, match=r"torch backend.*leave `captured` out.*tensorflow"):
        check_capture()


@pytest.mark.parametrize("total", [1, 40, 5000])
def test_learning_rate_rises_and_falls_as_that_of_keras_does(total):
    warmup = min(100, total // 10 + 1)
    expected = keras.optimizers.schedules.CosineDecay(
        1e-4, max(total - warmup, 1), alpha=0.05, warmup_target=2e-3, warmup_steps=warmup
    )
    own = Falling(2e-3, total)
    for step in (0, 1, 5, 99, 100, 1000, total, total + 1):
        assert math.isclose(float(own(step)), float(expected(step)), rel_tol=1e-4), step
