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
        percentile: As in `observed_ranges`.

    Returns:
        `twin`.
    """
    return set_ranges(twin, observed_ranges(twin, batches, (percentile,))[percentile])


def set_ranges(twin, found):
    """Gives the tensors of `twin` the ranges `found`, `{layer name: (low, high)}`; returns it."""
    for layer in ranges(twin):
        if layer.fixed is None:
            layer.set_range(*found[layer.name])
    return twin


def observed_ranges(twin, batches, percentiles):
    """Returns `{percentile: {layer name: (low, high)}}` of the float activations of `twin`.

    Args:
        twin: As in `calibrate`.
        batches: As in `calibrate`; they are gone through once.
        percentiles: 100 takes the least and the greatest value; less, e.g. 99.9, leaves outliers
            beyond the range, where they are clipped, for finer steps. It is taken in each batch
            and averaged, so several images to a batch. Of several tensors with one range, the
            widest counts.
    """
    for percentile in percentiles:
        if not 50 < percentile <= 100:
            raise ValueError(
                f"percentile must be above 50 and at most 100. Received: {percentile}."
            )
    # From the least to the greatest, so that both ends of all are read off at once.
    quantiles = [*(100 - p for p in percentiles), *percentiles]
    seen, current = collections.defaultdict(list), collections.defaultdict(list)

    def observe(layer, inputs):
        current[layer].append(np.percentile(ops.convert_to_numpy(inputs), quantiles))

    with _observed(twin, observe):
        for batch in batches:
            current.clear()
            twin({name: batch[name] for name in twin.input}, training=False)
            for layer, ends in current.items():
                lows, highs = np.split(np.array(ends), 2, axis=1)
                seen[layer.name].append([lows.min(0), highs.max(0)])
    if not seen:
        raise ValueError("Calibration needs at least one batch. Received: none.")
    # The extremes of percentiles grow with the number of batches, so their means are taken.
    least, greatest, mean = (
        {name: reduce(np.array(ends), 0) for name, ends in seen.items()}
        for reduce in (np.min, np.max, np.mean)
    )
    return {
        percentile: {
            name: (least[name][0, i], greatest[name][1, i])
            if percentile == 100
            else mean[name][:, i]
            for name in seen
        }
        for i, percentile in enumerate(percentiles)
    }


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
