"""Keras callbacks of every stage: backups, a guard against NaN, logs and pictures."""

import csv
import math
import re
from pathlib import Path

import keras
import numpy as np

from tfgan_compress.files import atomic_path

_BACKUP = re.compile(r"epoch_(\d+)\.weights\.h5$")


class Backup(keras.callbacks.Callback):
    """Saves the whole training state after each epoch, in one rename.

    The epoch is part of the file's name: state and count can not disagree, which they can with
    `keras.callbacks.BackupAndRestore` when a run is killed between its two files.

    Args:
        directory: Holds `epoch_<n>.weights.h5`, n epochs done; only the newest is kept.
    """

    def __init__(self, directory):
        super().__init__()
        self.directory = Path(directory)

    def latest(self):
        """Returns `(epochs done, path)`, or `(0, None)` where nothing is saved."""
        found = [
            (int(m[1]), p) for p in self.directory.glob("*.h5") if (m := _BACKUP.search(str(p)))
        ]
        return max(found, default=(0, None))

    def on_epoch_end(self, epoch, logs=None):
        older = set(self.directory.glob("*epoch_*.h5"))  # With what a killed run left half done.
        path = self.directory / f"epoch_{epoch + 1:05d}.weights.h5"
        # Keras insists on the double suffix, atomic_path keeps only the last one.
        with atomic_path(path) as temporary:
            written = temporary.with_suffix(".weights.h5")
            self.model.save_weights(written)
            written.replace(temporary)
        for other in older - {path}:
            other.unlink()


class NaNGuard(keras.callbacks.Callback):
    """Stops at the first loss that is not finite; the last backup is still good."""

    def on_train_batch_end(self, batch, logs=None):
        bad = [name for name, value in (logs or {}).items() if not math.isfinite(value)]
        if bad:
            raise FloatingPointError(
                f"Losses must be finite. At batch {batch} these were not: {', '.join(bad)}. The "
                "backup of the epoch before is kept: lower the learning rate or the clipping norm "
                "and start again."
            )


class LossLog(keras.callbacks.Callback):
    """Adds the losses of each epoch, counted from 0, to a CSV file; it is closed in between.

    Args:
        path: The file; a resumed run goes on in it.
    """

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        rows = [[epoch, *logs.values()]]
        if not self.path.exists():
            rows.insert(0, ["epoch", *logs])
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)


class ImageGrid(keras.callbacks.Callback):
    """Writes a PNG of inputs, outputs and targets, side by side, after each epoch.

    Args:
        batch: A batch of the contract; its first rows are drawn.
        directory: Gets `epoch_<n>.png`.
        rows: How many faces.
    """

    def __init__(self, batch, directory, *, rows=6):
        super().__init__()
        self.batch = {name: value[:rows] for name, value in batch.items()}
        self.directory = Path(directory)

    def on_epoch_end(self, epoch, logs=None):
        import PIL.Image

        # Under a strategy every replica paints the whole batch, one below the other.
        painted = self.model.predict_on_batch(self.batch)["image"][: len(self.batch["input"])]
        columns = (self.batch["input"], painted, self.batch["target"])
        grid = np.concatenate([np.concatenate(list(np.asarray(c)), 0) for c in columns], 1)
        pixels = np.clip((grid + 1) * 127.5, 0, 255).astype("uint8")
        with atomic_path(self.directory / grid_name(epoch)) as temporary:
            PIL.Image.fromarray(pixels).save(temporary)


class EventLog(keras.callbacks.Callback):
    """Writes the losses of each epoch, and pictures, for `tensorboard --logdir`.

    TensorFlow no longer comes with TensorBoard, without which `keras.callbacks.TensorBoard` and
    `tf.summary.scalar` fail; the events are therefore written as plain protocol buffers. On the
    torch backend nothing is written, so as not to load TensorFlow beside it: `log.csv` and the PNG
    files hold the same.

    Args:
        directory: Gets the event files.
        images: Folder of `ImageGrid`, which must come first in the list of callbacks.
    """

    def __init__(self, directory, images):
        super().__init__()
        self.directory, self.images = Path(directory), Path(images)
        self._writer = None

    def on_train_begin(self, logs=None):
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            self._writer = tf.summary.create_file_writer(str(self.directory))

    def on_epoch_end(self, epoch, logs=None):
        if self._writer is None:
            return
        import tensorflow as tf

        summary = tf.compat.v1.Summary()
        for name, value in (logs or {}).items():
            summary.value.add(tag=name, simple_value=float(value))
        picture = self.images / grid_name(epoch)
        if picture.exists():
            image = tf.compat.v1.Summary.Image(encoded_image_string=picture.read_bytes())
            summary.value.add(tag="input, output, target", image=image)
        with self._writer.as_default():
            tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=epoch + 1)
        self._writer.flush()

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()


def grid_name(epoch):
    """File name of the pictures after `epoch`, which counts from 0."""
    return f"epoch_{epoch + 1:05d}.png"
