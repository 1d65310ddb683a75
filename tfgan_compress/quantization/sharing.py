"""One range for a tensor and the concatenation or maximum that reads it.

A tensor that something else reads too has a range of its own, and the int8 file converts it to that
of the join: one more operator, one more rounding. Where the two are about as wide, one does for
both. Left out: additions, which take inputs of any scale.
"""

from keras import ops

from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.quantization import PERCENTILES
from tfgan_compress.quantization.calibration import observed_ranges, set_ranges
from tfgan_compress.quantization.twin import in_float, joinable_ranges, quantization_twin, ranges

LIMIT = 1.5
"""How much wider a range may get: its steps are coarser by the same factor, 3.5 dB at most."""


JUDGED = 2
"""Batches that a percentile is chosen by."""


def calibrated_twin(model, batches, *, percentile=None, limit=LIMIT, output="image"):
    """Returns the twin of `model` that int8 files are made of.

    Args:
        model: As in `quantization_twin`.
        batches: As in `calibrate`.
        percentile: As in `observed_ranges`; by default that of `PERCENTILES` whose simulated
            pictures of the first `JUDGED` batches are nearest to the model's own.
        limit: How much wider a range may get to be shared; 1 shares only those that are equal.
        output: The output that counts, where the model has several.
    """
    batches, twin = list(batches), quantization_twin(model)
    percentiles = PERCENTILES if percentile is None else (percentile,)
    found = observed_ranges(twin, batches, percentiles)
    if percentile is None:
        percentile = _best(twin, found, batches[:JUDGED], output)
    return share_ranges(model, set_ranges(twin, found[percentile]), limit=limit)


def _best(twin, found, batches, output):
    """The percentile of `{percentile: ranges}` under which `twin` is most like itself in float."""

    def pictures():
        answers = [twin({n: b[n] for n in twin.input}, training=False) for b in batches]
        return ops.concatenate([a[output] if isinstance(a, dict) else a for a in answers])

    with in_float(twin):
        exact = pictures()

    def quality(percentile):
        set_ranges(twin, found[percentile])
        return float(ops.mean(psnr(pictures(), exact)))

    return max(found, key=quality)


def share_ranges(model, twin, *, limit=LIMIT):
    """Returns a calibrated twin of `model` like `twin`, or `twin`, where no range can be shared.

    Args:
        model: The model that `twin` is of.
        twin: A twin that was calibrated and not trained.
        limit: As in `calibrated_twin`.
    """
    found = {layer.name: (float(layer.low), float(layer.high)) for layer in ranges(twin)}
    joints = {}
    for name, joint in joinable_ranges(model).items():
        joints.setdefault(joint, []).append(name)
    shared = []
    for joint, names in joints.items():
        found[joint], joined = _widened(found, joint, names, limit)
        shared += joined
    if not shared:
        return twin
    return set_ranges(quantization_twin(model, shared=shared), found)


def _widened(found, joint, names, limit):
    """Returns the range of `joint` and those of `names` that can do with it."""
    union, least, joined = found[joint], _width(found[joint]), []
    for name in names:
        together = min(union[0], found[name][0]), max(union[1], found[name][1])
        narrowest = min(least, _width(found[name]))
        if _width(together) <= limit * narrowest:
            union, least = together, narrowest
            joined.append(name)
    return union, joined


def _width(ends):
    return ends[1] - ends[0]
