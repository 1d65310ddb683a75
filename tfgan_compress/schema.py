"""A `.tflite` file as the tree of objects of LiteRT's schema: read, named, written.

LiteRT is imported inside the functions: importing this package does no work.
"""

from typing import Any

import numpy as np


def parse(content) -> Any:
    """Returns the bytes of a `.tflite` file as the tree of objects of LiteRT's schema, a ModelT."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def pack(model):
    """Returns the bytes of a tree that `parse` made; equal vectors are stored once.

    Most of an int8 file that is no weight are zero points, eight bytes of 0 for each channel.
    """
    builder = _sharing_builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _sharing_builder():
    # LiteRT's own schema is written in it, so it is there.
    import flatbuffers

    class SharingBuilder(flatbuffers.Builder):
        """Tables may point to the same vector: flatbuffers are graphs, not trees."""

        def __init__(self):
            super().__init__(1024)
            self._written = {}

        def CreateNumpyVector(self, x):  # noqa: N802, the name in flatbuffers.
            key = (x.dtype.str, x.tobytes())
            if key not in self._written:
                self._written[key] = super().CreateNumpyVector(x)
            return self._written[key]

    return SharingBuilder()


def operator_kinds(model):
    """Returns the name of each entry of `model.operatorCodes`; custom ones as `CUSTOM:<name>`."""
    from ai_edge_litert import schema_py_generated as schema

    builtin = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
    kinds = []
    for code in model.operatorCodes:
        # Old writers fill only the one-byte field, new ones both.
        name = builtin[max(code.builtinCode, code.deprecatedBuiltinCode)]
        kinds.append(f"CUSTOM:{code.customCode.decode()}" if name == "CUSTOM" else name)
    return kinds


def data_of(model, tensor):
    """Returns the values of a constant of a parsed file, in its shape; None of another tensor."""
    from ai_edge_litert import schema_py_generated as schema

    data = model.buffers[tensor.buffer].data
    if data is None or not len(data):
        return None
    names = {v: k.lower() for k, v in vars(schema.TensorType).items() if not k.startswith("_")}
    return np.asarray(data, np.uint8).view(names[tensor.type]).reshape(tensor.shape)


def drop_unused(model):
    """Takes out of a parsed file what nothing reads: operators, tensors, constants. In place."""
    graph = model.subgraphs[0]
    needed, operators = {*graph.inputs, *graph.outputs}, []
    for operator in reversed(graph.operators):
        if needed & {*operator.outputs}:
            operators.insert(0, operator)
            needed |= {*operator.inputs, *operator.outputs} - {-1}
    graph.operators = operators
    place = {old: new for new, old in enumerate(sorted(needed))}
    graph.tensors = [graph.tensors[i] for i in place]
    for holder in (graph, *operators):
        for ends in ("inputs", "outputs"):
            moved = [place.get(i, -1) for i in getattr(holder, ends)]
            setattr(holder, ends, np.array(moved, np.int32))
    for signature in model.signatureDefs or ():
        for end in (*signature.inputs, *signature.outputs):
            end.tensorIndex = place[end.tensorIndex]
    _drop_buffers(model, graph.tensors)


def _drop_buffers(model, tensors):
    """Leaves the buffers of `tensors` and of the metadata, and the first, which is empty."""
    holders = [*tensors, *(model.metadata or ())]
    kept = sorted({0, *(holder.buffer for holder in holders)})
    place = {old: new for new, old in enumerate(kept)}
    model.buffers = [model.buffers[i] for i in kept]
    for holder in holders:
        holder.buffer = place[holder.buffer]
    if model.metadataBuffer is not None:  # An older list of the same.
        model.metadataBuffer = [holder.buffer for holder in model.metadata]
