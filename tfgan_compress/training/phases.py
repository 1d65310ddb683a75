"""What the phases of every training have in common: a learning rate that falls, and a folder."""

from pathlib import Path

import keras

from tfgan_compress.training.stage import run_stage


def falling(rate, steps):
    """Returns a schedule that warms up to `rate` briefly and then falls to its twentieth."""
    warmup = min(100, steps // 10 + 1)
    return keras.optimizers.schedules.CosineDecay(
        rate / 20, max(steps - warmup, 1), alpha=0.05, warmup_target=rate, warmup_steps=warmup
    )


def adam(rate, steps, beta_1):
    """Returns an Adam with a `falling` rate and clipped gradients."""
    return keras.optimizers.Adam(falling(rate, steps), beta_1=beta_1, global_clipnorm=1.0)


def run_phase(recipe, trainer, data, directory, *, epochs, callbacks=()):
    """Runs the stage of `epochs` epochs of the recipe's steps in `directory`.

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        trainer: A compiled trainer.
        data: `data(start) -> batches`, see `run_stage`.
        directory: Of the phase.
        epochs: Epochs in all; 0 leaves the phase out.
        callbacks: Functions that make a Keras callback for the folder of a phase.
    """
    directory = Path(directory)
    run_stage(
        trainer, data, directory=directory, epochs=epochs, steps_per_epoch=recipe.steps_per_epoch,
        callbacks=[callback(directory) for callback in callbacks],
    )  # fmt: skip
