"""The twin of a plain generator that computes what its int8 file will compute.

Every kernel and every activation that the file stores is fake-quantized, and nothing else: batch
norm is folded into the convolution before it (Jacob et al. 2018, 3.2), ReLU is part of what
precedes it, padding and reshaping keep the scale of their input. A norm that follows no convolution
and a ReLU of its own become depthwise convolutions of 1x1, which have a scale for each channel.
Tensors that meet in a concatenation or `Maximum` have one range, from the start where nothing else
reads them or where they were told to share it (`quantization.sharing`). The twin is a generator
like any other: the `Trainer` trains it (quantization-aware training), `export` converts it. Left
out: layers that no generator here has.
"""

import contextlib

import keras

from tfgan_compress import graph
from tfgan_compress.layers import (
    BranchReLU,
    CodeNoise,
    Constant,
    Double,
    FlipConcat,
    Halve,
    Maximum,
)
from tfgan_compress.quantization.fake import FakeQuant, QuantizedKernel
from tfgan_compress.quantization.folding import NoTwinError, folded_kernels, scaling_kernel

L = keras.layers

TANH_RANGE = (-1.0, 127 / 128)
"""LiteRT's int8 tanh has the scale 1/128 and the zero point 0."""

TANH_REACH = 3.2
"""Beyond it an int8 tanh is saturated: tanh(3.2) lies within half a step of its end."""

_MOVES = (L.Flatten, L.Reshape, L.ZeroPadding2D, L.Cropping2D, L.MaxPooling2D, FlipConcat, Double)
_INTERPOLATES = (Halve, L.UpSampling2D)
_COMPUTES = (L.Add, L.Rescaling, L.LeakyReLU, CodeNoise, Constant)
_JOINS = (L.Concatenate, Maximum)
_IDENTITIES = (L.Dropout, L.SpatialDropout2D, L.Identity)
_KEEPS = (*_MOVES, *_INTERPOLATES, *_IDENTITIES)


def quantization_twin(model, *, shared=()):
    """Returns the twin of a plain functional `model`; its ranges still have to be calibrated.

    Inputs and outputs are the model's. Blocks keep their names, so taps find them.

    Args:
        model: Generator without gates, its inputs named by batch key.
        shared: Names of ranges, of those in `joinable_ranges`, in whose place the join's is used.

    Raises:
        NoTwinError: If it holds gates, or a layer that has no twin.
    """
    return _Builder(model, shared).build()


def joinable_ranges(model):
    """Returns `{name of a range: name of a join's}` of the twin of `model`, where they may be one.

    They are those of tensors that a join reads, and something else does too: the file converts
    them to the scale of the join, unless it has their own.
    """
    builder = _Builder(model)
    builder.build()
    return builder.joinable


def ranges(twin):
    """Returns the `FakeQuant` layers of `twin`, in the order of execution."""
    return [layer for layer in twin.layers if isinstance(layer, FakeQuant)]


def kernels(twin):
    """Returns the `QuantizedKernel` layers of `twin`, in the order of execution."""
    return [layer for layer in twin.layers if isinstance(layer, QuantizedKernel)]


@contextlib.contextmanager
def in_float(twin):
    """Has `twin` compute in float meanwhile, without any rounding."""
    layers = [*ranges(twin), *kernels(twin)]
    active = [layer.active for layer in layers]
    try:
        for layer in layers:
            layer.active = False
        yield twin
    finally:
        for layer, before in zip(layers, active, strict=True):
            layer.active = before


