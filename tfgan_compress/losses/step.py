"""What every loss sees: one training step, frozen.

A loss is a callable with `name`, `weight`, `taps` (names of blocks whose features it reads) and
`__call__(step) -> scalar`. The trainer adds `weight * loss(step)` up. A loss with weights of its
own (the 1x1 adaptors of distillation) is a `keras.Layer`; they are trained with the generator. One
that draws by chance does so from `random`, a `keras.random.SeedGenerator`, which is backed up.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops


@dataclasses.dataclass(frozen=True)
class Step:
    """One batch and what the networks made of it.

    Attributes:
        batch: The batch contract of `data.records`.
        outputs: The generator's outputs; the picture `(B, S, S, 3)` in [-1, 1] under `image`.
        features: `{tap: (B, h, w, C)}` of the generator.
        teacher_outputs: As `outputs`, of the frozen teacher; empty without one.
        teacher_features: As `features`, of the teacher.
        fake_logits: The discriminator's logits of `outputs["image"]`; None without one.
    """

    batch: Mapping[str, Any]
    outputs: Mapping[str, Any]
    features: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    teacher_outputs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    teacher_features: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fake_logits: Any = None


class Loss:
    """Base of losses without weights: keeps `weight` and the `name` shown in the logs."""

    name = "loss"
    taps: tuple[str, ...] = ()
    random: keras.random.SeedGenerator | None = None

    def __init__(self, weight=1.0):
        self.weight = float(weight)

    def __call__(self, step):
        """Returns the unweighted loss of `step`, a scalar."""
        raise TypeError(f"{type(self).__name__} must define __call__(step) -> scalar.")


def mean_where(values, step, where=None):
    """Returns the mean of `values`, `(B, ...)`, of the rows that `step.batch[where]` says count.

    Rows that do not count are noughts in the mean. Without `where` all count.
    """
    if where is None:
        return ops.mean(values)
    rows = ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)
    return ops.mean(rows * ops.cast(step.batch[where], rows.dtype))
