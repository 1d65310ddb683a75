"""PIM's generator (Zhao et al. 2018, "Towards Pose Invariant Face Recognition in the Wild").

Two pathways as TP-GAN's, from which it descends: a global encoder and decoder see the whole view,
four local networks redraw eyes, nose and mouth, and a last stage fuses both. One class serves
teacher, supernet (`elastic=True`) and student (smaller `channels`).

There is no public code, so this is PIM as described, and what follows is ours. Each pathway is a
U-Net of residual stages; the global one is equally wide at every size and goes down to a 32nd of
it, where the whole map makes a code, which is spread over the map again. The code is what must not
tell source from target data. Only the full size is painted. All this is about as large as PIM is by
the count of Wei et al. 2021, 12.7M parameters and 57.9G MACs. Left out, being training's business:
discriminator, domain classifier and the recognizer that learns along (`training.pim`).
"""

import keras

from tfgan_compress import pathways
from tfgan_compress.blocks import Configured, ConvBlocks
from tfgan_compress.channels import check_channels
from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE, FlipConcat
from tfgan_compress.pathways import PARTS

DEPTH = 6
"""Stages of the global pathway, the first of full size."""


def pim_channels(base_width=64, *, code=256):
    """Returns PIM's own widths, `{group: width}`; 64 is the base width of the full network."""
    w, stages = 2 * base_width, range(1, DEPTH + 1)
    widths = {f"{kind}{i}": w for kind in ("down", "merge") for i in stages}
    widths |= {f"{group}_inner": w for group in list(widths)}
    widths |= {f"up{i}": w for i in stages[:-1]}
    local = pathways.local_channels(3 * base_width // 16)
    fused = {f"fuse_inner{i}": w + local["part"] + 3 for i in (1, 2)}
    paint = {"paint1": base_width, "paint1_inner": base_width, "paint2": base_width // 2}
    return {**widths, "code": code, "map": w, **local, **fused, **paint}


@keras.saving.register_keras_serializable(PACKAGE)
class PIM(Configured):
    """PIM's generator: an aligned view and its four patches in, the frontal face out.

    Inputs, named by batch key and in [-1, 1]: `input` `(B, S, S, 3)` and the patches `left_eye`,
    `right_eye`, `nose`, `mouth` in the shapes of `geometry.patch_shapes(S)`. Outputs, a dict:
    `image` `(B, S, S, 3)` and the four redrawn patches in [-1, 1], and `code`
    `(B, channels["code"])`.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        channels: `{group: width}`; those of `pim_channels(base_width)` by default. An inner group
            may be 0, which leaves its block out.
        base_width: Used only where `channels` is not given; at least 16.
        elastic: Adds a `ChannelGate` behind every block: the supernet.
        factorized: Stages with depthwise-separable convolutions, e.g. `("fuse", "merge1")`.
        largest_kernel: Side that no convolution exceeds, for a faster student; see `ConvBlocks`.

    Raises:
        ValueError: If the picture is no square of a multiple of 32, or `channels` lacks a group,
            has another, or another one that is empty.
    """

    settings = ("image_shape", "channels", "elastic", "factorized", "largest_kernel")

    def __init__(
        self, image_shape=(128, 128, 3), channels=None, *, base_width=64, elastic=False,
        factorized=(), largest_kernel=None, **kwargs,
    ):  # fmt: skip
        image_shape = tuple(image_shape)
        channels = dict(channels or pim_channels(base_width))
        check_image_shape(image_shape)
        optional = pathways.inner_groups(channels)
        check_channels(channels, pim_channels(), network="PIM", optional=optional)
        blocks = ConvBlocks(
            channels, elastic=elastic, factorized=factorized, largest_kernel=largest_kernel
        )
        inputs = pathways.face_inputs(image_shape)
        parts = {part: pathways.local_pathway(blocks, inputs, part) for part in PARTS}
        face, code = _global_pathway(blocks, inputs["input"])
        outputs = {"image": _fuse(blocks, face, parts), "code": code}
        outputs |= {part: image for part, (_, image) in parts.items()}
        super().__init__(inputs, outputs, **kwargs)
        self.image_shape, self.channels = image_shape, channels
        self.elastic, self.factorized = elastic, tuple(factorized)
        self.largest_kernel = largest_kernel

    default_channels = staticmethod(pim_channels)

    def encoder(self):
        """Returns the part from `{"input": ...}` to the code, with these weights."""
        return keras.Model({"input": self.input["input"]}, self.output["code"], name="encoder")


def _global_pathway(blocks, view):
    """A U-Net around a code: features `(B, S, S, merge1)` and the code."""
    x = FlipConcat(name="mirrored")(view)
    maps = pathways.contract(blocks, x, "", depth=DEPTH)
    x, code = _bottleneck(blocks, maps[-1])
    return pathways.expand(blocks, x, "", skips=maps[:-1]), code


def _bottleneck(blocks, x):
    """Spreads a code of the whole map over it: the map and the code."""
    side, depth = x.shape[1], blocks.channels["map"]
    flat = keras.layers.Flatten(name="flat")(x)
    code = blocks.dense(flat, blocks.channels["code"], name="code")
    code = blocks.gate(code, ("code",), "code")
    spread = blocks.dense(code, side * side * depth, name="map", activation="relu")
    spread = keras.layers.Reshape((side, side, depth), name="map_spread")(spread)
    spread = blocks.gate(spread, ("map",), "map")
    x = keras.layers.Concatenate(name=f"skip{DEPTH}")([x, spread])
    merge = f"merge{DEPTH}"
    x = blocks.conv(x, merge, 3, name=merge)
    return blocks.res(x, (merge,), f"{merge}_inner", 3, name=f"{merge}_res"), code


def _fuse(blocks, face, parts):
    """Joins the global pathway's features with the pasted parts and paints: `(B, S, S, 3)`."""
    features, image = pathways.paste(parts, face.shape[1])
    x = keras.layers.Concatenate(name="fuse_cat")([face, features, image])
    for i in (1, 2):
        x = blocks.res(x, ("merge1", "part", 3), f"fuse_inner{i}", 5, name=f"fuse_res{i}")
    return pathways.paint(blocks, x, kernel=3)
