"""What TP-GAN (Huang et al. 2017) and PIM (Zhao et al. 2018), which builds on it, have in common.

U-Nets of residual stages; the four local pathways, which redraw eyes, nose and mouth and are pasted
at their frontal places; the painting of the whole; the discriminator of regions.
"""

import keras

from tfgan_compress import geometry
from tfgan_compress.blocks import Configured, ConvBlocks
from tfgan_compress.layers import Maximum, Pad

PARTS = ("left_eye", "right_eye", "nose", "mouth")
_LOCAL_WIDTHS = {"down1": 1, "down2": 2, "down3": 4, "down4": 8, "up3": 4, "up2": 2}
_LOCAL_MERGED = {"merge3": 4, "merge2": 2}


def face_inputs(image_shape):
    """Returns `{batch key: keras.Input}` of the view and its four patches."""
    shapes = {p: (*hw, 3) for p, hw in geometry.patch_shapes(image_shape[0]).items()}
    shapes = {"input": image_shape} | {p: shapes[p] for p in PARTS}
    return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}


def local_channels(width):
    """Returns the widths of the patch networks, `{group: width}`; `part` is their common output."""
    w, local = width, _LOCAL_WIDTHS | _LOCAL_MERGED
    widths = {f"{part}_{name}": k * w for part in PARTS for name, k in local.items()}
    inner = ("down1", "down2", "down3", "merge3", "merge2")
    widths |= {f"{part}_{name}_inner": local[name] * w for part in PARTS for name in inner}
    widths |= {f"{part}_down4_inner{i}": 8 * w for part in PARTS for i in (1, 2)}
    widths |= {f"{part}_{name}": w for part in PARTS for name in ("up1", "part_inner")}
    return {"part": w, **widths}


def inner_groups(channels):
    """Returns the groups of `channels` that lie inside a residual block."""
    return tuple(group for group in channels if "_inner" in group)


def local_pathway(blocks, inputs, part):
    """One patch network, a U-Net of depth 3: its features `(B, h, w, part)` and its image."""
    x = inputs[part]
    if part == "right_eye":  # The official right-eye network sees both eyes.
        eyes = [inputs["right_eye"], inputs["left_eye"]]
        x = keras.layers.Concatenate(name="right_eye_both")(eyes)
    maps = contract(blocks, x, f"{part}_", depth=4, last=2)
    last = ("part", f"{part}_part_inner")
    x = expand(blocks, maps[-1], f"{part}_", skips=maps[:-1], last=last)
    return x, blocks.to_rgb(x, name=part + "_image")


def contract(blocks, x, prefix, *, depth, last=1):
    """The way down of a U-Net: its stages' maps, the first of full size, each next of half of it.

    Args:
        blocks: `ConvBlocks` with the groups `<prefix>down<i>` and `<prefix>down<i>_inner`.
        x: `(B, H, W, C)`.
        prefix: Of the names of groups and blocks.
        depth: Number of stages.
        last: Residual blocks of the last stage, of inner groups numbered from 1 if several.
    """
    maps = []
    for i in range(1, depth + 1):
        g = f"{prefix}down{i}"
        x = blocks.conv(x, g, 3, name=g, strides=1 if i == 1 else 2, norm=i > 1)
        for k in range(1, last + 1) if i == depth and last > 1 else ("",):
            x = blocks.res(x, (g,), f"{g}_inner{k}", 3, name=f"{g}_res{k}")
        maps.append(x)
    return maps


def expand(blocks, x, prefix, *, skips, last=None):
    """The way up of a U-Net: doubles `x` once for each of `skips`, which it takes in.

    Args:
        blocks: `ConvBlocks` with the groups `<prefix>up<i>`, `<prefix>merge<i>` and
            `<prefix>merge<i>_inner`.
        x: `(B, h, w, C)`.
        prefix: Of the names of groups and blocks.
        skips: Maps of the way down, the largest first.
        last: Group and inner group of the last stage, if others.
    """
    for i in reversed(range(1, len(skips) + 1)):
        up, merge = f"{prefix}up{i}", f"{prefix}merge{i}"
        x = blocks.deconv(x, up, name=up, activation="leaky_relu")
        x = keras.layers.Concatenate(name=f"{prefix}skip{i}")([x, skips[i - 1]])
        g, inner = last if last and i == 1 else (merge, f"{merge}_inner")
        x = blocks.conv(x, g, 3, name=merge)
        x = blocks.res(x, (g,), inner, 3, name=f"{merge}_res")
    return x


def paste(parts, image_size):
    """Places features and images at the frontal landmarks, joined by elementwise maximum.

    Args:
        parts: `{part: (features, image)}` of the local pathways.
        image_size: Side of the frontal face, in pixels.

    Returns:
        `(features, image)` of the face's size.
    """
    corners = geometry.patch_corners(geometry.frontal_landmarks(image_size), image_size)
    features, images = [], []
    for part, (feature, image) in parts.items():
        (row, column), (height, width) = corners[part], feature.shape[1:3]
        margins = ((row, image_size - row - height), (column, image_size - column - width))
        features.append(Pad(margins, name=f"{part}_place")(feature))
        lit = keras.layers.Rescaling(1.0, offset=1.0, name=f"{part}_lit")(image)
        images.append(Pad(margins, name=f"{part}_place_image")(lit))
    pasted = Maximum(name="parts_lit")(images)
    pasted = keras.layers.Rescaling(1.0, offset=-1.0, name="parts_image")(pasted)
    return Maximum(name="parts")(features), pasted


def paint(blocks, x, *, kernel=5):
    """The last convolutions, of groups `paint1`, `paint1_inner`, `paint2`: `(B, S, S, 3)`."""
    x = blocks.conv(x, "paint1", kernel, name="paint1")
    x = blocks.res(x, ("paint1",), "paint1_inner", 3, name="paint1_res")
    x = blocks.conv(x, "paint2", 3, name="paint2")
    return blocks.to_rgb(x, name="image")


class RegionDiscriminator(Configured):
    """Maps `(B, S, S, 3)` in [-1, 1] to logits `(B, S/32, S/32, 1)`: is each region real?

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        base_width: Channels of the first convolution; 64 is the published one.

    Raises:
        ValueError: If S is not a multiple of 32.
    """

    settings = ("image_shape", "base_width")

    def __init__(self, image_shape=(128, 128, 3), *, base_width=64, **kwargs):
        image_shape = tuple(image_shape)
        geometry.check_image_shape(image_shape)
        multiples = {"down1": 1, "down2": 2, "down3": 4, "down4": 8, "down5": 8}
        multiples |= {"res4_inner": 8, "res5_inner": 8}
        blocks = ConvBlocks({group: m * base_width for group, m in multiples.items()})
        image = keras.Input(image_shape, name="image")
        x = image
        for i in (1, 2, 3, 4, 5):
            x = blocks.conv(x, f"down{i}", 3, name=f"down{i}", strides=2, norm=i > 1)
            if i > 3:
                x = blocks.res(x, (f"down{i}",), f"res{i}_inner", 3, name=f"res{i}")
        logits = keras.layers.Conv2D(1, 1, dtype="float32", name="logits")(x)
        super().__init__(image, logits, **kwargs)
        self.image_shape, self.base_width = image_shape, base_width
