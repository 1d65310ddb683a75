import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import records


@pytest.fixture
def record():
    rng = np.random.default_rng(0)
    return {
        "input": rng.integers(0, 256, (64, 64, 3), np.uint8),
        "target": rng.integers(0, 256, (64, 64, 3), np.uint8),
        "landmarks": geometry.frontal_landmarks(64),
        "identity": 3,
        "yaw": 30.0,
    }


def test_finished_pictures_are_floats_from_minus_one_to_one(record):
    record["input"][0, 0] = (0, 128, 255)
    finished = records.finish_record(record)
    np.testing.assert_allclose(finished["input"][0, 0], (-1, 1 / 255, 1), atol=1e-6)
    assert finished["target"].dtype == np.float32


def test_patches_have_the_shapes_of_the_geometry_and_are_cut_from_the_input(record):
    finished = records.finish_record(record)
    row, column = geometry.patch_corners(record["landmarks"], 64)["mouth"]
    height, width = geometry.patch_shapes(64)["mouth"]
    np.testing.assert_array_equal(
        finished["mouth"], finished["input"][row : row + height, column : column + width]
    )
    assert {name: finished[name].shape[:2] for name in records.PATCHES} == geometry.patch_shapes(64)


def test_patches_beyond_the_edge_repeat_it():
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 0] = 7
    landmarks = geometry.frontal_landmarks(64).copy()
    landmarks[0] = (-40, 30)
    assert (records.cut_patches(image, landmarks)["left_eye"] == 7).all()


def test_negative_yaw_is_mirrored_with_landmarks_and_target(record):
    finished = records.finish_record({**record, "yaw": -30.0})
    straight = records.finish_record(record)
    np.testing.assert_array_equal(finished["input"], straight["input"][:, ::-1])
    np.testing.assert_array_equal(finished["target"], straight["target"][:, ::-1])
    np.testing.assert_allclose(
        finished["landmarks"], geometry.flip_landmarks(record["landmarks"], 64)
    )
    assert finished["yaw"] == 30 and finished["mirrored"] and not straight["mirrored"]


def test_records_as_shot_are_never_mirrored_or_turned_back(record):
    shot = {**record, "yaw": -30.0}
    for served in (shot, records.mirror_record(shot)):
        finished = records.finish_record(served, as_shot=True)
        np.testing.assert_array_equal(finished["input"], records.to_float(shot["input"]))
        np.testing.assert_allclose(finished["landmarks"], shot["landmarks"], atol=1e-5)
        assert finished["yaw"] == -30 and not finished["mirrored"]


def test_mirroring_twice_gives_the_record_back(record):
    twice = records.mirror_record(records.mirror_record(record))
    np.testing.assert_array_equal(twice["input"], record["input"])
    np.testing.assert_allclose(twice["landmarks"], record["landmarks"])
    assert twice["yaw"] == record["yaw"] and not twice["mirrored"]


def test_values_that_are_not_given_have_a_stand_in_of_fixed_type(record):
    finished = records.finish_record({**record, "age": 31.0})
    assert finished["age"] == 31 and finished["light"] == -1 and finished["pitch"] == 0
    assert finished["light"].dtype == finished["age"].dtype == np.int32


def test_a_picture_survives_the_way_to_float_and_back(record):
    back = records.to_uint8(records.to_float(record["input"]))
    np.testing.assert_array_equal(back, record["input"])
