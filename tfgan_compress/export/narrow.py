"""Convolutions of large pictures with few channels, in an int8 file: blocks of pixels as channels.

XNNPACK computes 16 output channels at a time (on ARM and x86 with dot products) and takes input
channels by eights: a convolution to 4 channels costs as much as one to 16, and of 6 channels, where
one is 1x1, each pixel costs as much as 16 would. Counted as channels, the pixels of 2x2 blocks fill
those places. Space to depth, a convolution of the small picture, depth to space: the same numbers
are multiplied and added, with zeros among them, and the file gives the same bytes. Left out:
strides, dilation and even kernels.
"""

import math

import numpy as np

from tfgan_compress.export.editing import FileEditor
from tfgan_compress.schema import drop_unused

SIDE = 2
BUDGET = 74_000
"""Bytes by which a file may grow; convolutions come first that save the most for each."""
WORTH = 500
"""Multiplications that a byte has to save."""
OPERATORS = 650
"""Bytes of the two operators and tensors that are added for a convolution."""
PIXEL = 3100
"""Multiplications that take as long as the start of a pixel, measured on an Intel Xeon."""
LANES, DEPTH = 16, 8
"""Output channels computed at a time; input channels taken at a time."""


def widen_narrow(model):
    """Replaces convolutions that gain by it, of a parsed file in place; returns the file."""
    file = FileEditor(model)
    chosen = _chosen(file)
    if file.replace("CONV_2D", lambda o: _widened(file, o) if id(o) in chosen else [o]):
        drop_unused(model)
    return model


def _chosen(file):
    """The `id`s of the operators that are worth it, within the budget."""
    worth = {}
    for operator in file.of_kind("CONV_2D"):
        if _fits(file, operator):
            saved, added = _exchange(file, operator)
            worth[id(operator)] = saved / added, added
    chosen, left = set(), BUDGET
    for key, (gain, added) in sorted(worth.items(), key=lambda entry: -entry[1][0]):
        if gain >= WORTH and added <= left:
            chosen.add(key)
            left -= added
    return chosen


def _fits(file, operator):
    """Whether blocks can be made: whole ones, of a plain convolution with an odd kernel."""
    options, (source, kernel, *_) = operator.builtinOptions, operator.inputs
    _, height, width, _ = file.shape(source)
    _, size, across, _ = file.shape(kernel)
    plain = {options.strideH, options.strideW, options.dilationHFactor, options.dilationWFactor}
    same = size == 1 or options.padding == file.schema.Padding.SAME
    whole = not (height % SIDE or width % SIDE)
    return bool(plain == {1} and size == across and size % 2 and whole and same)


def _exchange(file, operator):
    """`(multiplications saved, bytes added)`, idle multiplications included."""
    source, kernel, *_ = operator.inputs
    _, height, width, channels = file.shape(source)
    filters, size, _, _ = file.shape(kernel)
    block, taps = SIDE * SIDE, _taps(size)
    after = _work(block * channels, block * filters, taps) / block
    zeros = (block**2 * taps**2 - size**2) * channels * filters
    return height * width * (_work(channels, filters, size) - after), zeros + OPERATORS


def _widened(file, operator):
    """The operators that do what `operator` does."""
    source, kernel, *bias = map(int, operator.inputs)
    _, height, width, channels = file.shape(source)
    values, target = block_kernel(file.values(kernel)), operator.outputs[0]
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


def _work(channels, filters, size):
    """Multiplications that a pixel takes, those for places that stay empty included."""
    depth, lanes = (-(-n // step) * step for n, step in ((channels, DEPTH), (filters, LANES)))
    return PIXEL + size * size * depth * lanes


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
