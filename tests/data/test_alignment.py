import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import alignment


def gradient(size):
    y, x = np.mgrid[:size, :size]
    return np.stack([x, y, x * 0], -1).astype(np.float32) * (250 / size)


def test_identity_leaves_the_picture_alone():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    np.testing.assert_array_equal(alignment.warp(image, np.eye(2, 3), 32), image)


@pytest.mark.parametrize("scale", [2.0, 0.7, 0.2, 0.05])
def test_warped_pixels_come_from_where_the_matrix_says(scale):
    image = gradient(1000)
    matrix = np.array([[scale, 0, 3.0], [0, scale, -2.0]])
    warped = alignment.warp(image, matrix, 32)
    y, x = np.mgrid[8:24, 8:24]
    source = np.stack([x - 3.0, y + 2.0], -1) / scale
    inside = (source > 60).all(-1) & (source < 940).all(-1)
    expected = source * 0.25
    assert np.abs(warped[8:24, 8:24, :2] - expected)[inside].max(initial=0) < 0.3


def test_shrinking_does_not_alias():
    stripes = np.zeros((640, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    small = alignment.warp(stripes, np.array([[0.11, 0, 0], [0, 0.11, 0]]), 64)
    assert np.ptp(small[8:-8, 8:-8]) < 12


def test_edges_are_repeated_outside_the_picture():
    image = np.full((20, 20, 3), 90, np.uint8)
    assert (alignment.warp(image, np.array([[1, 0, 500.0], [0, 1, 0]]), 16) == 90).all()


def test_aligned_landmarks_lie_where_the_geometry_puts_them():
    points = geometry.frontal_landmarks(128) * 2 + 31
    image = np.zeros((400, 400, 3), np.uint8)
    x, y = points[2].round().astype(int)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    aligned, moved = alignment.align(image, points, 128)
    brightest = np.unravel_index(aligned[..., 0].argmax(), (128, 128))
    np.testing.assert_allclose(brightest[::-1], moved[2], atol=1.5)
    np.testing.assert_allclose(moved[:2].mean(0), (64, 40), atol=1e-3)


@pytest.mark.parametrize(
    ("eye", "nose", "yaw"), [(22.8, 0, 0), (17.5, 20.0, 40), (0, 27, 90), (0, -27, -90)]
)
def test_yaw_is_estimated_from_landmarks(eye, nose, yaw):
    points = [(64 - eye, 40), (64 + eye, 40), (64 + nose, 64), (50, 88), (70, 88)]
    assert alignment.estimate_yaw(np.array(points, np.float32)) == pytest.approx(yaw, abs=3)


@pytest.mark.parametrize("yaw", [-67.0, -30.0, 0.0, 45.0])
def test_landmarks_placed_by_the_eyes_say_the_yaw_they_were_placed_with(yaw):
    eyes = np.array([(100.0, 80.0), (140.0, 86.0)])
    points = alignment.landmarks_from_eyes(eyes, yaw)
    np.testing.assert_allclose(points[:2], eyes)
    # At a tilt the levelling fades with the distance of the eyes; level eyes stay exact.
    level = alignment.landmarks_from_eyes(eyes * [1, 0] + [0, 80], yaw)
    assert alignment.estimate_yaw(level) == pytest.approx(yaw, abs=0.5)


def test_eyes_say_nothing_of_a_profile():
    with pytest.raises(ValueError, match="less than 80 degrees"):
        alignment.landmarks_from_eyes([(0, 0), (20, 0)], 90.0)
    with pytest.raises(ValueError, match="a pixel apart"):
        alignment.landmarks_from_eyes([(5, 5), (5, 5)], 0.0)
