"""Depthwise kernels of a dynamic-range file as floats: XNNPACK has no operator that mixes the two.

The converter keeps kernels of fewer than 1024 weights in float anyway. A depthwise kernel is the
smallest of its layer, so the file grows by hundredths.
"""

from tfgan_compress.export.editing import FileEditor
from tfgan_compress.schema import drop_unused


def float_depthwise(model):
    """Replaces the int8 kernels that float activations meet in place; returns the parsed file."""
    file = FileEditor(model)
    for operator in file.of_kind("DEPTHWISE_CONV_2D"):
        source, kernel, *bias = operator.inputs
        if file.is_float(source):
            operator.inputs = [source, file.dequantized(kernel), *bias]
    drop_unused(model)
    return model
