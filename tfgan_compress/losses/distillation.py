"""Distillation of intermediate features (Wei et al. 2021, eq. 4; Li et al. 2020, 3.1)."""

import keras
import numpy as np
from keras import ops

from tfgan_compress.blocks import tap_output
from tfgan_compress.losses.step import mean_where
from tfgan_compress.replicas import mean_over_replicas


class FeatureDistillation(keras.layers.Layer):
    """Squared distance of the teacher's features to the student's, mapped by 1x1 convolutions.

    The distance of each tap is divided by the mean square of the teacher's features, so that every
    tap counts alike whatever its scale.

    Args:
        taps: Names of blocks that teacher and student have in common.
        student: The generator that learns, or the supernet.
        teacher: The generator it learns from.
        weight: Weight in the sum, lambda_distill of eq. 5.
        where: Key of the batch that says which records count; all by default.
    """

    def __init__(self, taps, student, teacher, *, weight=1.0, where=None):
        super().__init__(name="distillation")
        self.taps, self.weight, self.where = tuple(taps), float(weight), where
        self.adaptors = []
        for tap in self.taps:
            adaptor = keras.layers.Conv2D(
                tap_output(teacher, tap).shape[-1], 1, name=f"{tap}_adaptor"
            )
            adaptor.build(tap_output(student, tap).shape)
            self.adaptors.append(adaptor)
        self.built = True

    def start(self, runs):
        """Sets the adaptors to the least-squares fit, so that training need not find it first.

        Args:
            runs: Iterable of `(features, teacher_features)`, dicts as in `Step`.
        """
        sums = None
        for features, truths in runs:
            own = [_products(features[tap], truths[tap]) for tap in self.taps]
            sums = own if sums is None else [_add(a, b) for a, b in zip(sums, own, strict=True)]
        for adaptor, (squares, crosses) in zip(self.adaptors, sums or (), strict=True):
            # A channel that is off, or nearly so, must not get a huge weight.
            ridge = 1e-4 * np.trace(squares) / len(squares) * np.eye(len(squares))
            solved = np.linalg.solve(squares + ridge, crosses)
            adaptor.kernel.assign(solved[None, None, :-1])
            adaptor.bias.assign(solved[-1])

    def __call__(self, step):
        """Returns the mean over taps of the relative squared distance of `step`."""
        total = 0.0
        for tap, adaptor in zip(self.taps, self.adaptors, strict=True):
            truth = ops.cast(ops.stop_gradient(step.teacher_features[tap]), "float32")
            mapped = ops.cast(adaptor(step.features[tap]), "float32")
            scale = mean_over_replicas(ops.mean(ops.square(truth))) + 1e-6
            total = total + mean_where(ops.square(truth - mapped), step, self.where) / scale
        return total / len(self.taps)


def _products(features, truth):
    """The sums of least squares: of the features and 1, `(C + 1, C + 1)`; with truth."""
    x, y = (np.asarray(ops.convert_to_numpy(ops.cast(z, "float32"))) for z in (features, truth))
    x = x.reshape(-1, x.shape[-1]).astype("float64")
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    return x.T @ x, x.T @ y.reshape(len(x), -1)


def _add(a, b):
    return tuple(x + y for x, y in zip(a, b, strict=True))
