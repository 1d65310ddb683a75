import keras
import pytest

from tests.export.models import images_for, randomize
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.sharing import calibrated_twin, share_ranges
from tfgan_compress.quantization.twin import joinable_ranges, quantization_twin, ranges

L = keras.layers


@pytest.fixture(scope="module")
def forked():
    """Two convolutions that are joined, one of which is read by another one too."""
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3), name="input")
    fork = L.Conv2D(4, 3, padding="same", name="fork")(image)
    side = L.Conv2D(4, 3, padding="same", name="side")(fork)
    x = L.Concatenate(name="join")([fork, side])
    x = L.Conv2D(3, 3, padding="same", activation="tanh", name="last")(x)
    model = keras.Model({"input": image}, {"image": x})
    randomize(model, 0)
    return model


def names(twin):
    return {layer.name for layer in ranges(twin)}


def ends(twin, name):
    layer = twin.get_layer(name)
    return [float(layer.low), float(layer.high)]


def test_only_tensors_with_several_readers_have_a_range_that_could_be_shared(forked):
    assert joinable_ranges(forked) == {"fork_range": "join_range"}


def test_ranges_of_one_width_become_one_that_holds_both(forked):
    twin = quantization_twin(forked)
    calibrate(twin, [images_for(forked, 2)])
    twin.get_layer("fork_range").set_range(-1.0, 1.0)
    twin.get_layer("join_range").set_range(-0.75, 1.25)
    shared = share_ranges(forked, twin, limit=1.5)
    assert names(twin) - names(shared) == {"fork_range"}
    assert ends(shared, "join_range") == [-1.0, 1.25]
    assert ends(shared, "input_range") == ends(twin, "input_range")


def test_ranges_of_different_widths_stay_apart(forked):
    twin = quantization_twin(forked)
    twin.get_layer("fork_range").set_range(-1.0, 1.0)
    twin.get_layer("join_range").set_range(-1.0, 3.0)
    assert share_ranges(forked, twin, limit=1.5) is twin


def test_a_limit_above_all_widths_leaves_no_conversion_between_scales(forked):
    twin = calibrated_twin(forked, [images_for(forked, 4)], limit=100)
    assert "fork_range" not in names(twin)


@pytest.mark.parametrize(("outlier", "chosen"), [(1.0, 100.0), (60.0, 99.8)])
def test_outliers_are_clipped_only_where_that_helps(forked, outlier, chosen):
    views = images_for(forked, 32)
    views["input"][0, 0, 0, 0] = outlier
    batches = [views, images_for(forked, 8)]
    found = calibrated_twin(forked, batches)
    expected = calibrated_twin(forked, batches, percentile=chosen)
    assert ends(found, "input_range") == ends(expected, "input_range")
