"""A small generator with every construction that channels have to be followed through."""

import keras
import numpy as np

from tfgan_compress.blocks import ConvBlocks
from tfgan_compress.layers import CodeNoise, FlipConcat

L = keras.layers
WIDTHS = {"down1": 6, "down2": 10, "inner": 7, "code": 9, "noise": 4, "map": 5, "up": 6, "wide": 8}


@keras.saving.register_keras_serializable("tests")
class Tiny(keras.Model):
    """U-Net with residual block, flattened code, noise, reshape, and a concatenation of images."""

    def __init__(
        self, channels=None, *, elastic=False, factorized=(), largest_kernel=None, **kwargs
    ):
        channels = dict(channels or WIDTHS)
        blocks = ConvBlocks(
            channels, elastic=elastic, factorized=factorized, largest_kernel=largest_kernel
        )
        image = keras.Input((8, 8, 3), name="input")
        both = FlipConcat(name="both")(image)
        down1 = blocks.conv(both, "down1", 3, name="down1", norm=False)
        down2 = blocks.conv(down1, "down2", 3, name="down2", strides=2)
        down2 = blocks.res(down2, ("down2",), "inner", 3, name="res")
        x = _bottleneck(blocks, down2)
        x = blocks.deconv(x, "up", name="up")
        x = L.Concatenate(name="skip")([x, down1, both])
        x = blocks.res(x, ("up", "down1", 6), "wide", 3, name="wide_res")
        x = blocks.conv(x, "wide", 3, name="last_conv")
        super().__init__({"input": image}, {"image": blocks.to_rgb(x, name="image")}, **kwargs)
        self.channels, self.elastic = channels, elastic
        self.factorized, self.largest_kernel = tuple(factorized), largest_kernel

    def get_config(self):
        own = {"channels": dict(self.channels), "elastic": self.elastic}
        own |= {"factorized": self.factorized, "largest_kernel": self.largest_kernel}
        return {**own, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def _bottleneck(blocks, x):
    flat = L.Flatten(name="flat")(x)
    halves = [L.Dense(blocks.channels["code"], name=f"code_{h}")(flat) for h in "ab"]
    code = blocks.gate(L.Maximum(name="code")(halves), ("code",), "code")
    if blocks.channels["noise"]:
        noise = CodeNoise(blocks.channels["noise"], name="noise")(code)
        code = L.Concatenate(name="code_noise")([code, blocks.gate(noise, ("noise",), "noise")])
    depth = blocks.channels["map"]
    x = L.Dense(16 * depth, activation="relu", name="map")(code)
    return blocks.gate(L.Reshape((4, 4, depth), name="map_map")(x), ("map",), "map")


def randomize(model, seed=0):
    """Gives every weight, moving statistics included, random values; returns the model."""
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        values = rng.normal(size=variable.shape)
        if "variance" in variable.name or "gamma" in variable.name:
            values = np.abs(values) + 0.5
        elif len(variable.shape) > 1:
            values /= np.sqrt(np.prod(variable.shape[:-1]))
        if variable.name != "mask":
            variable.assign(values)
    return model


def random_masks(channels, seed, *, leading):
    """Returns `{group: mask}` that keeps at least one channel of each group, and no noise."""
    rng = np.random.default_rng(seed)
    masks = {}
    for group, width in channels.items():
        keep = int(rng.integers(1, width + 1)) if width and group != "noise" else 0
        places = np.arange(keep) if leading else rng.choice(width, keep, replace=False)
        masks[group] = np.isin(np.arange(width), places).astype("float32")
    return masks


def random_batch(model, seed=0):
    """Returns a batch of 3 for the model's inputs."""
    rng = np.random.default_rng(seed)
    shapes = {name: tensor.shape[1:] for name, tensor in model.input.items()}
    return {name: rng.uniform(-1, 1, (3, *shape)) for name, shape in shapes.items()}


def coloured_squares(model, count=16):
    """Pictures that differ as a whole and in their parts, for every input, in [-1, 1]."""
    rng = np.random.default_rng(0)
    whole = rng.uniform(-0.7, 0.7, (count, 1, 1, 3))
    parts = rng.uniform(-0.3, 0.3, (count, 4, 4, 3))
    pictures = (whole + parts.repeat(8, 1).repeat(8, 2)).astype("float32")
    return {x.name: pictures[:, : x.shape[1], : x.shape[2]] for x in model.inputs}


def difference(one, other, batch, *, training=False):
    """Returns the largest difference of the pictures that two models make."""
    one, other = (model(batch, training=training) for model in (one, other))
    names = [name for name in one if name != "code"]
    arrays = [
        [keras.ops.convert_to_numpy(keras.ops.stop_gradient(o[n])) for n in names]
        for o in (one, other)
    ]
    return max(float(np.abs(a - b).max()) for a, b in zip(*arrays, strict=True))
