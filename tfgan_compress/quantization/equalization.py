"""Cross-channel equalisation (Nagel et al. 2019, "Data-Free Quantization", section 4.1).

An int8 tensor has one scale for all its channels, and the smallest ones drown in the steps of the
largest. ReLU-like activations commute with positive factors, so each channel can be multiplied by
one where it is written and divided by it where it is read: the model computes what it computed. A
group of channels that travels together (along residual chains, through concatenations) has one
factor per channel. Unlike the paper's, factors come from activations, because kernels have a scale
for each output channel here, and they only raise channels, up to the first tensor whose range they
would widen. Left out: channels that meet a picture, a tanh or an output; their factor is 1.
"""

import keras
import numpy as np

from tfgan_compress import axes, graph
from tfgan_compress.layers import FlipConcat, Halve, Maximum
from tfgan_compress.quantization import PERCENTILES

L = keras.layers

_JOINS = (L.Add, L.Subtract, L.Average, L.Maximum, L.Minimum, L.Concatenate, Maximum, FlipConcat)
_MOVES = (L.Flatten, L.Reshape, L.ZeroPadding2D, L.Cropping2D, L.Identity)
_POOLS = (L.MaxPooling2D, L.AveragePooling2D, L.GlobalAveragePooling2D, Halve, L.UpSampling2D)
_DROPOUTS = (L.Dropout, L.SpatialDropout2D)
_COMMUTING = ("linear", "relu", "leaky_relu")


def equalize(model, batches, *, limit=8.0, percentile=PERCENTILES[0]):
    """Returns a model of the same class and function whose small channels are larger.

    Args:
        model: Plain functional generator.
        batches: Batch dicts on which the channels' sizes are measured.
        limit: The greatest factor; large ones make the kernels uneven.
        percentile: What counts as the size of a channel or tensor, among its absolute values.

    Raises:
        ValueError: If the model has gates.
    """
    if graph.gates(model):
        raise ValueError(f"Equalisation takes a plain model: extract '{model.name}' first.")
    calls, widths = graph.free_calls(model)
    pinned = _pinned(model, calls)
    reaches = _reaches(model, calls, widths, batches, percentile)
    factors = {
        group: np.ones_like(reach) if group in pinned else 1 / np.clip(reach, 1 / limit, 1)
        for group, reach in reaches.items()
    }
    return _scaled(model, calls, widths, factors)


def _pinned(model, calls):
    """Groups that have to keep their scale."""
    outputs = {id(tensor) for tensor in keras.tree.flatten(model.output)}
    names = [call.layer.name for call in calls]
    normed = _normed(calls)
    pinned = set()
    for call, out in zip(calls, _tensors(model), strict=True):
        inside = set().union(*map(axes.groups, call.inputs))
        if id(out) in outputs:
            pinned |= axes.groups(call.output)
        if names.count(call.layer.name) > 1 and call.layer.weights:
            pinned |= inside | axes.groups(call.output)
        if isinstance(call.layer, graph.NORMS):
            known = call.origins[0] in normed and call.layer.scale
            pinned |= set() if known else inside
        elif not _commutes(call.layer):
            own = graph.is_producer(call.layer) and _activation(call.layer) not in _COMMUTING
            pinned |= axes.groups(call.output) if own else inside | axes.groups(call.output)
    return pinned


def _commutes(layer):
    """Whether factors of input channels come out as factors of output channels."""
    if isinstance(layer, (L.ReLU, L.Activation, L.LeakyReLU)) or graph.is_producer(layer):
        return _activation(layer) in _COMMUTING and getattr(layer, "max_value", None) is None
    if isinstance(layer, L.DepthwiseConv2D):
        return _activation(layer) in _COMMUTING
    return isinstance(layer, (*_JOINS, *_MOVES, *_POOLS, *_DROPOUTS))


def _activation(layer):
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _normed(calls):
    """Names of the convolutions that only a norm reads: their output is never stored."""
    origins = [origin for call in calls for origin in call.origins]
    kernels = {c.layer.name for c in calls if _has_kernel(c.layer)}
    normed = {call.origins[0] for call in calls if isinstance(call.layer, graph.NORMS)}
    return {name for name in normed & kernels if origins.count(name) == 1}


def _has_kernel(layer):
    return graph.is_producer(layer) or isinstance(layer, L.DepthwiseConv2D)


def _tensors(model):
    """The output of each call, in the order of `graph.calls`."""
    return [node.outputs[0] for node in graph.nodes(model) if node.input_tensors]


def _reaches(model, calls, widths, batches, percentile):
    """Returns `{group: (width,)}`: the part of a tensor's size that each channel reaches at most.

    Tensors that the file does not store do not count.
    """
    normed = _normed(calls)
    chosen = {
        str(i): tensor
        for i, (call, tensor) in enumerate(zip(calls, _tensors(model), strict=True))
        if axes.groups(call.output) and call.layer.name not in normed
    }
    measure = keras.Model(model.input, chosen) if chosen else None
    reaches = {group: np.zeros(width) for group, width in widths.items()}
    for batch in batches if chosen else ():
        found = measure({t.name: batch[t.name] for t in model.inputs}, training=False)
        for i, tensor in found.items():
            values = np.abs(keras.ops.convert_to_numpy(tensor))
            sizes = np.percentile(values.reshape(-1, values.shape[-1]), percentile, axis=0)
            whole = max(np.percentile(values, percentile), 1e-9)
            for group, (places, channel) in axes.places(calls[int(i)].output, widths).items():
                np.maximum.at(reaches[group], channel, sizes[places] / whole)
    return reaches


def _scaled(model, calls, widths, factors):
    """Returns a copy of `model` whose free channels are multiplied by their factors."""
    copy = type(model).from_config(model.get_config())
    for own, source in zip(copy.weights, model.weights, strict=True):
        own.assign(source)
    layers, normed = {layer.name: layer for layer in copy.layers}, _normed(calls)
    for call in calls:
        layer = layers[call.layer.name]
        into, out = (_along(axis, widths, factors) for axis in (call.inputs[0], call.output))
        if layer.name in normed:
            out = np.ones_like(out)
        if _has_kernel(layer):
            layer.kernel.assign(_scaled_kernel(layer, into, out))
        for name in ("bias", "gamma", "beta"):
            weight = getattr(layer, name, None)
            if weight is not None and (_has_kernel(layer) or isinstance(layer, graph.NORMS)):
                weight.assign(np.asarray(weight) * out)
    return copy


def _scaled_kernel(layer, into, out):
    kernel = np.asarray(layer.kernel)
    if isinstance(layer, L.DepthwiseConv2D):
        # One factor a channel; several outputs of a channel have no group.
        return kernel * (out / into)[:, None] if len(out) == len(into) else kernel
    if isinstance(layer, L.Conv2DTranspose):
        return kernel * out[:, None] / into
    return kernel * out / into[:, None]


def _along(axis, widths, factors):
    found = np.ones(axes.width(axis, widths))
    for group, (places, channel) in axes.places(axis, widths).items():
        found[places] = factors[group][channel]
    return found
