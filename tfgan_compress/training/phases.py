"""What the phases of every training have in common: a learning rate that falls, and a folder."""

import math
from pathlib import Path

import keras
from keras import ops

from tfgan_compress.training.stage import run_stage


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """Warms up to `rate` briefly and then falls to its twentieth, along a cosine.

    Keras's `CosineDecay` does the same, but branches, which a captured step cannot.

    Args:
        rate: The highest learning rate.
        steps: Steps in all.
    """

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        """Returns the learning rate of `step`, a scalar tensor."""
        warmup = min(100, self.steps // 10 + 1)
        step, fall = ops.cast(step, "float32"), max(self.steps - warmup, 1)
        rising = 0.05 + 0.95 * step / warmup
        done = ops.clip((step - warmup) / fall, 0.0, 1.0)
        falling = 0.05 + 0.95 * 0.5 * (1.0 + ops.cos(math.pi * done))
        return self.rate * ops.minimum(rising, falling)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps}


def adam(rate, steps, beta_1):
    """Returns an Adam with a `Falling` rate and clipped gradients."""
    return keras.optimizers.Adam(Falling(rate, steps), beta_1=beta_1, global_clipnorm=1.0)


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
    directory, trainer.captured = Path(directory), recipe.captured
    run_stage(
        trainer, data, directory=directory, epochs=epochs, steps_per_epoch=recipe.steps_per_epoch,
        callbacks=[callback(directory) for callback in callbacks],
    )  # fmt: skip
