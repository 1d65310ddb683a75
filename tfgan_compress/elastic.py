"""Supernets: masks on channel groups, and the plain student that a mask stands for.

A subnet is one 0/1 mask per channel group. `set_masks` switches a supernet to it; `extract` builds
the plain model that computes the same. `elastic` goes the other way, from a trained teacher to a
supernet whose channels are ordered by importance, so that leading masks keep what matters (Cai et
al. 2020, "Once-for-All"). All are one gather of weights (`gathering`).
"""

import fnmatch
from typing import Any

import keras
import numpy as np
from keras import ops

from tfgan_compress import axes, graph
from tfgan_compress.channels import without
from tfgan_compress.gathering import gather, spread, weighted
from tfgan_compress.graph import gates, masks, required_gates


def set_masks(model, masks):
    """Switches the supernet `model` to `masks`, `{group: (width,) array of 0 and 1}`."""
    for variable, value in gate_masks(model, masks):
        variable.assign(value)


def gate_masks(model, masks):
    """Returns `[(mask variable, new value)]` for every gate, for use inside a train step.

    Args:
        model: A supernet.
        masks: `{group: (width,) tensor}`, every group that a gate names.
    """
    pairs = []
    for gate in required_gates(model):
        parts = [_segment_mask(masks, s) for s in gate.segments]
        width, found = gate.mask.shape[0], sum(part.shape[0] for part in parts)
        if width != found:
            raise ValueError(
                f"The masks of {gate.segments} must have {width} entries together, the width of "
                f"'{gate.name}'. Received: {found}."
            )
        pairs.append((gate.mask, parts[0] if len(parts) == 1 else ops.concatenate(parts)))
    return pairs


def live_channels(model):
    """Returns `{layer name: [indices]}`: for each call, which output channels are on.

    Layers upstream of a gate count with the channels that it lets through.
    """
    on = {g: np.flatnonzero(mask) for g, mask in masks(model).items()} if gates(model) else {}
    widths, live = getattr(model, "channels", {}), {}
    for call in graph.calls(model):
        found = axes.indices(call.output, on, widths)
        live.setdefault(call.layer.name, []).append(found)
    return live


def extract(supernet, channels=None, *, elastic=False):
    """Returns the plain model that `supernet` computes under a choice of channels.

    Args:
        supernet: A generator, with gates or without.
        channels: `{group: count}` for the leading ones, or `{group: 0/1 mask}`; by default the
            masks that the supernet is switched to.
        elastic: Whether the result has gates again: a smaller supernet.

    Raises:
        ValueError: If channels are missing or beyond the supernet's, or leave a block out.
    """
    if channels is None:
        channels = masks(supernet)
    chosen = {group: _chosen(group, choice) for group, choice in channels.items()}
    student = gather(supernet, chosen, elastic=elastic)
    if len(weighted(student)) < len(weighted(supernet)):
        empty = sorted(group for group, found in chosen.items() if not len(found))
        raise ValueError(
            "Every block must keep a channel, because one without any still adds its offset. "
            f"Received none of: {empty}. Leave blocks out by `restructured` or `elastic`."
        )
    return student


def elastic(teacher, largest, *, order=None, **structure):
    """Returns a supernet that starts from a trained plain `teacher`.

    An output that is itself a group (TP-GAN's `code`) comes out in the new order; pictures stay as
    they are, but for what another structure costs.

    Args:
        teacher: A trained generator.
        largest: `{group: width}` of the supernet, at most the teacher's. 0 for a residual block's
            inner group leaves the block out.
        order: `{group: channel indices, the most important first}`; by default by `importance`.
        **structure: As in `restructured`.
    """
    calls = graph.grouped_calls(teacher)
    if order is None:
        order = ranked(importance(teacher, calls=calls))
    chosen = {}
    for group, width in teacher.channels.items():
        count = largest.get(group)
        if count is None or not 0 <= count <= width:
            raise ValueError(
                f"largest['{group}'] must be in 0..{width}, the teacher's width. Received: {count}."
            )
        chosen[group] = np.asarray(order[group][:count], int)
    return gather(teacher, chosen, elastic=True, structure=structure, calls=calls)


def restructured(model, *, dropped=(), **structure):
    """Returns a plain generator as like the trained `model` as another structure allows.

    Where a stage becomes factorised, each input channel's kernel is replaced by its best
    depthwise x pointwise (rank 1) approximation; where it no longer is, by their product. Of a
    kernel that becomes smaller, the middle is kept. The matrix that makes a code becomes the
    nearest one of `code_rank`.

    Args:
        model: A trained generator.
        dropped: Groups that are left out: noise, and residual blocks by their inner groups.
        **structure: New values of the generator's `factorized`, `largest_kernel` and, where it
            has one, `code_rank`.

    Raises:
        ValueError: If the generator has no such group or setting, or the rank is higher than the
            matrix has it.
    """
    widths = without(model.channels, dropped)
    chosen = {group: np.arange(width) for group, width in widths.items()}
    return gather(model, chosen, structure=structure)


