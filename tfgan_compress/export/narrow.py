"""Convolutions of large pictures with few channels, in an int8 file: blocks of pixels as channels.

XNNPACK computes 16 output channels at a time (on ARM and x86 with dot products) and takes input
channels by eights: a convolution to 4 channels costs as much as one to 16, and of 6 channels, where
one is 1x1, each pixel costs as much as 16 would. Counted as channels, the pixels of 2x2 blocks fill
those places. Space to depth, a convolution of the small picture, depth to space: the same numbers
are multiplied and added, with zeros among them, and the file gives the same bytes. Where there are
8 channels, blocks of two neighbours fill the places, which are a matter of shape alone. Left out:
strides, dilation and even kernels.
"""

import math

import numpy as np

from tfgan_compress.export.editing import FileEditor
from tfgan_compress.schema import drop_unused

BLOCKS = ((1, 2), (2, 2))
"""Rows and columns of the blocks."""
BUDGET = 62_000
"""Bytes by which a file may grow; convolutions come first that save the most for each."""
WORTH = 1_000
"""Multiplications that a byte has to save."""
OPERATORS = 650
"""Bytes of the two operators and tensors that are added for a convolution."""
PIXEL, TAP = 5_000, 1_000
"""Multiplications that take as long as the start of a pixel and of each tap of the kernel.

Measured on an Intel Xeon: 15 ns for a pixel of a 1x1 convolution and 37 ns for one of 3x3,
whether of 16 channels or of 64.
"""
LANES, DEPTH = 16, 8
"""Output channels computed at a time; input channels taken at a time."""


def widen_narrow(model):
    """Replaces convolutions that gain by it, of a parsed file in place; returns the file."""
    file = FileEditor(model)
    chosen = _chosen(file)

    def widened(operator):
        block = chosen.get(id(operator))
        return _widened(file, operator, block) if block else [operator]

    if file.replace("CONV_2D", widened):
        drop_unused(model)
    return model


def _chosen(file):
    """`{id of an operator: block}` for those that are worth it, within the budget."""
    offers = {
        id(operator): {
            block: _exchange(file, operator, block)
            for block in BLOCKS
            if _fits(file, operator, block)
        }
        for operator in file.of_kind("CONV_2D")
    }
    chosen, left = {}, BUDGET
    while (best := _best(offers, chosen, left)) is not None:
        key, block, added = best
        chosen[key], left = block, left - added
    return chosen


def _best(offers, chosen, left):
    """What saves most for a byte that is added yet: `(operator, block, bytes added)`, or None.

    Of equals the first in the file: the same model has to give the same file.
    """
    found = []
    for key, blocks in offers.items():
        saved, added = blocks.get(chosen.get(key), (0, 0))
        for block, (more, wider) in blocks.items():
            if 0 < wider - added <= left:
                found.append(((more - saved) / (wider - added), key, block, wider - added))
    gain, *best = max(found, default=(0,), key=lambda exchange: exchange[0])
    return best if gain >= WORTH else None


def _fits(file, operator, block):
    """Whether blocks can be made: whole ones, of a plain convolution with an odd kernel."""
    options, (source, kernel, *_) = operator.builtinOptions, operator.inputs
    _, height, width, _ = file.shape(source)
    _, size, across, _ = file.shape(kernel)
    plain = {options.strideH, options.strideW, options.dilationHFactor, options.dilationWFactor}
    same = size == 1 or options.padding == file.schema.Padding.SAME
    whole = not (height % block[0] or width % block[1])
    return bool(plain == {1} and size == across and size % 2 and whole and same)


def _exchange(file, operator, block):
    """`(multiplications saved, bytes added)`, idle multiplications included."""
    source, kernel, *_ = operator.inputs
    _, height, width, channels = file.shape(source)
    filters, size, _, _ = file.shape(kernel)
    area, taps = math.prod(block), math.prod(_taps(size, side) for side in block)
    after = _work(area * channels, area * filters, taps) / area
    zeros = (area**2 * taps - size**2) * channels * filters
    return height * width * (_work(channels, filters, size**2) - after), zeros + OPERATORS


def _widened(file, operator, block):
    """The operators that do what `operator` does."""
    source, kernel, *bias = map(int, operator.inputs)
    _, height, width, channels = file.shape(source)
    values, target = block_kernel(file.values(kernel), block), operator.outputs[0]
    area = math.prod(block)
    weights = [file.constant(kernel, values)]
    weights += [file.constant(i, np.tile(file.values(i), area)) for i in bias]
    small = (1, height // block[0], width // block[1])
    deep = file.tensor(source, (*small, area * channels))
    made = file.tensor(target, (*small, len(values)))
    convolution = file.convolution([deep, *weights], made, operator)
    if block[0] == 1:
        return [file.reshaping(source, deep), convolution, file.reshaping(made, target)]
    return [
        file.blocks("SPACE_TO_DEPTH", source, deep, block[0]),
        convolution,
        file.blocks("DEPTH_TO_SPACE", made, target, block[0]),
    ]


def _work(channels, filters, taps):
    """Multiplications that a pixel takes, those for places that stay empty included."""
    depth, lanes = (-(-n // step) * step for n, step in ((channels, DEPTH), (filters, LANES)))
    return PIXEL + taps * (TAP + depth * lanes)


def _taps(size, side):
    """Taps of the kernel of blocks in a direction where they have `side` pixels."""
    return 2 * math.ceil((size // 2) / side) + 1


def block_kernel(kernel, block):
    """Returns the kernel of blocks of `kernel`, `(filters, k, k, channels)` with k odd.

    Its filters and channels are those of each pixel of a block, one pixel after another.
    """
    filters, size, _, channels = kernel.shape
    taps = tuple(_taps(size, side) for side in block)
    blocks = np.zeros((*block, filters, *taps, *block, channels), kernel.dtype)
    down, across = (_places(size, side) for side in block)
    for r, row, q, i in down:
        for s, column, p, j in across:
            blocks[r, s, :, row, column, q, p] = kernel[:, i, j]
    area = math.prod(block)
    return blocks.reshape(area * filters, *taps, area * channels)


def _places(size, side):
    """`(r, d, q, tap)`: pixel r of a block takes that tap of pixel q of the block at place d."""
    far = _taps(size, side) // 2
    return [
        (r, d + far, q, tap)
        for r in range(side)
        for d in range(-far, far + 1)
        for q in range(side)
        if 0 <= (tap := side * d + q - r + size // 2) < size
    ]
