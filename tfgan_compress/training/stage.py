"""One stage of training in a directory of its own, which may be killed and run again."""

from pathlib import Path

from tfgan_compress.replicas import check_same
from tfgan_compress.training.callbacks import Backup, EventLog, LossLog, NaNGuard


def run_stage(trainer, data, *, directory, epochs, steps_per_epoch, callbacks=(), verbose=2):
    """Trains until `epochs` are done, going on from the last backup; returns the trainer.

    Args:
        trainer: A compiled `Trainer`.
        data: `data(start) -> batches`, endless, without the first `start` batches, so that a
            resumed run sees what an uninterrupted one would have seen.
        directory: Gets `backup/`, `log.csv` and, on the tensorflow backend, `events/`.
        epochs: Epochs in all; an epoch is what lies between two backups.
        steps_per_epoch: Steps of an epoch.
        callbacks: Further Keras callbacks.
        verbose: As in `fit`.

    Raises:
        FloatingPointError: At a loss that is not finite.
        ValueError: If workers of a strategy would go on from different epochs.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    backup = Backup(directory / "backup")
    done, path = backup.latest()
    check_same(f"epochs done in {directory.name}", done)
    if path is not None:
        trainer.load_weights(path)
    if done >= epochs:
        return trainer
    trainer.fit(
        data(done * steps_per_epoch),
        epochs=epochs,
        initial_epoch=done,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        callbacks=[
            backup,
            NaNGuard(),
            LossLog(directory / "log.csv"),
            *callbacks,
            EventLog(directory / "events", directory / "images"),
        ],
        verbose=verbose,
    )
    return trainer
