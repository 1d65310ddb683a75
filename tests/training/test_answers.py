import keras
import numpy as np
import pytest

from tests.data.test_batches import Numbered, brighten
from tfgan_compress.data import records
from tfgan_compress.data.batches import batches
from tfgan_compress.training import answers
from tfgan_compress.training.base import with_taps

TAPS = ("low", "high")


@pytest.fixture(scope="module")
def teacher():
    view = keras.Input((32, 32, 3), name="input")
    low = keras.layers.Conv2D(4, 8, strides=8, name="low")(view)
    low = keras.layers.UpSampling2D(8)(low)
    high = keras.layers.Concatenate()([low, view])
    high = keras.layers.Conv2D(8, 3, padding="same", name="high")(high)
    image = keras.layers.Conv2D(3, 1, activation="tanh", name="image")(high)
    model = keras.Model({"input": view}, {"image": image})
    model.image_shape = (32, 32, 3)
    return model


@pytest.fixture
def source(teacher, tmp_path):
    return answered(teacher, tmp_path)


def answered(teacher, folder, count=10):
    taught = {"taps": ("low",), "augment": brighten, "seed": 3}
    return answers.answered(Numbered(count), teacher, folder, **taught)


def test_answers_are_what_the_teacher_says_to_the_same_pictures(teacher, source):
    (batch,) = batches(source, batch_size=10, seed=0, shuffle=True)
    made = with_taps(teacher, ("low",))({"input": batch["input"]}, training=False)
    found = answers.answers_in(batch)
    half_a_step = 0.5 / 127.5
    image = made["outputs"]["image"]
    np.testing.assert_allclose(found["outputs"]["image"], image, atol=half_a_step + 1e-5)
    np.testing.assert_allclose(found["features"]["low"], made["features"]["low"], rtol=2e-3)


def test_each_record_keeps_one_augmentation(source):
    once, again = source[4]["input"], source[4]["input"]
    np.testing.assert_array_equal(once, again)
    # They differ by more than their numbers.
    gains = {int(source[i]["input"][0, 0, 0]) - i for i in range(10)}
    assert len(gains) > 5


def test_a_pass_that_was_killed_goes_on(teacher, tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "BATCH", 2)
    monkeypatch.setattr(answers, "SHARD", 4)
    whole = answered(teacher, tmp_path)
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 3
    times = [path.stat().st_mtime_ns for path in paths]
    expected = [whole[i]["answer"] for i in range(10)]
    paths[1].unlink()
    resumed = answered(teacher, tmp_path)
    assert [path.stat().st_mtime_ns for path in paths][::2] == times[::2]
    for i, answer in enumerate(expected):
        np.testing.assert_array_equal(resumed[i]["answer"], answer)


def test_large_features_are_not_kept(teacher):
    # 32 x 32 x 8 in float16 are five and a third pictures.
    assert answers.small_taps(teacher, TAPS) == ("low",)


def test_answers_are_not_mirrored_with_their_record(source):
    record = source[2] | {"yaw": -30.0}
    finished = records.finish_record(record)
    assert finished["mirrored"]
    np.testing.assert_allclose(finished["answer"], records.to_float(record["answer"]))


def test_batches_without_answers_have_none():
    assert answers.answers_in({"input": 0}) == {"outputs": {}, "features": {}}
