import csv

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from tests.training import nets
from tfgan_compress.training.callbacks import Backup, ImageGrid
from tfgan_compress.training.stage import run_stage


def train(directory, epochs, **options):
    """Trains a supernet in a discriminator's company; returns the trainer."""
    trainer = nets.trainer(elastic=True)
    return run_stage(
        trainer, nets.batches, directory=directory, epochs=epochs, steps_per_epoch=2, verbose=0,
        **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A run that stopped after its first epoch and was resumed, with pictures: its folder."""
    folder = tmp_path_factory.mktemp("interrupted")
    train(folder, 1)
    callbacks = [ImageGrid(nets.batch(), folder / "images", rows=2)]
    return folder, train(folder, 2, callbacks=callbacks)


def test_resumed_run_equals_the_uninterrupted_one_exactly(interrupted, tmp_path):
    whole, resumed = nets.state(train(tmp_path, 2)), nets.state(interrupted[1])
    assert whole.keys() == resumed.keys()
    for name in whole:
        np.testing.assert_array_equal(whole[name], resumed[name], err_msg=name)


def test_backup_is_one_file_that_holds_the_epoch_in_its_name(interrupted):
    folder, _ = interrupted
    assert [p.name for p in (folder / "backup").iterdir()] == ["epoch_00002.weights.h5"]
    assert Backup(folder / "backup").latest() == (2, folder / "backup" / "epoch_00002.weights.h5")


def test_log_has_a_line_for_each_epoch(interrupted):
    rows = list(csv.DictReader((interrupted[0] / "log.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert {"loss", "pixel", "discriminator_loss"} <= set(rows[0])


def test_pictures_show_input_output_and_target(interrupted):
    picture = PIL.Image.open(interrupted[0] / "images" / "epoch_00002.png")
    assert picture.size == (3 * 8, 2 * 8)
    first = np.asarray(picture)[:8, :8] / 127.5 - 1
    np.testing.assert_allclose(first, nets.batch()["input"][0], atol=0.01)


def test_tensorboard_gets_losses_and_pictures(interrupted):
    tags = {}
    for file in sorted((interrupted[0] / "events").iterdir()):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags |= {value.tag: (event.step, value) for value in event.summary.value}
    assert tags["pixel"][0] == 2
    assert tags["pixel"][1].simple_value > 0
    assert tags["input, output, target"][1].image.encoded_image_string[:4] == b"\x89PNG"


def test_finished_stage_is_loaded_and_not_trained_on(interrupted):
    def no_data(start):
        raise AssertionError("A finished stage needs no data.")

    folder, finished = interrupted
    trainer = nets.trainer(elastic=True)
    run_stage(trainer, no_data, directory=folder, epochs=2, steps_per_epoch=2)
    for a, b in zip(nets.state(trainer).values(), nets.state(finished).values(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_teacher_is_not_in_the_backup(tmp_path):
    sizes = []
    for teacher in (True, False):
        trainer = nets.trainer(game=False)
        if not teacher:
            trainer._teacher = None
        trainer.save_weights(tmp_path / "state.weights.h5")
        sizes.append((tmp_path / "state.weights.h5").stat().st_size)
    assert sizes[0] == sizes[1]


def backup(folder, trainer, epoch):
    callback = Backup(folder)
    callback.set_model(trainer)
    callback.on_epoch_end(epoch)
    return callback


def test_half_written_backup_does_not_replace_a_good_one(tmp_path, monkeypatch):
    trainer = nets.trainer(game=False)
    backup(tmp_path, trainer, 0)
    good = (tmp_path / "epoch_00001.weights.h5").read_bytes()

    def killed(path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "save_weights", killed)
        with pytest.raises(KeyboardInterrupt):
            backup(tmp_path, trainer, 1)
    epoch, path = Backup(tmp_path).latest()
    assert (epoch, path.read_bytes()) == (1, good)
    backup(tmp_path, trainer, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["epoch_00002.weights.h5"]


def test_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_backup(tmp_path):
    def data(start):
        for number, (batch,) in enumerate(nets.batches(start)):
            yield (batch if number < 2 else batch | {"target": batch["target"] * np.nan},)

    trainer = nets.trainer(game=False, run_eagerly=True)
    with pytest.raises(FloatingPointError, match=r"At batch 0 these were not: .*pixel"):
        run_stage(trainer, data, directory=tmp_path, epochs=2, steps_per_epoch=2, verbose=0)
    epoch, path = Backup(tmp_path / "backup").latest()
    assert epoch == 1
    trainer.load_weights(path)
    assert all(np.isfinite(a).all() for a in nets.state(trainer).values())


def test_training_needs_a_backend_with_gradients(monkeypatch):
    from tfgan_compress.training.gradients import value_and_gradients

    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match=r"tensorflow and torch backends.*'jax'"):
        value_and_gradients(lambda: None, [])
