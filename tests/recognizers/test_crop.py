import numpy as np
import pytest

from tfgan_compress.recognizers import faceres, resnet29
from tfgan_compress.recognizers.crop import Crop, Framing, resize_matrix

FRAMINGS = {"resnet29": resnet29.FRAMING, "faceres": faceres.FRAMING}


def ramp(size):
    """An image whose channels are its own x and y, in pixels of the 128x128 frame."""
    y, x = np.mgrid[0:size, 0:size] * (128 / size)
    return np.stack([x, y, x * 0], -1).astype(np.float32)[None]


@pytest.mark.parametrize("size", [64, 128, 256])
@pytest.mark.parametrize("name", FRAMINGS)
def test_eyes_land_where_the_framing_says(name, size):
    framing = FRAMINGS[name]
    chip = np.asarray(Crop(framing, size)(ramp(size)))[0]
    column, row = (round(point) for point in framing.eyes)
    x, y, _ = chip[row, column]
    assert x == pytest.approx(64 + (column - framing.eyes[0]) / framing.scale, abs=0.05)
    assert y == pytest.approx(40 + (row - framing.eyes[1]) / framing.scale, abs=0.05)


@pytest.mark.parametrize("size", [64, 128, 256])
def test_chip_pixels_are_one_scale_apart(size):
    framing = resnet29.FRAMING
    chip = np.asarray(Crop(framing, size)(ramp(size)))[0]
    width = chip[75, 110, 0] - chip[75, 40, 0]
    assert width == pytest.approx(70 / framing.scale, abs=0.1)


def test_rows_of_resize_matrices_sum_to_one():
    for size, scale in ((64, 2.5), (128, 1.26), (512, 0.3)):
        matrix = resize_matrix(size, 150, start=-5.0, scale=scale)
        np.testing.assert_allclose(matrix.sum(1), 1, atol=1e-6)


def test_outside_of_the_image_repeats_the_edge():
    framing = Framing(chip_size=100, eyes=(50.0, 50.0), scale=0.5)
    chip = np.asarray(Crop(framing, 128)(ramp(128)))[0]
    assert chip[0, 0, 0] == chip[0, 0, 1] == 0
    assert chip[-1, -1, 0] == chip[-1, -1, 1] == 127


def test_shrinking_averages_instead_of_skipping_pixels():
    stripes = np.tile([1.0, -1.0], 256).astype(np.float32)
    matrix = resize_matrix(512, 100, start=10.0, scale=0.25)
    assert np.abs(matrix @ stripes).max() < 0.05
