"""Adds operators, tensors and constants to a parsed file with int8 kernels."""

import copy

import numpy as np

from tfgan_compress.schema import data_of, operator_kinds


class FileEditor:
    """The main graph of a file that is being changed.

    Args:
        model: What `schema.parse` returned.
    """

    def __init__(self, model):
        from ai_edge_litert import schema_py_generated as schema

        self.model, self.schema, self.graph = model, schema, model.subgraphs[0]

    def of_kind(self, kind):
        """The convolutions of that kind whose kernel is an int8 constant: files may be mixed."""
        kinds = operator_kinds(self.model)
        named = [o for o in self.graph.operators if kinds[o.opcodeIndex] == kind]
        return [o for o in named if self._is_int8(o.inputs[1])]

    def replace(self, kind, split):
        """Puts `split(operator)`, a list, in the place of each operator of `of_kind(kind)`.

        Returns:
            Whether anything has changed.
        """
        before, operators = self.graph.operators, []
        named = {id(operator) for operator in self.of_kind(kind)}
        for operator in before:
            operators += split(operator) if id(operator) in named else [operator]
        self.graph.operators = operators
        return len(operators) > len(before)

    def shape(self, index):
        """The shape of a tensor, a tuple."""
        return tuple(int(n) for n in self.graph.tensors[index].shape)

    def values(self, index):
        """The values of a constant."""
        return data_of(self.model, self.graph.tensors[index])

    def constant(self, like, values):
        """The index of a new constant, of the type and scale of constant `like`.

        Where that has a scale for each filter, `values` has all filters several times over.
        """
        tensor = copy.deepcopy(self.graph.tensors[like])
        scales, times = tensor.quantization, len(values) // tensor.shape[0]
        if len(scales.scale) > 1:
            scales.scale, scales.zeroPoint = (
                np.tile(v, times) for v in (scales.scale, scales.zeroPoint)
            )
        return self._added(tensor, values.shape, self._buffer(values))

    def dequantized(self, index):
        """The index of a new float constant of the values that the int8 constant stands for."""
        old = self.graph.tensors[index]
        values = self.values(index) * np.float32(old.quantization.scale)
        plain = self.schema.TensorT(type=self.schema.TensorType.FLOAT32)
        return self._added(plain, values.shape, self._buffer(values.astype(np.float32)))

    def is_float(self, index):
        """Whether a tensor is one of float32."""
        return self.graph.tensors[index].type == self.schema.TensorType.FLOAT32

    def tensor(self, like, shape):
        """The index of a new tensor of another shape, of the type and scale of tensor `like`."""
        return self._added(copy.deepcopy(self.graph.tensors[like]), shape, 0)

    def blocks(self, kind, source, target, side):
        """An operator DEPTH_TO_SPACE or SPACE_TO_DEPTH with blocks of side x side pixels."""
        name = "DepthToSpaceOptionsT" if kind == "DEPTH_TO_SPACE" else "SpaceToDepthOptionsT"
        options = getattr(self.schema, name)(blockSize=side)
        return self.operator(kind, [source], target, options)

    def reshaping(self, source, target):
        """An operator RESHAPE from one tensor to another of as many elements."""
        shape = self.shape(target)
        options = self.schema.ReshapeOptionsT(newShape=np.array(shape, np.int32))
        return self.operator("RESHAPE", [source, self._whole(shape)], target, options, version=1)

    def convolution(self, inputs, target, like, *, padding="SAME"):
        """An operator CONV_2D of stride 1 with the activation of the operator `like`."""
        options = self.schema.Conv2DOptionsT(
            padding=getattr(self.schema.Padding, padding), strideW=1, strideH=1,
            fusedActivationFunction=like.builtinOptions.fusedActivationFunction,
        )  # fmt: skip
        return self.operator("CONV_2D", inputs, target, options)

    def pad(self, source, before, after):
        """An operator PAD with so many rows and columns of zeros."""
        _, height, width, channels = self.shape(source)
        more = before + after
        padded = self.tensor(source, (1, height + more, width + more, channels))
        sizes = self._whole([(0, 0), (before, after), (before, after), (0, 0)])
        return self.operator("PAD", [source, sizes], padded, self.schema.PadOptionsT())

    def operator(self, kind, inputs, output, options, *, version=2):
        """An operator of that kind, which the file need not have yet.

        The second version of most operators is the one that takes int8.
        """
        name = type(options).__name__.removesuffix("T")
        return self.schema.OperatorT(
            opcodeIndex=self._code(getattr(self.schema.BuiltinOperator, kind), version),
            inputs=np.array(inputs, np.int32), outputs=np.array([output], np.int32),
            builtinOptions=options, builtinOptionsType=getattr(self.schema.BuiltinOptions, name),
        )  # fmt: skip

    def _is_int8(self, kernel):
        is_int8 = self.graph.tensors[kernel].type == self.schema.TensorType.INT8
        return is_int8 and self.values(kernel) is not None

    def _whole(self, numbers):
        """The index of a new constant of whole numbers, which say how an operator works."""
        values = np.array(numbers, np.int32)
        plain = self.schema.TensorT(type=self.schema.TensorType.INT32)
        return self._added(plain, values.shape, self._buffer(values))

    def _added(self, tensor, shape, buffer):
        tensor.shape, tensor.shapeSignature = np.array(shape, np.int32), None
        tensor.buffer, tensor.name = buffer, b""
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _buffer(self, values):
        buffer = self.schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def _code(self, builtin, version):
        """The index of an operator code, which is added where the file has none like it."""
        codes = self.model.operatorCodes
        for index, code in enumerate(codes):
            if max(code.builtinCode, code.deprecatedBuiltinCode) == builtin:
                return index
        new = {"builtinCode": builtin, "deprecatedBuiltinCode": min(builtin, 127)}
        codes.append(self.schema.OperatorCodeT(**new, version=version))
        return len(codes) - 1
