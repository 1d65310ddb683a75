"""Layers that compute in float what an int8 file computes: fake quantization, trainable throughout.

`FakeQuant` rounds an activation to 256 steps of one range (per tensor); `QuantizedKernel` is a
convolution or dense layer whose kernel is rounded to 255 symmetric steps, for each output channel
where the converter can (Jacob et al. 2018, "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference"). Rounding passes gradients straight through, and
ranges are learned like weights. LiteRT's converter reads the ranges off the graph. Biases stay
float: their 32 bits lose nothing.
"""

import keras
import numpy as np
from keras import ops
from keras.quantizers import fake_quant_with_min_max_vars

from tfgan_compress.layers import PACKAGE

CONVOLUTION, DEPTHWISE, TRANSPOSED, DENSE = "convolution", "depthwise", "transposed", "dense"
# The converter refuses ranges by channel behind the transposition of a dense kernel.
_CHANNEL_AXES = {CONVOLUTION: (-1,), DENSE: (), DEPTHWISE: (-2, -1), TRANSPOSED: ()}

_NEARLY_ZERO = 1e-12


@keras.saving.register_keras_serializable(PACKAGE)
class FakeQuant(keras.layers.Layer):
    """Rounds `(B, ..., C)` to the 256 steps between `low` and `high`, and clips beyond them.

    Args:
        fixed: `(low, high)` where the file leaves no choice: behind a tanh. Else both are learned.
        reach: Where what follows saturates; calibration takes no wider range.

    Attributes:
        active: False passes the input on as it is, which leaves this tensor in float; a boolean
            tensor that broadcasts against the input decides in the graph.
        observe: None, or a function of this layer and its inputs, called at each call.
    """

    def __init__(self, *, fixed=None, reach=None, **kwargs):
        super().__init__(**kwargs)
        self.fixed = None if fixed is None else tuple(fixed)
        self.reach, self.active, self.observe = reach, True, None

    def build(self, input_shape):
        low, high = self.fixed or (-1.0, 1.0)
        options = {"shape": (), "trainable": self.fixed is None, "dtype": "float32"}
        self.low = self.add_weight(initializer=_constant(low), name="low", **options)
        self.high = self.add_weight(initializer=_constant(high), name="high", **options)

    def call(self, inputs):
        if self.observe is not None:
            self.observe(self, inputs)
        if self.active is False:
            return inputs
        rounded = fake_quant_with_min_max_vars(inputs, self.low, self.high)
        return rounded if self.active is True else ops.where(self.active, rounded, inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def set_range(self, low, high):
        """Sets the range, widened to hold 0, which padding needs to be exact."""
        reach = self.reach or np.inf
        low, high = np.clip([min(low, 0.0), max(high, 0.0)], -reach, reach)
        self.low.assign(low)
        self.high.assign(max(high, low + 1e-6))

    def get_config(self):
        return {**super().get_config(), "fixed": self.fixed, "reach": self.reach}


@keras.saving.register_keras_serializable(PACKAGE)
class QuantizedKernel(keras.layers.Layer):
    """A convolution or dense layer with a fake-quantized kernel.

    Kernels of dense layers and transposed convolutions have one range, all others one for each
    output channel.

    Args:
        kind: `"convolution"`, `"depthwise"`, `"transposed"` or `"dense"`.
        kernel_shape: As Keras's layer of that kind has it.
        strides: Of a convolution.
        padding: `"same"` or `"valid"`.
        dilation_rate: Of a convolution.

    Attributes:
        active: False leaves the kernel in float; a scalar tensor decides in the graph.
    """

    def __init__(
        self, kind, kernel_shape, *, strides=(1, 1), padding="valid", dilation_rate=(1, 1), **kwargs
    ):
        super().__init__(**kwargs)
        self.kind, self.kernel_shape = kind, tuple(kernel_shape)
        self.strides, self.padding = tuple(strides), padding
        self.dilation_rate = tuple(dilation_rate)
        self.active, self.observe = True, None

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=self.kernel_shape, name="kernel")
        self.bias = self.add_weight(shape=(self._filters(),), initializer="zeros", name="bias")
        axes = _CHANNEL_AXES[self.kind]
        shape = (int(np.prod([self.kernel_shape[a] for a in axes])),) if axes else ()
        self.limit = self.add_weight(shape=shape, initializer="ones", name="limit")

    def call(self, inputs):
        return self._apply(inputs, self._quantized(self.kernel)) + self.bias

    def assign_kernel(self, kernel, bias):
        """Takes a kernel and a bias (None: zeros); the range becomes the kernel's own."""
        self.kernel.assign(kernel)
        bias = np.zeros(self.bias.shape) if bias is None else np.asarray(bias)
        if self.kind in (TRANSPOSED, DEPTHWISE) and not bias.any():
            # The converter drops an addition of zeros, and then nothing joins the convolution to
            # the ReLU behind it: both stay in float. In 32 bits this is 0 again.
            bias = np.full(self.bias.shape, _NEARLY_ZERO)
        self.bias.assign(bias)
        axes = [a % kernel.ndim for a in _CHANNEL_AXES[self.kind]]
        limit = np.abs(kernel).max(tuple(a for a in range(kernel.ndim) if a not in axes))
        self.limit.assign(np.maximum(limit, 1e-8).reshape(self.limit.shape))

    def get_config(self):
        own = ("kind", "kernel_shape", "strides", "padding", "dilation_rate")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}

    def _filters(self):
        *_, inner, outer = self.kernel_shape
        return {DEPTHWISE: inner * outer, TRANSPOSED: inner}.get(self.kind, outer)

    def _quantized(self, kernel):
        if self.active is False:
            return kernel
        whole = kernel
        axis = -1 if _CHANNEL_AXES[self.kind] else None
        if self.kind == DEPTHWISE:
            # The converter knows ranges of the last axis alone.
            kernel = ops.reshape(kernel, (*self.kernel_shape[:2], -1))
        kernel = fake_quant_with_min_max_vars(
            kernel, -self.limit, self.limit, narrow_range=True, axis=axis
        )
        kernel = ops.reshape(kernel, self.kernel_shape)
        return kernel if self.active is True else ops.where(self.active, kernel, whole)

    def _apply(self, inputs, kernel):
        if self.kind == DENSE:
            return ops.matmul(inputs, kernel)
        options = {"strides": self.strides, "padding": self.padding}
        if self.kind == TRANSPOSED:
            return ops.conv_transpose(inputs, kernel, **options)
        convolve = ops.depthwise_conv if self.kind == DEPTHWISE else ops.conv
        return convolve(inputs, kernel, dilation_rate=self.dilation_rate, **options)


def _constant(value):
    return keras.initializers.Constant(value)
