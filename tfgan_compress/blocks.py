"""Convolution blocks, of which generators and discriminators are built, and the base of both.

`ConvBlocks` writes a block once for teacher, supernet and student: with `elastic` a `ChannelGate`
follows norm and activation, without it the same code makes a plain Keras graph. Every block has a
stable name, by which taps and extraction find it.

A tensor's channels are described by *segments*: a tuple of channel groups and, for channels that
are never removed (image colours), plain counts.
"""

import math

import keras

from tfgan_compress.layers import BatchNorm, ChannelGate, Deconv, Depthwise

LARGEST_DEPTHWISE = 5
"""XNNPACK has depthwise kernels of up to 25 taps; one of 7x7 in int8 took 20 times as long."""
_initial = keras.initializers.TruncatedNormal(stddev=0.02)


class Configured(keras.Model):
    """A functional model that is rebuilt from its attributes named in `settings`.

    Subclasses are registered with Keras, and their constructors take these names and `name`.
    """

    settings: tuple[str, ...] = ()

    def get_config(self):
        own = {name: getattr(self, name) for name in self.settings}
        # Keras has made a tracked dict of its own of `channels`.
        own = {name: dict(v) if isinstance(v, dict) else v for name, v in own.items()}
        return {**own, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def middle_size(kernel, largest):
    """Side of the middle of a `kernel` x `kernel` one that is at most `largest`.

    Both are odd or both are even, so that there is a middle.
    """
    return kernel - 2 * math.ceil(max(kernel - largest, 0) / 2)


class ConvBlocks:
    """Adds named convolution blocks to a functional graph.

    Args:
        channels: `{group: width}`.
        elastic: Adds a `ChannelGate` behind every block.
        factorized: Stages whose convolutions are split into depthwise and pointwise ones, the
            former of at most `LARGEST_DEPTHWISE`. A stage is the beginning of block names, up to
            an underscore: `conv0` is all blocks of that stage, `conv0_res` the residual one.
        largest_kernel: Side that no convolution exceeds, at least 3, which transposed ones have;
            larger ones are made smaller by an even number. None leaves them as they are.
        initializer: Of all kernels but depthwise ones.

    Raises:
        ValueError: If `largest_kernel` is below 3.
    """

    def __init__(
        self, channels, *, elastic=False, factorized=(), largest_kernel=None, initializer=_initial
    ):
        if largest_kernel is not None and largest_kernel < 3:
            raise ValueError(f"largest_kernel must be at least 3. Received: {largest_kernel}.")
        self.channels, self.elastic = channels, elastic
        self._largest_kernel = largest_kernel or math.inf
        self.factorized = tuple(f"{stage}_" for stage in factorized)
        self._initializer = initializer

    def width(self, segments):
        """Number of channels of `segments`."""
        return sum(s if isinstance(s, int) else self.channels[s] for s in segments)

    def gate(self, x, segments, name):
        """Gates `x` by its `segments` in a supernet; returns `x` itself elsewhere."""
        return ChannelGate(segments, name=f"{name}_gate")(x) if self.elastic else x

    def conv(self, x, group, kernel, *, name, strides=1, norm=True, activation="leaky_relu"):
        """Convolution, batch norm, activation, gate: `(B, H, W, C)` to the width of `group`."""
        x = self._convolution(x, self.channels[group], kernel, name, strides)
        return self._finish(x, (group,), name, norm, activation)

    def deconv(self, x, group, *, name, strides=2, kernel=3, norm=True, activation="relu"):
        """Transposed convolution, batch norm, activation, gate: height and width x `strides`."""
        x = Deconv(
            self.channels[group],
            kernel,
            strides=strides,
            padding="same",
            kernel_initializer=self.initializer(),
            name=name,
        )(x)
        return self._finish(x, (group,), name, norm, activation)

    def norm(self, x, segments, *, name, activation="relu"):
        """Batch norm, activation, gate: for blocks that normalise what goes in."""
        return self._finish(x, segments, name, True, activation)

    def dense(self, x, units, *, name, **options):
        """Dense layer without activation or gate, `(B, n)` to `(B, units)`."""
        return keras.layers.Dense(
            units, kernel_initializer=self.initializer(), name=name, **options
        )(x)

    def res(self, x, segments, inner, kernel, *, name):
        """Residual block conv-BN-lrelu-conv-BN, `+ x`, lrelu; keeps the shape of `x`.

        Where `inner` has width 0 the block is left out.
        """
        if not self.channels[inner]:
            return x
        y = self.conv(x, inner, kernel, name=f"{name}_conv1")
        y = self._convolution(y, self.width(segments), kernel, f"{name}_conv2", 1)
        y = _batch_norm(y, f"{name}_conv2")
        y = keras.layers.Add(name=f"{name}_add")([x, y])
        y = _activate(y, "leaky_relu", name)
        return self.gate(y, segments, name)

    def to_rgb(self, x, *, name, kernel=3):
        """Convolution to 3 channels and tanh, in float32 under every dtype policy."""
        x = keras.layers.Conv2D(
            3, kernel, padding="same", kernel_initializer=self.initializer(), name=f"{name}_conv"
        )(x)
        return keras.layers.Activation("tanh", dtype="float32", name=name)(x)

    def initializer(self):
        """Returns another initializer of the kernels; one alone would give all the same values."""
        return self._initializer.clone()

    def _convolution(self, x, filters, kernel, name, strides):
        common = {"padding": "same", "strides": strides}
        kernel = middle_size(kernel, self._largest_kernel)
        if f"{name}_".startswith(self.factorized) and kernel > 1:
            side = middle_size(kernel, LARGEST_DEPTHWISE)
            x = Depthwise(
                side,
                use_bias=False,
                depthwise_initializer=keras.initializers.TruncatedNormal(stddev=1 / side),
                name=f"{name}_depthwise",
                **common,
            )(x)
            kernel, common = 1, {}
        return keras.layers.Conv2D(
            filters, kernel, kernel_initializer=self.initializer(), name=name, **common
        )(x)

    def _finish(self, x, segments, name, norm, activation):
        x = _batch_norm(x, name) if norm else x
        x = _activate(x, activation, name) if activation else x
        return self.gate(x, segments, name)


def _batch_norm(x, name):
    return BatchNorm(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)


def _activate(x, activation, name):
    if activation == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=0.2, name=f"{name}_act")(x)
    return keras.layers.Activation(activation, name=f"{name}_act")(x)


def tap_output(model, name):
    """Returns the output of block `name` of a functional model: behind its gate where it has one.

    Raises:
        ValueError: If there is no such block.
    """
    layers = {layer.name: layer for layer in model.layers}
    for candidate in (f"{name}_gate", f"{name}_act", name):
        if candidate in layers:
            return layers[candidate].output
    blocks = sorted(n.removesuffix("_act") for n in layers if n.endswith("_act"))
    raise ValueError(
        f"A tap must name a block of the model. Received: {name!r}; its blocks: {blocks}."
    )
