"""Turns a Keras model into the bytes of a `.tflite` file.

The path is frozen graph -> SavedModel (`frozen`) -> TFLiteConverter with a static batch of 1. The
ranges of int8 are the converter's own, from calibration, or those of a `quantization` twin.

TensorFlow is imported inside the functions, so that contracts and gates can be read without it.
"""

import contextlib
import tempfile
import warnings

import keras
import numpy as np

from tfgan_compress.export.depthwise import float_depthwise
from tfgan_compress.export.narrow import widen_narrow
from tfgan_compress.export.transposed import split_transposed
from tfgan_compress.frozen import save_frozen
from tfgan_compress.schema import pack, parse
from tfgan_compress.tflite import SIGNATURE

VARIANTS = ("float32", "float16", "dynamic", "int8")


class ConversionError(ValueError):
    """The converter refused the graph, mostly for an operator that LiteRT does not have."""

    def __init__(self, variant, reason):
        # The whole text runs to pages, and a flex operator is named on one line of it.
        lines = [line.strip() for line in reason.splitlines() if line.strip()]
        named = [line for line in lines if line.startswith(("Flex ops", "Custom ops"))]
        super().__init__(
            f"{variant}: the graph must consist of LiteRT's built-in operators; write the layer "
            f"with others. Received: {'; '.join(named or lines[:1])}."
        )


def input_shapes(model):
    """Returns `{name: (1, H, W, C)}` of a functional model's named inputs.

    Raises:
        ValueError: If a side other than the batch is open, or the model computes in half precision.
    """
    shapes = {tensor.name: (1, *tensor.shape[1:]) for tensor in model.inputs}
    for name, shape in shapes.items():
        if None in shape:
            raise ValueError(f"Input '{name}' must have a fixed shape. Received: {shape}.")
    half = sorted({layer.dtype_policy.name for layer in model.layers} - {"float32"})
    if half:
        raise ValueError(
            "An exported model must compute in float32; rebuild it outside mixed precision and "
            f"copy the weights. Received layers of dtype policy {half}."
        )
    return shapes


@contextlib.contextmanager
def saved_model(model, *, output="image"):
    """Yields the folder of a temporary SavedModel, from which every variant is converted.

    Args:
        model: Functional Keras model with named inputs; its output is a tensor or a dict.
        output: Key of the one output that is exported.
    """
    shapes = input_shapes(model)
    with tempfile.TemporaryDirectory() as folder:
        save_frozen(lambda named: _answer(model, named, output), shapes, folder, output=output)
        yield folder


def convert(folder, variant, *, calibration=()):
    """Returns the bytes of one variant.

    Args:
        folder: A `saved_model`.
        variant: One of `VARIANTS`. `float16` halves the weights; `dynamic` has int8 weights and
            float activations; `int8` is integer throughout, inputs and outputs too.
        calibration: List of dicts `{input: (1, H, W, C)}`, needed by `int8` unless the model is a
            quantization twin, which has its ranges in the graph.
    """
    import tensorflow as tf
    from tensorflow.lite.python.convert_phase import ConverterError

    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=[SIGNATURE])
    if variant != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if variant == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if variant == "int8":
        if calibration:
            converter.representative_dataset = lambda: iter(calibration)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with warnings.catch_warnings():
        # The converter calibrates with its own, deprecated interpreter.
        warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpreter is deprecated")
        try:
            return _finished(converter.convert(), variant)
        except ConverterError as error:
            raise ConversionError(variant, str(error)) from error


def _finished(content, variant):
    """Rewrites what XNNPACK runs slowly or not at all; empties the names of inner tensors."""
    model = parse(content)
    if variant == "int8":
        widen_narrow(split_transposed(model))
    if variant == "dynamic":
        float_depthwise(model)
    # They were a tenth of an int8 file.
    for graph in model.subgraphs:
        ends = {*graph.inputs, *graph.outputs}
        for index, tensor in enumerate(graph.tensors):
            tensor.name = tensor.name if index in ends else b""
    return pack(model)


def predict(model, samples, *, output="image"):
    """Returns a Keras model's images of a list of batch-1 samples, float32 `(N, H, W, C)`."""
    answers = [_answer(model, sample, output) for sample in samples]
    return np.concatenate([np.asarray(keras.ops.convert_to_numpy(a), np.float32) for a in answers])


def _answer(model, named, output):
    arranged = keras.tree.map_structure(lambda tensor: named[tensor.name], model.input)
    outputs = model(arranged, training=False)
    return outputs[output] if isinstance(outputs, dict) else outputs
