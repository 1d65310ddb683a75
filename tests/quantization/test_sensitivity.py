import pytest

from tests.export.models import images_for
from tests.quantization.test_equalization import even
from tfgan_compress.quantization import sensitivity
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.twin import quantization_twin


@pytest.fixture(scope="module")
def twin():
    model = even()
    twin = calibrate(quantization_twin(model), [images_for(model, 8)])
    # Steps a hundred times too coarse.
    twin.get_layer("act_range").set_range(-100, 100)
    return twin


@pytest.fixture(scope="module")
def measured(twin):
    return sensitivity.tensor_sensitivity(twin, [images_for(twin, 2)])


def test_the_tensor_that_was_spoiled_comes_first_and_pays_for_most(measured):
    psnr, rows = measured
    assert rows[0].name == "act_range" and rows[0].share > 0.9
    assert rows[0].without > psnr + 10
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_every_rounded_tensor_has_a_row(measured, twin):
    named = {row.name for row in measured[1]}
    assert named == {layer.name for layer in twin.layers if hasattr(layer, "active")}
    assert "act_range" in sensitivity.table(measured[1])


def test_tensors_can_be_left_in_float(measured, twin):
    sensitivity.keep_float(twin, measured[1][:1])
    after, _ = sensitivity.tensor_sensitivity(twin, [images_for(twin, 2)])
    layer = twin.get_layer("act_range")
    assert layer.active is False
    layer.active = True
    assert after == pytest.approx(measured[0])  # Measuring switches everything itself.


def test_plot_is_written(measured, tmp_path):
    sensitivity.plot(measured[1], tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
