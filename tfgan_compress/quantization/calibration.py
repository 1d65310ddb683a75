"""Ranges of activations, read off a few batches."""

import collections
import contextlib

import numpy as np
from keras import ops

from tfgan_compress.quantization.twin import in_float, kernels, ranges


def calibrate(twin, batches, *, percentile=100.0):
    """Sets the ranges of a `quantization_twin`, from its float activations.

    Args:
        twin: The twin; its activations are left as they were when this returns.
        batches: Dicts of float arrays with the twin's inputs among the keys.
        percentile: 100 takes the least and the greatest value; less, e.g. 99.9, leaves outliers
            beyond the range, where they are clipped, for finer steps. It is taken in each batch
            and averaged, so several images to a batch. Of several tensors with one range, the
            widest counts.

    Returns:
        `twin`.
    """
    if not 50 < percentile <= 100:
        raise ValueError(f"percentile must be above 50 and at most 100. Received: {percentile}.")
    seen, found = collections.defaultdict(list), collections.defaultdict(list)

    def observe(layer, inputs):
        values = ops.convert_to_numpy(inputs)
        found[layer].append(np.percentile(values, [100 - percentile, percentile]))

    with _observed(twin, observe):
        for batch in batches:
            found.clear()
            twin({name: batch[name] for name in twin.input}, training=False)
            for layer, ends in found.items():
                seen[layer].append([np.min(ends, 0)[0], np.max(ends, 0)[1]])
    if not seen:
        raise ValueError("Calibration needs at least one batch. Received: none.")
    for layer, ends in seen.items():
        if layer.fixed is None:
            whole = [np.min(ends, 0)[0], np.max(ends, 0)[1]]
            # Not the extremes of percentiles, which grow with the number of batches.
            layer.set_range(*(whole if percentile == 100 else np.mean(ends, 0)))
    return twin


@contextlib.contextmanager
def _observed(twin, observe):
    """Has every activation shown to `observe(layer, inputs)`, computed in float."""
    layers = [*ranges(twin), *kernels(twin)]
    with in_float(twin):
        try:
            for layer in layers:
                layer.observe = observe
            yield
        finally:
            for layer in layers:
                layer.observe = None
