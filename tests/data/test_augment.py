import dataclasses

import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import augment

NOTHING = augment.Augmentation(**{f.name: 0.0 for f in dataclasses.fields(augment.Augmentation)})


@pytest.fixture
def record():
    y, x = np.mgrid[:64, :64]
    image = np.stack([x * 2, y * 2, x + y], -1).astype(np.uint8) + 40
    landmarks = geometry.frontal_landmarks(64)
    return {"input": image, "target": image[::-1].copy(), "landmarks": landmarks, "yaw": 0.0}


def apply(augmentation, record, seed=0):
    return augmentation(record, np.random.default_rng(seed))


def test_all_at_zero_changes_nothing(record):
    changed = apply(NOTHING, record)
    np.testing.assert_array_equal(changed["input"], record["input"])
    np.testing.assert_array_equal(changed["target"], record["target"])
    np.testing.assert_allclose(changed["landmarks"], record["landmarks"])


def test_effects_depend_on_the_generator_alone(record):
    first, again, other = (apply(augment.Augmentation(), record, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first["input"], again["input"])
    assert (first["input"] != other["input"]).any()


def test_renderings_are_left_as_they_are(record):
    assert apply(augment.Augmentation(), {**record, "rendered": True})["input"] is record["input"]


def test_landmarks_move_with_the_picture(record):
    moved = apply(dataclasses.replace(NOTHING, shift=6.0, zoom=0.05, roll=5.0), record)
    x, y = moved["landmarks"][2]
    old_x, old_y = record["landmarks"][2]
    assert abs(x - old_x) + abs(y - old_y) > 0.5
    found = moved["input"][round(float(y)), round(float(x)), :2].astype(float)
    np.testing.assert_allclose(found, (old_x * 2 + 40, old_y * 2 + 40), atol=3)


def test_the_camera_spares_the_target(record):
    changed = apply(dataclasses.replace(NOTHING, noise=10.0, blur=1.0, jpeg=1.0), record)
    np.testing.assert_array_equal(changed["target"], record["target"])
    assert (changed["input"] != record["input"]).any()


def test_light_and_gray_fall_on_both(record):
    changed = apply(dataclasses.replace(NOTHING, exposure=0.5, gray=1.0), record)
    for name in ("input", "target"):
        assert np.ptp(changed[name], axis=-1).max() == 0
    np.testing.assert_array_equal(changed["target"], changed["input"][::-1])
