import csv
import os
import subprocess
import sys

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from tests.training import nets, two_devices
from tfgan_compress.replicas import check_same
from tfgan_compress.training.distribution import make_strategy, replicated


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `two_devices` leaves behind, which ran in a process of its own."""
    folder = tmp_path_factory.mktemp("two_devices")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.two_devices", str(folder)],
        env=os.environ | {"KERAS_BACKEND": "tensorflow", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def whole():
    """`(trainer, its first state)`: one device that took the same steps with the whole batch."""
    trainer = two_devices.supernet_trainer(None)
    first = nets.state(trainer)
    for seed in range(two_devices.STEPS):
        batch = nets.batch(seed)
        trainer.train_step({name: keras.ops.convert_to_tensor(v) for name, v in batch.items()})
    return trainer, first


def stored(path):
    with np.load(path) as arrays:
        return list(arrays.values())


def test_two_devices_reach_the_weights_of_one_with_the_whole_batch(folder, whole):
    trainer, first = whole
    trained, state = stored(folder / "trained.npz"), nets.state(trainer)
    assert len(trained) == len(state)
    for (name, one), two in zip(state.items(), trained, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-5, err_msg=name)
    assert max(np.abs(state[n] - first[n]).max() for n in state if "kernel" in n) > 0.01


def test_losses_shown_are_those_of_the_whole_batch(folder, whole):
    (row,) = csv.DictReader((folder / "log.csv").read_text().splitlines())
    for name, value in whole[0].get_metrics_result().items():
        assert float(row[name]) == pytest.approx(float(value), rel=1e-4)


def test_weights_come_back_from_the_replicas(folder):
    returned, copied = stored(folder / "returned.npz"), stored(folder / "copied.npz")
    for one, two in zip(returned, copied, strict=True):
        np.testing.assert_array_equal(one, two)


def test_every_face_is_painted_once(folder):
    with PIL.Image.open(folder / "images" / "epoch_00001.png") as grid:
        assert grid.size == (3 * 8, 4 * 8)


def test_without_a_strategy_models_train_themselves():
    models = nets.models()
    with replicated(None, *models) as given:
        assert given == models


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", "TF_CONFIG must read"),
        ('{"cluster": {"worker": ["a:1"]}}', "TF_CONFIG must read"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}', "two workers"),
        (
            '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
            "index",
        ),
    ],
)
def test_machines_are_named_by_a_whole_tf_config(config, message, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(ValueError, match=message):
        make_strategy("multi_worker", 8)


def test_strategy_needs_tensorflow_and_a_known_name(monkeypatch):
    with pytest.raises(ValueError, match=r"one of \('mirrored', 'multi_worker'\).*'miror'"):
        make_strategy("miror", 8)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(ValueError, match="needs the tensorflow backend"):
        make_strategy("mirrored", 8)


class Workers:
    """A strategy of two workers; the second has `other`."""

    num_replicas_in_sync = 2

    def __init__(self, other=0):
        self.other = other

    def run(self, function):
        return function()

    def gather(self, value, axis):
        return tf.concat([value, [self.other]], axis)


def test_workers_that_disagree_are_stopped(monkeypatch):
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", Workers)
    monkeypatch.setattr(tf.distribute, "get_strategy", lambda: Workers(5))
    check_same("epochs", 5)
    with pytest.raises(ValueError, match=r"the same epochs. Received: \[4, 5\]"):
        check_same("epochs", 4)


def test_batch_is_shared_evenly(monkeypatch):
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda devices: Workers())
    with pytest.raises(ValueError, match=r"multiple of the 2 replicas\. Received: 5"):
        make_strategy("mirrored", 5)