def widened(model, channels):
    """Returns a plain generator that paints what the trained `model` paints, with more channels.

    What is new is drawn at random and is not listened to yet: training will (Chen et al. 2016,
    "Net2Net", whose copies of channels need noise to become different).

    Args:
        model: A trained generator without gates.
        channels: `{group: width}` of the groups that grow; a name may be a pattern,
            `conv4_inner*`. What comes later counts.

    Raises:
        ValueError: If the generator has no such group, or one of a smaller width or of none.
    """
    wider = dict(model.channels)
    for pattern, width in channels.items():
        # What fits no group stays, to be refused.
        for group in fnmatch.filter(model.channels, pattern) or [pattern]:
            least = model.channels.get(group)
            if not least or width < least:
                raise ValueError(
                    f"channels must widen groups that '{model.name}' has; '{group}' has "
                    f"{least or 0}. Received: {width}."
                )
            wider[group] = width
    return spread(model, wider)


def ranked(scores):
    """Returns `{group: channel indices}`, the highest of `{group: scores}` first."""
    return {group: np.argsort(-score, kind="stable") for group, score in scores.items()}


def importance(model, *, calls=None):
    """Returns `{group: (width,) score}`: how much each channel contributes, from weights alone.

    The size of what writes the channel (batch norm's scale and offset, else the kernel's L1 norm)
    times the size of what reads it (the kernels' L1 norm). Both are shares of their layer, summed
    over every layer where the group lives: along residual chains, behind concatenations.
    """
    layers = {layer.name: layer for layer in model.layers}
    calls = calls or graph.grouped_calls(model)
    normed = {call.origins[0] for call in calls if isinstance(call.layer, graph.NORMS)}
    written = {group: np.zeros(width) for group, width in model.channels.items()}
    read = {group: np.zeros(width) for group, width in model.channels.items()}
    for call in calls:
        layer = layers.get(call.layer.name)
        if isinstance(layer, (*graph.PRODUCERS, *graph.NORMS)) and layer.name not in normed:
            for group, sizes in _by_group(call.output, _produced(layer), model.channels):
                written[group] += sizes / max(sizes.sum(), 1e-12)
        if isinstance(layer, graph.PRODUCERS):
            sizes = _consumed(layer)
            for group, part in _by_group(call.inputs[0], sizes, model.channels):
                read[group] += part / max(sizes.sum(), 1e-12)
    return {group: _score(written[group], read[group]) for group in read}


def _segment_mask(masks, segment) -> Any:
    if isinstance(segment, int):
        return ops.ones((segment,), dtype="float32")
    if segment not in masks:
        raise ValueError(f"masks must name every gated group. Received none for: '{segment}'.")
    return ops.cast(ops.convert_to_tensor(masks[segment]), "float32")


def _chosen(group, choice):
    if np.ndim(choice) == 0:
        return np.arange(int(choice))
    choice = np.asarray(choice)
    if not np.isin(choice, (0, 1)).all():
        raise ValueError(f"The mask of '{group}' must hold only 0 and 1. Received: {choice}.")
    return np.flatnonzero(choice)


def _produced(layer):
    """Size of each output channel, `(out,)`, or 1 where the layer does not scale its channels."""
    if isinstance(layer, graph.NORMS):
        scales = (getattr(layer, "gamma", None), getattr(layer, "beta", None))
        squares = [np.asarray(w) ** 2 for w in scales if w is not None]
        return np.sqrt(sum(squares)) if squares else np.ones(1)
    kernel = np.abs(np.asarray(layer.kernel))
    axis = -2 if isinstance(layer, keras.layers.Conv2DTranspose) else -1
    return kernel.sum(tuple(a for a in range(kernel.ndim) if a != kernel.ndim + axis))


def _consumed(layer):
    """L1 norm of the weights that read each input channel, `(in,)`."""
    kernel = np.abs(np.asarray(layer.kernel))
    axis = -1 if isinstance(layer, keras.layers.Conv2DTranspose) else -2
    return kernel.sum(tuple(a for a in range(kernel.ndim) if a != kernel.ndim + axis))


def _by_group(axis, sizes, channels):
    """Yields `(group, (width,) sizes)`, summed over the places where the group lies on `axis`."""
    for group, (places, channel) in axes.places(axis, channels).items():
        found = np.broadcast_to(sizes, axes.width(axis, channels))[places]
        yield group, np.bincount(channel, found, channels[group])


def _score(written, read):
    # Noise is written by no weights: all its channels are equal.
    return (written if written.any() else 1) * read
