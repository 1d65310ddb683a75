"""CR-GAN's encoder and generator (Tian et al. 2018, "Learning Complete Representations") as one.

The encoder squeezes a view to a code and guesses the view; the generator paints a code at any view.
Frontalization is one after the other, at the frontal view. One class serves teacher, supernet
(`elastic=True`) and student (smaller `channels`); `decoder` and `encoder` are parts of it with the
same weights, for `training.crgan`.

It computes what the official code computes, but for the guessed view, which are logits (the code
applies a softmax here and another one in its loss). Averages and nearest upsampling are written as
`Halve` and `Double`, and the frontal view comes in through a dense layer of its own, whose output
is then a constant: all of it runs in XNNPACK.
"""

import keras

from tfgan_compress import residual
from tfgan_compress.blocks import Configured
from tfgan_compress.channels import check_channels
from tfgan_compress.geometry import check_image_shape
from tfgan_compress.layers import PACKAGE, Constant

VIEW_STEP = 15
"""Degrees between two views."""

UP = {"up1": 8, "up2": 4, "up3": 2, "up4": 1, "up5": 1}
"""Width of each block of the generator, in multiples of the base width."""


def crgan_channels(base_width=64, *, code=119):
    """Returns CR-GAN's own widths, `{group: width}`; 64 is the published base width."""
    up = {name: multiple * base_width for name, multiple in UP.items()}
    inner = {f"{name}_inner": width for name, width in up.items()}
    middle = {"code": code, "map": 8 * base_width}
    return {**residual.trunk_channels(base_width), **middle, **up, **inner}


@keras.saving.register_keras_serializable(PACKAGE)
class CRGAN(Configured):
    """CR-GAN's encoder and generator: an aligned view in, the frontal face out.

    Input, named by batch key and in [-1, 1]: `input` `(B, S, S, 3)`. Outputs, a dict: `image`
    `(B, S, S, 3)` in [-1, 1], `code` `(B, channels["code"])`, the paper's z, and `view`
    `(B, views)`, the logits of the input's view (see `training.crgan.view_of`).

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        channels: `{group: width}`; those of `crgan_channels(base_width)` by default.
        base_width: Used only where `channels` is not given.
        views: Number of views, odd, 15 degrees apart: the published 9 reach to 60 degrees on
            either side, 13 to 90.
        elastic: Adds a `ChannelGate` behind every block: the supernet.
        factorized: Stages with depthwise-separable convolutions, e.g. `("down1", "up5")`.
        largest_kernel: Side that no convolution exceeds, for a faster student; see `ConvBlocks`.

    Raises:
        ValueError: If the size is not a square multiple of 32, the number of views is even, a
            group is missing or unknown, or a width is not positive.
    """

    settings = ("image_shape", "channels", "views", "elastic", "factorized", "largest_kernel")

    def __init__(
        self,
        image_shape=(128, 128, 3),
        channels=None,
        *,
        base_width=64,
        views=9,
        elastic=False,
        factorized=(),
        largest_kernel=None,
        **kwargs,
    ):
        image_shape = tuple(image_shape)
        channels = dict(channels or crgan_channels(base_width))
        check_image_shape(image_shape)
        check_channels(channels, crgan_channels(), network="CR-GAN")
        if views % 2 == 0 or views < 1:
            raise ValueError(f"views must be odd: as many on each side. Received: {views}.")
        blocks = residual.normal_blocks(
            channels, elastic=elastic, factorized=factorized, largest_kernel=largest_kernel
        )
        image = keras.Input(image_shape, name="input")
        features = residual.trunk(blocks, image)
        view = blocks.dense(features, views, name="view", dtype="float32")
        code = blocks.dense(features, channels["code"], name="code")
        code = blocks.gate(code, ("code",), "code")
        frontal = [float(i == views // 2) for i in range(views)]
        asked = Constant(frontal, name="frontal")(code)
        painted = _decode(blocks, asked, code, image_shape[0])
        outputs = {"image": painted, "view": view, "code": code}
        super().__init__({"input": image}, outputs, **kwargs)
        self.image_shape, self.channels, self.views = image_shape, channels, views
        self.elastic, self.factorized = elastic, tuple(factorized)
        self.largest_kernel = largest_kernel

    default_channels = staticmethod(crgan_channels)

    def encoder(self):
        """Returns the part from `input` to `{"view": ..., "code": ...}`, with these weights."""
        outputs = {name: self.output[name] for name in ("view", "code")}
        return keras.Model(self.input, outputs, name="encoder")

    def decoder(self):
        """Returns the part from `[view, code]` to the picture `(B, S, S, 3)`, with these weights.

        The view is any, one-hot, `(B, views)` float; the code is `(B, channels["code"])`.
        """
        inputs = [self.get_layer("frontal").output, self.output["code"]]
        return keras.Model(inputs, self.output["image"], name="decoder")


def _decode(blocks, view, code, image_size):
    """Paints `code` at the one-hot `view`: `(B, S, S, 3)`."""
    side, depth = image_size // 32, blocks.channels["map"]
    units = side * side * depth
    # Two dense layers are one over both inputs; that of a constant view folds into a bias.
    parts = [
        blocks.dense(code, units, name="map_code"),
        blocks.dense(view, units, name="map_view", use_bias=False),
    ]
    x = keras.layers.Add(name="map_sum")(parts)
    x = keras.layers.Reshape((side, side, depth), name="map")(x)
    x, before = blocks.gate(x, ("map",), "map"), "map"
    for name in UP:
        x, before = residual.up_block(blocks, x, before, name), name
    return blocks.to_rgb(blocks.norm(x, (before,), name="paint"), name="image")
