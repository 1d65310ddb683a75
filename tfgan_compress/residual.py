"""CR-GAN's residual blocks (Tian et al. 2018): they halve or double a picture.

Activations come before convolutions, and the shortcut has a convolution of its own (as in
Gulrajani et al. 2017). `trunk`, a chain of them, is common to encoder and discriminator.
"""

import keras

from tfgan_compress.blocks import ConvBlocks
from tfgan_compress.layers import BranchReLU, Double, Halve

DOWN = {"down1": 1, "down2": 2, "down3": 4, "down4": 8, "down5": 8}
"""Width of each block of the trunk, in multiples of the base width."""


def trunk_channels(base_width):
    """Returns the widths of `trunk`, `{group: width}`."""
    widths = {name: multiple * base_width for name, multiple in DOWN.items()}
    return {"conv0": base_width, **widths, **{f"{n}_inner": w for n, w in widths.items()}}


def normal_blocks(channels, **options):
    """Returns `ConvBlocks` whose initial kernels are normal and keep the variance of their input.

    The published N(0, 0.02) does so for 2,500 inputs of an output, and the blocks of a base width
    of 64 have 576 to 4,608. At a base width of 8 there are as few as 72, and each convolution
    weakens a picture by six: behind five blocks without norms all codes start out the same.
    """
    initializer = keras.initializers.VarianceScaling(distribution="untruncated_normal")
    return ConvBlocks(channels, initializer=initializer, **options)


def trunk(blocks, image, *, halve=Halve):
    """Squeezes `(B, S, S, 3)` through five halvings to `(B, S/32 * S/32 * down5)`.

    Args:
        blocks: `ConvBlocks` whose channels have the groups of `trunk_channels`.
        image: The picture.
        halve: Makes a layer that averages 2x2 pixels. TensorFlow differentiates `Halve` only once,
            so a gradient penalty needs `AveragePooling2D`.
    """
    x = blocks.conv(image, "conv0", 3, name="conv0", norm=False, activation=None)
    for name in DOWN:
        x = down_block(blocks, x, name, halve=halve)
    return keras.layers.Flatten(name="flat")(x)


def down_block(blocks, x, name, *, halve=Halve):
    """Block without norms: `(B, H, W, C)` to `(B, H/2, W/2, channels[name])`."""
    plain = {"norm": False, "activation": None}
    y = BranchReLU(name=f"{name}_in")(x)
    y = blocks.conv(y, f"{name}_inner", 3, name=f"{name}_conv1", norm=False, activation="relu")
    y = blocks.conv(y, name, 3, name=f"{name}_conv2", **plain)
    y = halve(name=f"{name}_conv2_half")(y)
    x = halve(name=f"{name}_half")(x)
    x = blocks.conv(x, name, 3, name=f"{name}_shortcut", **plain)
    return keras.layers.Add(name=name)([x, y])


def up_block(blocks, x, before, name):
    """Block with batch norm: `(B, H, W, channels[before])` to `(B, 2H, 2W, channels[name])`."""
    y = blocks.norm(x, (before,), name=f"{name}_in")
    y = Double(name=f"{name}_conv1_double")(y)
    y = blocks.conv(y, f"{name}_inner", 3, name=f"{name}_conv1", activation="relu")
    y = blocks.conv(y, name, 3, name=f"{name}_conv2", norm=False, activation=None)
    x = Double(name=f"{name}_double")(x)
    x = blocks.conv(x, name, 3, name=f"{name}_shortcut", norm=False, activation=None)
    return keras.layers.Add(name=name)([x, y])
