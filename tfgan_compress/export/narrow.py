"""Convolutions of large pictures with few channels, in an int8 file: blocks of pixels as channels.

XNNPACK computes 16 output channels at a time (on ARM and x86 with dot products) and takes input
channels by eights: a convolution to 4 channels costs as much as one to 16. Counted as channels, the
pixels of 2x2 blocks fill those places. Space to depth, a convolution of the small picture, depth to
space: the same numbers are multiplied and added, with zeros among them, and the file gives the same
bytes. Left out: strides, dilation and even kernels.
"""

import math

import numpy as np

from tfgan_compress.export.editing import FileEditor
from tfgan_compress.schema import drop_unused

SIDE = 2
WORTH = 650
"""Multiplications to be saved for each byte by which the zeros lengthen the file."""
LANES, DEPTH = 16, 8
"""Output channels computed at a time; input channels taken at a time."""


def widen_narrow(model):
    """Replaces convolutions that gain by it, of a parsed file in place; returns the file."""
    file = FileEditor(model)
    if file.replace("CONV_2D", lambda operator: _widened(file, operator)):
        drop_unused(model)
    return model


def _widened(file, operator):
    """The operators that do what `operator` does; itself alone where that is cheaper."""
    source, kernel, *bias = map(int, operator.inputs)
    options, target = operator.builtinOptions, operator.outputs[0]
    _, height, width, channels = file.shape(source)
    filters, size, across, _ = file.shape(kernel)
    plain = {options.strideH, options.strideW, options.dilationHFactor, options.dilationWFactor}
    square = size == across and size % 2 and size > 1 and not (height % 2 or width % 2)
    same = options.padding == file.schema.Padding.SAME
    if plain != {1} or not square or not same:
        return [operator]
    saved = height * width * _saved(channels, filters, size)
    values = block_kernel(file.values(kernel))
    if saved < WORTH * (values.size - file.values(kernel).size):
        return [operator]
    weights = [file.constant(kernel, values)]
    weights += [file.constant(i, np.tile(file.values(i), SIDE * SIDE)) for i in bias]
    small = (1, height // SIDE, width // SIDE)
    deep = file.tensor(source, (*small, SIDE * SIDE * channels))
    made = file.tensor(target, (*small, len(values)))
    return [
        file.blocks("SPACE_TO_DEPTH", source, deep, SIDE),
        file.convolution([deep, *weights], made, operator),
        file.blocks("DEPTH_TO_SPACE", made, target, SIDE),
    ]


def _saved(channels, filters, size):
    """Multiplications that are saved for a pixel, idle ones included."""
    taps, block = _taps(size), SIDE * SIDE
    after = taps**2 * _filled(block * channels, block * filters) / block
    return size**2 * _filled(channels, filters) - after


def _filled(channels, filters):
    """Multiplications of one tap of a kernel, with the places that stay empty."""
    return math.ceil(channels / DEPTH) * DEPTH * math.ceil(filters / LANES) * LANES


def _taps(size):
    """Side of the kernel of blocks."""
    return 2 * math.ceil((size // 2) / SIDE) + 1


def block_kernel(kernel):
    """Returns `(4 * filters, t, t, 4 * channels)` of `(filters, k, k, channels)`, k odd."""
    filters, size, _, channels = kernel.shape
    taps, middle = _taps(size), size // 2
    blocks = np.zeros((SIDE, SIDE, filters, taps, taps, SIDE, SIDE, channels), kernel.dtype)
    # Pixel r of a block takes tap 2 * d + q - r + middle of pixel q of the block d further on.
    places = [
        (r, d + taps // 2, q, tap)
        for r in range(SIDE)
        for d in range(-(taps // 2), taps // 2 + 1)
        for q in range(SIDE)
        if 0 <= (tap := SIDE * d + q - r + middle) < size
    ]
    for down, row, up, i in places:
        for right, column, left, j in places:
            blocks[down, right, :, row, column, up, left] = kernel[:, i, j]
    return blocks.reshape(SIDE * SIDE * filters, taps, taps, SIDE * SIDE * channels)
