import keras
import numpy as np
import pytest

from tests.quantization.test_equalization import uneven
from tfgan_compress.quantization.calibration import calibrate, observed_ranges
from tfgan_compress.quantization.twin import quantization_twin, ranges


@pytest.fixture(scope="module")
def twin():
    return quantization_twin(uneven())


def batch(low, high):
    image = np.random.default_rng(0).uniform(low, high, (4, 8, 8, 3)).astype("float32")
    image[0, 0, 0, 0], image[0, 0, 0, 1] = low, high
    return {"input": image}


def test_range_is_the_least_and_the_greatest_value_of_all_batches(twin):
    calibrate(twin, [batch(-0.5, 0.25), batch(-0.1, 0.75)])
    entry = twin.get_layer("input_range")
    assert [float(entry.low), float(entry.high)] == [-0.5, 0.75]


def test_percentile_leaves_outliers_out(twin):
    views = batch(-0.5, 0.5)
    views["input"][0, 0, 0, 1] = 100
    calibrate(twin, [views], percentile=99)
    assert float(twin.get_layer("input_range").high) < 0.6


def test_several_percentiles_are_read_off_in_one_go(twin):
    batches = [batch(-0.5, 0.25), batch(-0.1, 0.75)]
    found = observed_ranges(twin, batches, (99.0, 100.0))
    for percentile, ends in found.items():
        calibrate(twin, batches, percentile=percentile)
        entry = twin.get_layer("input_range")
        expected = [float(entry.low), float(entry.high)]
        assert list(ends["input_range"]) == pytest.approx(expected, rel=1e-5)


def test_zero_is_always_in_range(twin):
    calibrate(twin, [batch(0.5, 0.75)])
    assert float(twin.get_layer("input_range").low) == 0


def test_tanh_has_the_range_of_the_file_and_its_input_no_wider_one_than_counts(twin):
    calibrate(twin, [{"input": 1000 * batch(-1, 1)["input"]}])
    last, before = ranges(twin)[-1], ranges(twin)[-2]
    assert [float(last.low), float(last.high)] == [-1, 127 / 128]
    assert float(before.high) == pytest.approx(3.2)


@pytest.mark.parametrize("percentile", [50, 101])
def test_impossible_percentiles_are_refused(twin, percentile):
    with pytest.raises(ValueError, match="percentile must be above 50"):
        calibrate(twin, [batch(-1, 1)], percentile=percentile)


def test_no_batches_are_refused(twin):
    with pytest.raises(ValueError, match="at least one batch"):
        calibrate(twin, [])


def test_models_with_layers_that_have_no_twin_are_refused():
    image = keras.Input((8, 8, 3), name="input")
    x = keras.layers.Softmax(name="odd")(image)
    with pytest.raises(ValueError, match="'odd' must be of a type"):
        quantization_twin(keras.Model({"input": image}, {"image": x}))
