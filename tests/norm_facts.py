"""How far our batch norm is from Keras's, on any backend."""

import keras
import numpy as np
from keras import ops

from tfgan_compress.layers import BatchNorm
from tfgan_compress.training.gradients import value_and_gradients

SHAPES = ((2, 4, 8, 27), (3, 8, 8, 16), (2, 3, 5, 6), (4, 1, 1, 3))
"""Widths that TensorFlow's kernel likes, that can be folded, that can not, and of one pixel."""


def difference(shape, dtype="float32"):
    """Largest relative difference of any result: output, gradients, statistics, inference."""
    ours, theirs = (
        _results(kind(momentum=0.9, epsilon=1e-5, dtype=dtype), shape)
        for kind in (BatchNorm, keras.layers.BatchNormalization)
    )
    return max(
        float(np.abs(a - b).max() / (np.abs(b).max() + 1e-6))
        for a, b in zip(ours, theirs, strict=True)
    )


def facts():
    return {"norm": [difference(shape) for shape in SHAPES]}


def _results(norm, shape):
    drawn = np.random.default_rng(0)
    inputs = keras.Variable(drawn.normal(1.5, 2, shape).astype("float32"))
    weights = ops.convert_to_tensor(drawn.normal(size=shape).astype("float32"))
    norm.build((None, *shape[1:]))
    norm.gamma.assign(drawn.normal(1, 0.2, shape[-1]))
    norm.beta.assign(drawn.normal(0, 0.2, shape[-1]))
    seen = []

    def total():
        seen.append(norm(ops.cast(inputs, norm.compute_dtype), training=True))
        return ops.sum(ops.cast(seen[0], "float32") * weights), None

    _, _, gradients = value_and_gradients(total, [inputs, norm.gamma, norm.beta])
    inferred = norm(ops.cast(inputs, norm.compute_dtype), training=False)
    # Moving averages last: training has changed them once.
    results = [seen[0], *gradients, inferred, norm.moving_mean, norm.moving_variance]
    return [_array(result) for result in results]


def _array(tensor):
    tensor = ops.convert_to_tensor(tensor)
    if keras.backend.backend() == "torch":
        tensor = tensor.detach()
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))
