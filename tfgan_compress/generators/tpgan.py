"""TP-GAN's generator (Huang et al. 2017, "Beyond Face Rotation"), whole and elastic.

A global pathway squeezes the view through a fully connected code; four local pathways redraw eyes,
nose and mouth and are pasted at their frontal places; the decoder fuses both and paints at three
scales. One class serves teacher, supernet (`elastic=True`) and student (smaller `channels`).

Differences from the official code, all deliberate: batch norm uses its running statistics at
inference; the noise is zero at inference; pasted part *images* lie on black, not on mid-gray, under
which the elementwise maximum would erase everything darker. Left out: the identity classifier on
the code, which is a training loss (`losses.classification`).
"""

import keras

from tfgan_compress import geometry, pathways
from tfgan_compress.blocks import Configured, ConvBlocks
from tfgan_compress.channels import check_channels
from tfgan_compress.layers import PACKAGE, CodeNoise, FlipConcat, Halve, Maximum
from tfgan_compress.pathways import PARTS


def tpgan_channels(base_width=64):
    """Returns TP-GAN's own widths, `{group: width}`; 64 is the published base width."""
    w = base_width
    cat8, sel32, sel64, sel128 = 9 * w, 2 * w + w // 2 + 6, w + w // 4 + 6, w + w // 8 + 6
    widths = {"conv0": w, "conv1": w, "conv2": 2 * w, "conv3": 4 * w, "conv4": 8 * w}
    inner = {f"{name}_inner": n for name, n in widths.items() if name != "conv4"}
    inner |= {f"conv4_inner{i}": 8 * w for i in range(1, 5)}
    widths |= {"code": 256, "noise": 100, "initial8": w}
    widths |= {"initial32": w // 2, "initial64": w // 4, "initial128": w // 8}
    widths |= {"up16": 8 * w, "up32": 4 * w, "up64": 2 * w, "up128": w, "paint1": w}
    widths["paint2"] = w // 2
    inner |= {f"dec8_inner{i}": cat8 for i in (1, 2, 3)}
    inner |= {"sel16_inner": 4 * w, "sel32_inner": sel32, "sel64_inner": sel64}
    inner |= {"sel128_inner": sel128, "paint1_inner": w}
    inner |= {f"dec16_inner{i}": 12 * w for i in (1, 2)}
    inner |= {f"dec32_inner{i}": 4 * w + sel32 for i in (1, 2)}
    inner |= {f"dec64_inner{i}": 2 * w + sel64 + 3 for i in (1, 2)}
    inner["dec128_inner"] = 2 * w + sel128 + 6
    return widths | inner | pathways.local_channels(w)


@keras.saving.register_keras_serializable(PACKAGE)
class TPGAN(Configured):
    """TP-GAN generator: an aligned view and its four patches in, the frontal face out.

    Inputs, named by batch key and in [-1, 1]: `input` `(B, S, S, 3)` and the patches `left_eye`,
    `right_eye`, `nose`, `mouth` in the shapes of `geometry.patch_shapes(S)`. Outputs, a dict in
    [-1, 1]: `image` `(B, S, S, 3)`, `image_half`, `image_quarter`, the four redrawn patches, and
    `code` `(B, channels["code"])`.

    Args:
        image_shape: `(S, S, 3)`, S a multiple of 32.
        channels: `{group: width}`; those of `tpgan_channels(base_width)` by default. `noise` may
            be 0, which leaves the noise out, and an inner group, which leaves its block out.
        base_width: Used only where `channels` is not given; a multiple of 8.
        elastic: Adds a `ChannelGate` behind every block: the supernet.
        factorized: Stages with depthwise-separable convolutions, e.g. `("dec128", "sel128")`.
        largest_kernel: Side that no convolution exceeds, for a faster student; see `ConvBlocks`.
        code_rank: Rank of the matrix that makes the code, which is then a product of two: more
            than half of a student's weights may lie in it. None leaves it whole.

    Raises:
        ValueError: If the size is not a square multiple of 32, a group is missing or unknown, or
            a width or the rank is not positive.
    """

    settings = ("image_shape", "channels", "elastic", "factorized", "largest_kernel", "code_rank")

    def __init__(
        self,
        image_shape=(128, 128, 3),
        channels=None,
        *,
        base_width=64,
        elastic=False,
        factorized=(),
        largest_kernel=None,
        code_rank=None,
        **kwargs,
    ):
        image_shape = tuple(image_shape)
        channels = dict(channels or tpgan_channels(base_width))
        geometry.check_image_shape(image_shape)
        optional = ("noise", *pathways.inner_groups(channels))
        check_channels(channels, tpgan_channels(8), network="TP-GAN", optional=optional)
        if code_rank is not None and code_rank < 1:
            raise ValueError(f"code_rank must be at least 1, or None. Received: {code_rank}.")
        blocks = ConvBlocks(
            channels, elastic=elastic, factorized=factorized, largest_kernel=largest_kernel
        )
        inputs = pathways.face_inputs(image_shape)
        parts = {part: pathways.local_pathway(blocks, inputs, part) for part in PARTS}
        encoded = _encoder(blocks, inputs["input"], code_rank)
        outputs = _decoder(blocks, encoded, pathways.paste(parts, image_shape[0]))
        outputs |= {part: image for part, (_, image) in parts.items()}
        super().__init__(inputs, outputs, **kwargs)
        self.image_shape, self.channels = image_shape, channels
        self.elastic, self.factorized = elastic, tuple(factorized)
        self.largest_kernel, self.code_rank = largest_kernel, code_rank

    default_channels = staticmethod(tpgan_channels)


def coarse_tpgan(generator):
    """Returns `generator` without its last, full-size stage; `image` is the doubled `image_half`.

    It shares all weights, and costs less than half: what a face looks like is learned there.
    """
    # Losses are float32 whatever the layers are.
    double = keras.layers.UpSampling2D(interpolation="bilinear", dtype="float32")
    outputs = {**generator.output, "image": double(generator.output["image_half"])}
    inputs = {tensor.name: tensor for tensor in generator.inputs}
    return keras.Model(inputs, outputs, name=f"{generator.name}_coarse")


def _encoder(blocks, image, code_rank):
    """Global encoder: `{"image": ..., "conv0".."conv4": ..., "code": (B, code)}`."""
    x = FlipConcat(name="mirrored")(image)
    encoded = {"image": x}
    for i, (kernel, res_kernel) in enumerate(((7, 7), (5, 5), (3, 3), (3, 3), (3, 3))):
        g = f"conv{i}"
        x = blocks.conv(x, g, kernel, name=g, strides=1 if i == 0 else 2, norm=i > 0)
        for k in (1, 2, 3, 4) if i == 4 else ("",):
            x = blocks.res(x, (g,), f"{g}_inner{k}", res_kernel, name=f"{g}_res{k}")
        encoded[g] = x
    x = keras.layers.Flatten(name="flat")(x)
    if code_rank:
        x = keras.layers.Dense(code_rank, use_bias=False, name="fc1_shared")(x)
        x = blocks.gate(x, (code_rank,), "fc1_shared")
    # Maxout as the maximum of two dense layers: the halves of the official one.
    halves = [keras.layers.Dense(blocks.channels["code"], name=f"fc1_{h}")(x) for h in "ab"]
    code = Maximum(name="code")(halves)
    encoded["code"] = blocks.gate(code, ("code",), "code")
    return encoded


def _initial_maps(blocks, code, image_size):
    """Spreads code and noise over 1/16, 1/4, 1/2 and the whole of the image size."""
    if blocks.channels["noise"]:
        noise = CodeNoise(blocks.channels["noise"], name="noise")(code)
        noise = blocks.gate(noise, ("noise",), "noise")
        code = keras.layers.Concatenate(name="code_noise")([code, noise])
    side, depth = image_size // 16, blocks.channels["initial8"]
    x = keras.layers.Dense(side * side * depth, activation="relu", name="initial8")(code)
    x = keras.layers.Reshape((side, side, depth), name="initial8_map")(x)
    maps = [blocks.gate(x, ("initial8",), "initial8")]
    for size, strides in ((32, 4), (64, 2), (128, 2)):
        g = f"initial{size}"
        maps.append(blocks.deconv(maps[-1], g, name=g, strides=strides, norm=False))
    return maps


def _decoder(blocks, encoded, pasted):
    """Global decoder: the output dict without the patches. Sizes in names are those at S=128."""
    image_size = encoded["image"].shape[1]
    initial8, initial32, initial64, initial128 = _initial_maps(blocks, encoded["code"], image_size)
    half = Halve(name="image_64")(encoded["image"])
    quarter = Halve(name="image_32")(half)

    x, segments = _cat("dec8", (initial8, ("initial8",)), (encoded["conv4"], ("conv4",)))
    x = _res_chain(blocks, x, segments, "dec8", kernel=2, count=3)

    x = blocks.deconv(x, "up16", name="up16")
    selected = blocks.res(encoded["conv3"], ("conv3",), "sel16_inner", 3, name="sel16_res")
    x, segments = _cat("dec16", (x, ("up16",)), (selected, ("conv3",)))
    x = _res_chain(blocks, x, segments, "dec16")

    x = blocks.deconv(x, "up32", name="up32")
    parts = (encoded["conv2"], ("conv2",)), (quarter, (6,)), (initial32, ("initial32",))
    selected = _select(blocks, "sel32", 3, *parts)
    x, segments = _cat("dec32", (x, ("up32",)), selected)
    x = _res_chain(blocks, x, segments, "dec32")
    image_quarter = blocks.to_rgb(x, name="image_quarter")

    x = blocks.deconv(x, "up64", name="up64")
    parts = (encoded["conv1"], ("conv1",)), (half, (6,)), (initial64, ("initial64",))
    selected = _select(blocks, "sel64", 5, *parts)
    x, segments = _cat(
        "dec64", (x, ("up64",)), selected, (_double(image_quarter, "image_quarter"), (3,))
    )
    x = _res_chain(blocks, x, segments, "dec64")
    image_half = blocks.to_rgb(x, name="image_half")

    x = blocks.deconv(x, "up128", name="up128")
    parts = (encoded["conv0"], ("conv0",)), (initial128, ("initial128",))
    selected = _select(blocks, "sel128", 7, *parts, (encoded["image"], (6,)))
    pasted = (pasted[0], ("part",)), (pasted[1], (3,))
    x, segments = _cat(
        "dec128", (x, ("up128",)), selected, *pasted, (_double(image_half, "image_half"), (3,))
    )
    x = blocks.res(x, segments, "dec128_inner", 5, name="dec128_res")
    images = {"image_half": image_half, "image_quarter": image_quarter}
    return {"image": pathways.paint(blocks, x), **images, "code": encoded["code"]}


def _cat(name, *parts):
    """Concatenates `(tensor, segments)` pairs; returns one such pair."""
    x = keras.layers.Concatenate(name=f"{name}_cat")([tensor for tensor, _ in parts])
    return x, tuple(s for _, segments in parts for s in segments)


def _select(blocks, name, kernel, *parts):
    """TP-GAN's feature selection: one residual block over skip, initial map and image."""
    x, segments = _cat(name, *parts)
    return blocks.res(x, segments, f"{name}_inner", kernel, name=f"{name}_res"), segments


def _res_chain(blocks, x, segments, name, *, kernel=3, count=2):
    for i in range(1, count + 1):
        x = blocks.res(x, segments, f"{name}_inner{i}", kernel, name=f"{name}_res{i}")
    return x


def _double(image, name):
    return keras.layers.UpSampling2D(interpolation="bilinear", name=f"{name}_up")(image)
