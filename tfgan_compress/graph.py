"""Which channel groups every tensor of a functional Keras graph carries.

Gates name the groups. From them the names travel forwards (a concatenation joins axes, a flatten
spreads one) and backwards, to the convolution whose output they gate. From the axes follow live
channels, extraction, importance and closed forms for MACs and parameters.

Left out: layers with several outputs, grouped convolutions and depth multipliers in supernets.
"""

import dataclasses

import keras
import numpy as np

from tfgan_compress.axes import Axis, Unknown, groups, match, reshape, resolve, unknowns
from tfgan_compress.layers import (
    BranchReLU,
    ChannelGate,
    CodeNoise,
    Constant,
    Double,
    FlipConcat,
    Halve,
    Maximum,
)

L = keras.layers

CONVOLUTIONS = (L.Conv2D, L.Conv2DTranspose)
PRODUCERS = (*CONVOLUTIONS, L.Dense)
NORMS = (L.BatchNormalization, L.GroupNormalization)
_MERGES = (L.Add, L.Subtract, L.Average, L.Maximum, L.Minimum, L.Multiply, Maximum)
_POOLS = (L.AveragePooling2D, L.MaxPooling2D, L.GlobalAveragePooling2D, L.GlobalMaxPooling2D, Halve)
_RESIZED = (L.ZeroPadding2D, L.Cropping2D, L.UpSampling2D, L.Resizing, Double)
_PASS = (*_RESIZED, L.Dropout, L.SpatialDropout2D)
_ACTIVATIONS = (L.Activation, L.LeakyReLU, L.ReLU, L.ELU, L.PReLU, L.Identity, BranchReLU)
_ZERO_AT_ZERO = ("linear", "relu", "leaky_relu", "tanh", "elu", "selu", "gelu", "silu", "relu6")


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a layer: what goes in and out, per call because a layer may be called twice.

    `origins` names the layers that made the inputs.
    """

    layer: keras.layers.Layer
    origins: tuple[str, ...]
    inputs: tuple[Axis, ...]
    output: Axis
    input_shapes: tuple[tuple, ...]
    output_shape: tuple


def calls(model):
    """Returns the `Call`s of a functional `model`, in the order of execution.

    Without gates every axis is a plain count.

    Raises:
        ValueError: If a gated graph holds a layer whose channels cannot be followed, merges
            different groups, or feeds ungated channels to a convolution.
    """
    trace = _Trace(model)
    for node in nodes(model):
        trace.visit(node)
    return trace.finish()


def grouped_calls(generator):
    """Returns the `Call`s of `generator` with channel groups, also where it has no gates.

    A plain generator is rebuilt with gates and widths of at most 5, which has the same groups; its
    channel counts therefore say nothing, its heights and widths do.
    """
    if gates(generator):
        return calls(generator)
    # Of 5, because Keras turns an instance norm into one of as many groups as channels, which must
    # not be mistaken for one of few groups.
    narrow = {group: min(width, 5) for group, width in generator.channels.items()}
    config = {**generator.get_config(), "channels": narrow, "elastic": True}
    return calls(type(generator).from_config(config))


def free_calls(model):
    """Returns `(calls, widths)` of a plain model where each convolution's channels are a group.

    Convolutions whose channels meet in an addition or a maximum share theirs; channels that meet a
    picture's, or that cannot be followed, are plain counts.
    """
    trace = _Trace(model)
    for node in nodes(model):
        trace.visit(node)
    widths = trace.name_free()
    return trace.finish(), widths


def gates(model):
    """Returns the `ChannelGate`s of `model`, in the order of execution."""
    return [layer for layer in model.layers if isinstance(layer, ChannelGate)]


def required_gates(model):
    """Returns the gates of a supernet; raises ValueError where there are none."""
    found = gates(model)
    if not found:
        raise ValueError(
            f"'{model.name}' must have gates. Build it with elastic=True or by `elastic(teacher)`."
        )
    return found


def masks(model):
    """Returns the masks that the supernet `model` is switched to, `{group: (width,) float32}`."""
    found = {group: np.ones(width, "float32") for group, width in model.channels.items()}
    for gate in required_gates(model):
        value, offset = np.asarray(gate.mask).copy(), 0  # Later masks must not show in it.
        for segment in gate.segments:
            wide = segment if isinstance(segment, int) else model.channels[segment]
            if isinstance(segment, str):
                found[segment] = value[offset : offset + wide]
            offset += wide
    return found


def nodes(model):
    """Returns the nodes of a functional model, one for each call, in the order of execution."""
    # Keras has no public walk over the *calls* of a functional (or Sequential) model.
    depths = getattr(model, "_functional", model)._nodes_by_depth
    return [node for depth in sorted(depths, reverse=True) for node in depths[depth]]


class _Trace:
    """Follows axes through one graph; `exposed` are those not 0 where a channel is off."""

    def __init__(self, model):
        self.gated_model = bool(gates(model))
        if self.gated_model and not hasattr(model, "channels"):
            raise ValueError(f"A model with gates needs `channels`. Received: {model.name}.")
        self.channels = dict(model.channels) if self.gated_model else {}
        self.axes, self.exposed, self.origins, self.producers, self.found = {}, {}, {}, {}, []

    def visit(self, node):
        layer, tensors, out = node.operation, node.input_tensors, node.outputs[0]
        inputs = [self.axes[id(t)] for t in tensors]
        try:
            axis, exposed = self._follow(layer, tensors, inputs, out)
        except ValueError as error:
            raise ValueError(f"Layer '{layer.name}': {error}") from error
        self.axes[id(out)] = axis
        self.exposed[id(out)] = exposed
        self.origins[id(out)] = layer.name
        if tensors:
            self.found.append((layer, tensors, out))

    def name_free(self):
        """Makes groups of all channels that no gate has named; returns their widths."""
        widths = {}
        for producer in self.producers.values():
            for unknown in list(unknowns((producer,))):
                group = f"free{len(widths)}"
                unknown.axis, widths[group] = (group,), unknown.width
        return widths

    def finish(self):
        return [
            Call(
                layer,
                tuple(self.origins[id(tensor)] for tensor in tensors),
                tuple(self._checked(layer, tensor) for tensor in tensors),
                resolve(self.axes[id(out)]),
                tuple(tensor.shape for tensor in tensors),
                out.shape,
            )
            for layer, tensors, out in self.found
        ]

    def _checked(self, layer, tensor):
        axis = resolve(self.axes[id(tensor)])
        exposed = any(groups(resolve(a)) for a in self.exposed[id(tensor)])
        if self.gated_model and isinstance(layer, PRODUCERS) and exposed:
            raise ValueError(
                f"Layer '{layer.name}' must receive gated channels: a norm, bias or offset behind "
                f"the gate revives those that are off. Gate its input again. Received: {axis}."
            )
        return axis

    def _follow(self, layer, tensors, inputs, out):
        """Returns the output's axis and its parts that are not 0 where channels are off."""
        exposed = sum((self.exposed[id(tensor)] for tensor in tensors), ())
        if isinstance(layer, (L.InputLayer, Constant)) or not tensors:
            return (out.shape[-1] or 0,), ()
        if isinstance(layer, ChannelGate):
            match(inputs[0], layer.segments, self.channels)
            return layer.segments, ()
        if isinstance(layer, CodeNoise) or is_producer(layer):
            key = layer if layer.weights else out
            fresh = (self.producers.setdefault(id(key), Unknown(out.shape[-1])),)
            return fresh, (fresh,)
        if isinstance(layer, FlipConcat):
            return inputs[0] * 2, exposed
        if isinstance(layer, L.Concatenate) and layer.axis in (-1, len(out.shape) - 1):
            return sum(inputs, ()), exposed
        if isinstance(layer, (L.Flatten, L.Reshape)):
            return reshape(inputs[0], tensors[0].shape[1:], out.shape[1:]), exposed
        if isinstance(layer, _MERGES):
            return self._merge(tensors, inputs), exposed
        if _is_channelwise(layer, out.shape[-1]):
            return inputs[0], exposed if _keeps_zero(layer) else (inputs[0],)
        if self.gated_model:
            raise ValueError(
                f"channels cannot be followed through a {type(layer).__name__} with these "
                "settings. Use a layer that `graph` knows, or teach it this one."
            )
        return (out.shape[-1] if len(out.shape) > 1 else 1,), ()

    def _merge(self, tensors, inputs):
        widest = max(tensor.shape[-1] for tensor in tensors)
        whole = [a for a, t in zip(inputs, tensors, strict=True) if t.shape[-1] == widest]
        for other in whole[1:]:
            match(whole[0], other, self.channels)
        return whole[0]


def is_producer(layer):
    """Whether `layer` is a dense layer or a convolution of all input channels."""
    return isinstance(layer, PRODUCERS) and getattr(layer, "groups", 1) == 1


def _is_channelwise(layer, channels):
    """Whether each output channel comes from the input channel of the same index alone."""
    if isinstance(layer, L.GroupNormalization):
        return layer.groups in (-1, channels)
    if isinstance(layer, L.DepthwiseConv2D):
        return layer.depth_multiplier == 1
    return isinstance(layer, (L.BatchNormalization, L.Rescaling, *_POOLS, *_PASS, *_ACTIVATIONS))


def _keeps_zero(layer):
    """Whether a channel that is 0 everywhere stays so."""
    if isinstance(layer, NORMS):
        return False
    if isinstance(layer, L.Rescaling):
        return not np.any(layer.offset)
    if getattr(layer, "use_bias", False):
        return False
    activation = getattr(layer, "activation", None)
    return activation is None or activation.__name__ in _ZERO_AT_ZERO
