"""What a `.tflite` file must pass before it leaves: one function a gate.

Each gate returns what it measured, or raises its own `GateError`, which carries the measurement
too. None of them proves that the pictures are good; that is what `evaluate` is for.
"""

import collections

import keras
import numpy as np

from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.schema import operator_kinds, parse
from tfgan_compress.tflite import load_interpreter, undelegated

_CONVERSIONS = ("QUANTIZE", "DEQUANTIZE")
_FORBIDDEN = {"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE", "CUSTOM"}


class GateError(ValueError):
    """A file failed a gate; `measured` says by how much."""

    def __init__(self, message, measured):
        super().__init__(message)
        self.measured = measured


class ForbiddenOperatorError(GateError):
    """The file holds flex, custom or variable operators."""


class NotFiniteError(GateError):
    """The file answers with NaN or infinity."""


class ParityError(GateError):
    """The file disagrees with the Keras model it was made from."""


class NotDelegatedError(GateError):
    """XNNPACK does not run the whole graph."""


class NotIntegerError(GateError):
    """An int8 file computes in float somewhere."""


class QualityError(GateError):
    """Quantization cost too much."""


def only_builtin_operators(content):
    """Gate: no flex, custom or variable operators in the bytes of a `.tflite` file."""
    names = collections.Counter(operator_names(content))
    forbidden = {n: c for n, c in names.items() if n in _FORBIDDEN or n.startswith("CUSTOM:")}
    measured = {"operators": dict(sorted(names.items())), "forbidden": forbidden}
    if forbidden:
        raise ForbiddenOperatorError(
            "A .tflite file may hold only LiteRT's built-in, stateless operators; write the layer "
            f"with others. Received: {forbidden}.",
            measured,
        )
    return measured


def finite(images):
    """Gate: no NaN and no infinity in the answers `images`."""
    broken = int(np.sum(~np.isfinite(images).all(axis=(1, 2, 3))))
    measured = {"images": len(images), "not_finite": broken}
    if broken:
        raise NotFiniteError(
            "Every answer must be finite; look for NaN among the weights. Received: "
            f"{broken} of {len(images)} images with NaN or infinity.",
            measured,
        )
    return measured


def parity(images, expected, *, tolerance):
    """Gate: the largest difference to the Keras model's images is at most `tolerance`."""
    difference = float(np.max(np.abs(images - expected)))
    measured = {"max_difference": difference, "tolerance": tolerance}
    if not difference <= tolerance:
        raise ParityError(
            f"The file must agree with its Keras model to {tolerance:g}. Received: "
            f"a difference of {difference:g}.",
            measured,
        )
    return measured


def fully_delegated(content):
    """Gate: XNNPACK takes every operator."""
    left = dict(collections.Counter(undelegated_operators(content)))
    if left:
        raise NotDelegatedError(
            "XNNPACK must run every operator; write the layer with others (`layers` shows how). "
            f"Left to the slow kernels: {left}.",
            {"undelegated": left},
        )
    return {"undelegated": left}


def integer(content):
    """Gate: an int8 file computes in integers from end to end.

    A delegated float operator between two conversions is no error to LiteRT, and no speed either.
    `requantizations` counts the conversions from one int8 scale to another.
    """
    names, requantizations = collections.Counter(), 0
    for name, inputs, outputs in _typed_operators(content):
        if name == "QUANTIZE" and "FLOAT32" not in inputs:
            requantizations += 1
        elif name not in _CONVERSIONS and "FLOAT32" in inputs | outputs:
            names[name] += 1
    measured = {"float_operators": dict(names), "requantizations": requantizations}
    if names:
        raise NotIntegerError(
            "Every operator of an int8 file must compute in integers; write the layer with others, "
            f"or quantize it too. Received float operators: {dict(names)}.",
            measured,
        )
    return measured


def quality(images, expected, *, floor):
    """Gate: mean PSNR to the float model's images is at least `floor` dB."""
    each = np.asarray(keras.ops.convert_to_numpy(psnr(images, expected)))
    measured = {"psnr": float(each.mean()), "psnr_worst": float(each.min()), "floor": floor}
    if not measured["psnr"] >= floor:
        raise QualityError(
            f"Mean PSNR to the float model must be at least {floor:g} dB; calibrate on more varied "
            f"images, or keep float activations. Received: {measured['psnr']:.2f} dB.",
            measured,
        )
    return measured


def operator_names(content):
    """Returns the name of every operator of all subgraphs; custom ones as `CUSTOM:<name>`."""
    return [name for name, _, _ in _typed_operators(content)]


def _typed_operators(content):
    """Yields `(name, types of the inputs, types of the outputs)`, sets of names as in FLOAT32."""
    from ai_edge_litert import schema_py_generated as schema

    types = {v: k for k, v in vars(schema.TensorType).items() if not k.startswith("_")}
    model = parse(content)
    kinds = operator_kinds(model)
    for graph in model.subgraphs:
        for op in graph.operators or ():
            # -1 stands for an optional input that is not there.
            ends = [
                {types[graph.tensors[i].type] for i in tensors if i >= 0}
                if tensors is not None
                else set()
                for tensors in (op.inputs, op.outputs)
            ]
            yield kinds[op.opcodeIndex], *ends


def undelegated_operators(content):
    """Returns the names of the operators that XNNPACK does not run."""
    return undelegated(load_interpreter(content)._get_ops_details())
