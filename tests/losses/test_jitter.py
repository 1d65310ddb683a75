import keras
import numpy as np
import pytest

from tfgan_compress.losses.jitter import SHIFT, ZOOM, jittered

SIZE = 32


@pytest.fixture
def seed():
    return keras.random.SeedGenerator(5)


def ramp(axis):
    """A picture whose values are its pixels' places along `axis`, from -1 to 1."""
    places = np.linspace(-1, 1, SIZE, dtype="float32")
    shape = [1, 1, 1, 1]
    shape[axis] = SIZE
    return np.broadcast_to(places.reshape(shape), (1, SIZE, SIZE, 3)).copy()


def drawn(image, seed, *, times=40):
    return [np.asarray(jittered([image], seed)[0]) for _ in range(times)]


def test_all_pictures_of_a_call_are_moved_alike(seed):
    noise = np.random.default_rng(0).uniform(-1, 1, (2, SIZE, SIZE, 3)).astype("float32")
    one, other = map(np.asarray, jittered([noise, noise], seed))
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - noise).max() > 0.1


def test_flat_picture_stays_what_it_is(seed):
    flat = np.full((1, SIZE, SIZE, 3), 0.3, "float32")
    for moved in drawn(flat, seed, times=5):
        np.testing.assert_allclose(moved, flat, atol=1e-6)


def test_half_of_the_draws_are_mirrored_and_none_is_upside_down(seed):
    rightwards = [moved[0, 16, -1, 0] > moved[0, 16, 0, 0] for moved in drawn(ramp(2), seed)]
    assert 10 < sum(rightwards) < 30
    assert all(moved[0, -1, 16, 0] > moved[0, 0, 16, 0] for moved in drawn(ramp(1), seed))


def test_faces_are_moved_by_a_few_pixels_and_sized_a_little(seed):
    pixel = 2 / (SIZE - 1)
    middles, slopes = [], []
    for moved in drawn(ramp(1), seed):
        column = moved[0, :, 16, 0]
        middles.append((column[15] + column[16]) / 2)
        slopes.append(column[18] - column[13])
    reach = SHIFT * SIZE / 128
    assert 0.5 * reach * pixel < np.abs(middles).max() <= reach * pixel + 1e-6
    sizes = 5 * pixel / np.array(slopes)
    assert 1 - ZOOM - 1e-3 <= sizes.min() < 0.98 and 1.02 < sizes.max() <= 1 + ZOOM + 1e-3
