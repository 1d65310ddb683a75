"""Layers that generators and discriminators share, most of them so that XNNPACK runs them whole."""

import math

import keras
from keras import ops

from tfgan_compress import kernels

PACKAGE = "tfgan_compress"


@keras.saving.register_keras_serializable(PACKAGE)
class ChannelGate(keras.layers.Layer):
    """Multiplies each channel by 0 or 1; all are on at first.

    It follows norm and activation: before them the norm's offset would revive a masked channel.

    Args:
        segments: Channel groups and fixed counts, in the order of the channels.
    """

    def __init__(self, segments, **kwargs):
        super().__init__(**kwargs)
        self.segments = tuple(segments)

    def build(self, input_shape):
        self.mask = self.add_weight(
            shape=(input_shape[-1],),
            initializer="ones",
            trainable=False,
            name="mask",
            dtype="float32",
        )

    def call(self, inputs):
        return inputs * ops.cast(self.mask, inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "segments": self.segments}


@keras.saving.register_keras_serializable(PACKAGE)
class FlipConcat(keras.layers.Layer):
    """Appends the left-right mirrored image: `(B, H, W, C)` to `(B, H, W, 2C)`."""

    def call(self, inputs):
        return ops.concatenate([inputs, _mirror(inputs)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * input_shape[-1])


def _mirror(image):
    """Mirrors `(B, H, W, C)` left to right, exactly, by slices and concatenations.

    XNNPACK takes neither REVERSE_V2 nor negative strides. Reversing the column index digit by
    digit in a mixed radix is a few block swaps, and it takes those.
    """
    _, height, width, channels = image.shape
    mirrored, block = image, width
    for radix in _radices(width):
        block //= radix
        shape = (-1, height * width // (block * radix), radix, block * channels)
        mirrored = ops.reshape(mirrored, shape)
        digits = [mirrored[:, :, i : i + 1] for i in reversed(range(radix))]
        mirrored = ops.concatenate(digits, axis=2)
    return ops.reshape(mirrored, (-1, height, width, channels))


def _radices(width):
    """Factors of `width`, at most 5 wherever possible: XNNPACK concatenates up to five tensors."""
    radices = []
    for radix in (4, 5, 3, 2):
        while width % radix == 0:
            radices.append(radix)
            width //= radix
    return radices + [width] * (width > 1)


@keras.saving.register_keras_serializable(PACKAGE)
class Maximum(keras.layers.Layer):
    """Elementwise maximum of up to five tensors of one shape, `(B, ..., C)`.

    Written as max pooling over the stacked tensors: XNNPACK has no int8 MAXIMUM.
    """

    def call(self, inputs):
        *space, channels = inputs[0].shape[1:]
        rows = [ops.reshape(x, (-1, 1, math.prod(space), channels)) for x in inputs]
        stacked = ops.concatenate(rows, axis=1)
        pooled = ops.max_pool(stacked, (len(rows), 1), strides=(len(rows), 1), padding="valid")
        return ops.reshape(pooled, (-1, *space, channels))

    def compute_output_shape(self, input_shape):
        return input_shape[0]


@keras.saving.register_keras_serializable(PACKAGE)
class BranchReLU(keras.layers.Layer):
    """ReLU of a tensor that something else reads without it, of any shape.

    In int8 XNNPACK takes a ReLU only as a part of the operator before it, and the converter joins
    the two only where nothing else reads that operator: hence one of its own. Factors of 2 change
    nothing in floating point.
    """

    def call(self, inputs):
        return 0.5 * ops.relu(2.0 * inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(PACKAGE)
class Halve(keras.layers.Layer):
    """Averages 2x2 pixels, `(B, H, W, C)` to `(B, H/2, W/2, C)`.

    Bilinear resizing by one half is that mean; XNNPACK has no int8 average pooling.
    """

    def call(self, inputs):
        _, height, width, _ = inputs.shape
        return ops.image.resize(inputs, (height // 2, width // 2), interpolation="bilinear")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)


@keras.saving.register_keras_serializable(PACKAGE)
class Double(keras.layers.Layer):
    """Repeats each pixel in a block of 2x2, `(B, H, W, C)` to `(B, 2H, 2W, C)`.

    Nearest upsampling, written as concatenations: XNNPACK has no nearest resizing.
    """

    def call(self, inputs):
        _, height, width, channels = inputs.shape
        wide = ops.concatenate([inputs, inputs], axis=-1)
        rows = ops.reshape(wide, (-1, height, 1, 2 * width * channels))
        both = ops.concatenate([rows, rows], axis=2)
        return ops.reshape(both, (-1, 2 * height, 2 * width, channels))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, 2 * height, 2 * width, channels)


@keras.saving.register_keras_serializable(PACKAGE)
class Pad(keras.layers.ZeroPadding2D):
    """`ZeroPadding2D` of few channels: 4 on a 128x128 picture in a twentieth of the time.

    XNNPACK copies the innermost padded axis in one piece: columns and channels together, here.
    """

    def call(self, inputs):
        (top, bottom), (left, right) = self.padding
        _, height, width, channels = inputs.shape
        rows = ops.reshape(inputs, (-1, height, width * channels))
        rows = ops.pad(rows, ((0, 0), (top, bottom), (left * channels, right * channels)))
        return ops.reshape(rows, (-1, top + height + bottom, left + width + right, channels))


@keras.saving.register_keras_serializable(PACKAGE)
class Deconv(keras.layers.Conv2DTranspose):
    """Transposed convolution whose stride may exceed its kernel.

    XNNPACK refuses those, so the kernel is zero-padded to the stride in the graph; the weights and
    the result are those of `Conv2DTranspose`.
    """

    def call(self, inputs):
        grow = [max(s - k, 0) for s, k in zip(self.strides, self.kernel_size, strict=True)]
        kernel = ops.pad(self.kernel, ((0, grow[0]), (0, grow[1]), (0, 0), (0, 0)))
        outputs = ops.conv_transpose(inputs, kernel, strides=self.strides, padding=self.padding)
        return self.activation(outputs + self.bias)


@keras.saving.register_keras_serializable(PACKAGE)
class CodeNoise(keras.layers.Layer):
    """Makes `(B, units)` of Gaussian noise in training and zeros in inference.

    TP-GAN appends noise to its code; a student on a phone has to answer the same each time.
    """

    def __init__(self, units, *, stddev=0.02, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.stddev, self.seed = units, stddev, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        shape = (ops.shape(inputs)[0], self.units)
        if not training:
            return ops.zeros(shape, dtype=inputs.dtype)
        noise = keras.random.normal(shape, stddev=self.stddev, seed=self.generator)
        return ops.cast(noise, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        own = {"units": self.units, "stddev": self.stddev, "seed": self.seed}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(PACKAGE)
class Constant(keras.layers.Layer):
    """Makes `(B, len(values))` of the same `values` for each of its B inputs."""

    def __init__(self, values, **kwargs):
        super().__init__(**kwargs)
        self.values = tuple(values)

    def call(self, inputs):
        values = ops.convert_to_tensor(self.values, dtype=self.compute_dtype)
        return ops.broadcast_to(values, (ops.shape(inputs)[0], len(self.values)))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.values))

    def get_config(self):
        return {**super().get_config(), "values": self.values}


@keras.saving.register_keras_serializable(PACKAGE)
class Depthwise(keras.layers.DepthwiseConv2D):
    """`DepthwiseConv2D` that in training, in half floats, is a dense convolution with zeros.

    What it computes is the same. The gradient of a depthwise convolution in bfloat16 takes the CPU
    kernels of TensorFlow and of torch fourteen times as long as that of the dense one, with 32
    channels on a 128x128 picture.
    """

    def call(self, inputs, training=False):
        if not training or self.compute_dtype == "float32" or self.depth_multiplier != 1:
            return super().call(inputs)
        kernel = self.kernel * ops.eye(self.kernel.shape[2], dtype=self.kernel.dtype)
        outputs = ops.conv(inputs, kernel, strides=self.strides, padding=self.padding)
        return self.activation(outputs + self.bias if self.use_bias else outputs)


@keras.saving.register_keras_serializable(PACKAGE)
class BatchNorm(keras.layers.BatchNormalization):
    """`BatchNormalization` of `(B, H, W, C)` by the backend's own kernel, where it has one.

    Statistics of several replicas are left to Keras, and so is float32 in inference, which is what
    gets exported.
    """

    def call(self, inputs, training=False):
        training = bool(training) and self.trainable
        by_keras = self.synchronized if training else self.compute_dtype == "float32"
        if by_keras or not kernels.has_batch_norm(self.compute_dtype):
            return super().call(inputs, training=training)
        weights = [ops.convert_to_tensor(w) for w in (self.gamma, self.beta)]
        moving = (self.moving_mean, self.moving_variance)
        if not training:
            return kernels.scale_norm(
                inputs, *weights, *(ops.convert_to_tensor(m) for m in moving), self.epsilon
            )
        outputs, *current = kernels.batch_norm(inputs, *weights, self.epsilon)
        for average, new in zip(moving, current, strict=True):
            average.assign(average * self.momentum + new * (1.0 - self.momentum))
        return outputs
