"""One range for a tensor and the concatenation or maximum that reads it.

A tensor that something else reads too has a range of its own, and the int8 file converts it to that
of the join: one more operator, one more rounding. Where the two are about as wide, one does for
both. Left out: additions, which take inputs of any scale.
"""

from tfgan_compress.quantization import PERCENTILE
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.twin import joinable_ranges, quantization_twin, ranges

LIMIT = 1.5
"""How much wider a range may get: its steps are coarser by the same factor, 3.5 dB at most."""


def calibrated_twin(model, batches, *, percentile=PERCENTILE, limit=LIMIT):
    """Returns the twin of `model` that int8 files are made of.

    Args:
        model: As in `quantization_twin`.
        batches: As in `calibrate`.
        percentile: As in `calibrate`.
        limit: How much wider a range may get to be shared; 1 shares only those that are equal.
    """
    return share_ranges(
        model, calibrate(quantization_twin(model), batches, percentile=percentile), limit=limit
    )


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
    sharing = quantization_twin(model, shared=shared)
    for layer in ranges(sharing):
        if layer.fixed is None:
            layer.set_range(*found[layer.name])
    return sharing


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