class _Builder:
    """Walks the calls of one model and makes those of its twin.

    `tensors` and `ranges` hold, for each tensor of the model, that of the twin and the range that
    it is stored in; None where it is not stored.
    """

    def __init__(self, model, shared=()):
        if graph.gates(model):
            raise NoTwinError(f"Quantization takes a plain model: extract '{model.name}' first.")
        self.model, self.nodes, self.shared = model, graph.nodes(model), frozenset(shared)
        self.readers = {id(tensor): [] for tensor in keras.tree.flatten(model.output)}
        for node in self.nodes:
            for tensor in node.input_tensors:
                self.readers.setdefault(id(tensor), []).append(node)
        for tensor in keras.tree.flatten(model.output):
            self.readers[id(tensor)].append(None)  # Read by the caller.
        self.inputs, self.tensors, self.ranges, self.names = {}, {}, {}, {}
        self.kernels, self.copies, self.joints, self.joinable = {}, {}, {}, {}

    def build(self):
        for node in self.nodes:
            self._visit(node, node.operation, node.input_tensors, node.outputs[0])
        outputs = keras.tree.map_structure(lambda t: self.tensors[id(t)], self.model.output)
        return keras.Model(self.inputs, outputs, name=self.model.name)

    def _visit(self, node, layer, sources, out):
        inputs = [self.tensors[id(tensor)] for tensor in sources]
        if isinstance(layer, L.Add):
            inputs = self._in_pairs(layer, inputs)
        x = inputs[0] if len(inputs) == 1 else inputs
        if isinstance(layer, L.InputLayer):
            # A dict keeps the names that batches are picked by.
            self.inputs[layer.name] = keras.Input(out.shape[1:], name=layer.name)
            self._store(self.inputs[layer.name], layer.name, out, absorbed=False)
        elif folded := self._folded(layer):
            for step in folded[:-1]:
                x = FakeQuant(name=f"{step.name}_range")(step(x))
            self._activate(folded[-1](x), layer, out)
        elif isinstance(layer, L.BatchNormalization):
            folded = self._folded(sources[0]._keras_history.operation)
            self._store(x if folded else scaling_kernel(layer)(x), layer.name, out)
        elif isinstance(layer, BranchReLU):
            x = L.ReLU(name=f"{layer.name}_relu")(scaling_kernel(layer)(x))
            self._store(x, layer.name, out)
        elif isinstance(layer, (L.Activation, L.ReLU, *_COMPUTES)):
            self._store(self._copy(layer)(x), layer.name, out, fixed=_fixed(layer))
        elif isinstance(layer, _JOINS):
            self._join(node, x, out)
        elif isinstance(layer, _KEEPS):
            self._keep_range(self._copy(layer)(x), layer, sources[0], out)
        else:
            raise NoTwinError(
                f"Layer '{layer.name}' must be of a type that quantization knows; write it with "
                f"others, or teach `quantization.twin` this one. Received: {type(layer).__name__}."
            )

    def _in_pairs(self, layer, inputs):
        """The two summands of the last addition: the file adds in pairs and stores each sum."""
        while len(inputs) > 2:
            total = L.Add(name=f"{layer.name}_{len(inputs)}")(inputs[:2])
            inputs = [self._new_range(f"{layer.name}_{len(inputs)}")(total), *inputs[2:]]
        return inputs

    def _folded(self, layer):
        """The twin's kernels in place of a convolution or dense layer; none for other layers."""
        if id(layer) not in self.kernels:
            calls = [node for node in self.nodes if node.operation is layer]
            readers = [r for node in calls for r in self._reading(node.outputs[0])]
            self.kernels[id(layer)] = folded_kernels(layer, readers)
        return self.kernels[id(layer)]

    def _activate(self, x, layer, out):
        """Adds the activation that a convolution or dense layer brings along."""
        activation = layer.activation
        if activation in (None, keras.activations.linear):
            return self._store(x, layer.name, out, kernel=True)
        step = L.Activation(activation, name=f"{layer.name}_{activation.__name__}")
        if not _is_relu(step):
            x = FakeQuant(reach=_reach(step), name=f"{layer.name}_range")(x)
        return self._store(step(x), step.name, out, fixed=_fixed(step))

    def _store(self, x, name, out, *, fixed=None, absorbed=True, kernel=False):
        """Fake-quantizes `x`, unless a ReLU, or the norm of a kernel, takes it before."""
        readers, own = self._reading(out), None
        alone = readers[0] if len(readers) == 1 else None
        normed = kernel and isinstance(alone, L.BatchNormalization)
        if not (normed or (absorbed and _is_relu(alone))):
            own = None if fixed else self._joint_behind(out)
            own = own or self._own_range(name, out, fixed=fixed, reach=_reach(alone))
            x = own(x)
        self.tensors[id(out)], self.ranges[id(out)] = x, own

    def _own_range(self, name, out, *, fixed, reach):
        """A range for `out` alone, or that of a join among its readers."""
        own = self._new_range(name, fixed=fixed, reach=reach)
        joint = None if fixed else self._joint_behind(out, among_others=True)
        if joint is None:
            return own
        self.joinable[own.name] = joint.name
        return joint if own.name in self.shared else own

    def _keep_range(self, x, layer, source, out):
        own = self.ranges[id(source)]
        # A range of its own, or the converter gives it that of a join that reads it.
        if isinstance(layer, _INTERPOLATES) or len(self._reading(out)) > 1:
            x = own(x)
        self.tensors[id(out)], self.ranges[id(out)] = x, own

    def _join(self, node, inputs, out):
        """Joins tensors; those whose range is another one the file converts beforehand."""
        own = self._joint(node)
        self.tensors[id(out)] = own(self._copy(node.operation)(inputs))
        self.ranges[id(out)] = own

    def _joint(self, node):
        """The range of what `node` joins: that of the next join where only this one reads it."""
        if id(node) not in self.joints:
            behind = self._joint_behind(node.outputs[0])
            self.joints[id(node)] = behind or self._new_range(node.operation.name)
        return self.joints[id(node)]

    def _joint_behind(self, tensor, *, among_others=False):
        """The range that a join gives to `tensor`; None where something else reads it as well.

        With `among_others` the first join counts, whatever else reads the tensor.
        """
        readers = self.readers.get(id(tensor), [])
        for node in readers if among_others or len(readers) == 1 else ():
            if node is not None and isinstance(node.operation, _JOINS):
                return self._joint(node)
            if node is not None and isinstance(node.operation, _KEEPS):
                behind = self._joint_behind(node.outputs[0], among_others=among_others)
                if behind is not None:
                    return behind
        return None

    def _new_range(self, name, **options):
        count = self.names[name] = self.names.get(name, -1) + 1
        return FakeQuant(name=f"{name}_range" + (f"_{count}" if count else ""), **options)

    def _reading(self, tensor):
        """The layers that read `tensor`; None is the caller."""
        return [node and node.operation for node in self.readers.get(id(tensor), [])]

    def _copy(self, layer):
        if id(layer) not in self.copies:
            self.copies[id(layer)] = type(layer).from_config(layer.get_config())
        return self.copies[id(layer)]


def _is_relu(layer):
    """Whether `layer` is a ReLU, which the file computes in one step with what precedes it."""
    relu = getattr(layer, "activation", None) is keras.activations.relu
    return isinstance(layer, L.ReLU) or (isinstance(layer, L.Activation) and relu)


def _is_tanh(layer):
    return type(layer) is L.Activation and layer.activation is keras.activations.tanh


def _fixed(layer):
    return TANH_RANGE if _is_tanh(layer) else None


def _reach(layer):
    return TANH_REACH if _is_tanh(layer) else None
