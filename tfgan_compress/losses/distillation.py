"""Distillation of intermediate features (Wei et al. 2021, eq. 4; Li et al. 2020, 3.1)."""

import keras
from keras import ops

from tfgan_compress.layers import tap_output
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
    """

    def __init__(self, taps, student, teacher, *, weight=1.0):
        super().__init__(name="distillation")
        self.taps, self.weight = tuple(taps), float(weight)
        self.adaptors = []
        for tap in self.taps:
            adaptor = keras.layers.Conv2D(
                tap_output(teacher, tap).shape[-1], 1, name=f"{tap}_adaptor"
            )
            adaptor.build(tap_output(student, tap).shape)
            self.adaptors.append(adaptor)
        self.built = True

    def __call__(self, step):
        """Returns the mean over taps of the relative squared distance of `step`."""
        total = 0.0
        for tap, adaptor in zip(self.taps, self.adaptors, strict=True):
            truth = ops.cast(ops.stop_gradient(step.teacher_features[tap]), "float32")
            mapped = ops.cast(adaptor(step.features[tap]), "float32")
            scale = mean_over_replicas(ops.mean(ops.square(truth))) + 1e-6
            total = total + ops.mean(ops.square(truth - mapped)) / scale
        return total / len(self.taps)
