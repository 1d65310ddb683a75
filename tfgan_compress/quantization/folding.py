"""Convolutions as the file has them: batch norm folded in, strides covered by the kernel."""

import keras
import numpy as np

from tfgan_compress.layers import Deconv
from tfgan_compress.quantization import fake
from tfgan_compress.quantization.fake import QuantizedKernel

L = keras.layers


class NoTwinError(ValueError):
    """A model holds something that quantization does not know."""


def folded_kernels(layer, readers):
    """Returns the `QuantizedKernel`s that compute a convolution and the batch norm behind it.

    Args:
        layer: Any layer.
        readers: The layers that read it; a batch norm has to be the only one.

    Returns:
        List in the order of execution: two for a separable convolution, none for a layer that is
        no convolution or dense layer.
    """
    weights = _weights(layer)
    if weights is None:
        return []
    kind, kernel, bias = weights
    norms = [reader for reader in readers if isinstance(reader, L.BatchNormalization)]
    if norms and len(readers) > 1:
        raise NoTwinError(
            f"'{layer.name}' must be read by its batch norm alone, to be folded with it. Received: "
            f"{len(readers)} readers."
        )
    kernel, bias = _fold(kind, kernel, bias, norms[0]) if norms else (kernel, bias)
    options = _options(layer)
    if isinstance(layer, L.SeparableConv2D):
        depthwise = np.asarray(layer.depthwise_kernel)
        first = _made(fake.DEPTHWISE, depthwise, None, f"{layer.name}_depthwise", options)
        return [first, _made(kind, kernel, bias, layer.name, {})]
    return [_made(kind, kernel, bias, layer.name, options)]


def scaling_kernel(layer):
    """Returns the depthwise 1x1 `QuantizedKernel` that multiplies each channel and adds to it.

    Args:
        layer: A batch norm of `(B, H, W, C)` in inference; any other layer is multiplied by 1.
    """
    kernel, bias = np.ones((1, 1, layer.output.shape[-1], 1), np.float32), None
    if isinstance(layer, L.BatchNormalization):
        kernel, bias = _fold(fake.DEPTHWISE, kernel, bias, layer)
    return _made(fake.DEPTHWISE, kernel, bias, f"{layer.name}_scale", {})


def _weights(layer):
    """Returns `(kind, kernel, bias or None)`, or None for a layer of another sort."""
    if getattr(layer, "groups", 1) != 1:
        return None
    bias = None if getattr(layer, "bias", None) is None else np.asarray(layer.bias)
    if isinstance(layer, L.SeparableConv2D):
        return fake.CONVOLUTION, np.asarray(layer.pointwise_kernel), bias
    if isinstance(layer, L.DepthwiseConv2D):
        return fake.DEPTHWISE, np.asarray(layer.kernel), bias
    if isinstance(layer, L.Conv2DTranspose):
        kernel = np.asarray(layer.kernel)
        if isinstance(layer, Deconv):
            grow = [max(s - k, 0) for s, k in zip(layer.strides, layer.kernel_size, strict=True)]
            kernel = np.pad(kernel, ((0, grow[0]), (0, grow[1]), (0, 0), (0, 0)))
        return fake.TRANSPOSED, kernel, bias
    kinds = {L.Conv2D: fake.CONVOLUTION, L.Dense: fake.DENSE}
    return (kinds[type(layer)], np.asarray(layer.kernel), bias) if type(layer) in kinds else None


def _fold(kind, kernel, bias, norm):
    scale = 1 / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    scale = scale * np.asarray(norm.gamma) if norm.scale else scale
    offset = np.asarray(norm.beta) if norm.center else 0.0
    bias = (0.0 if bias is None else bias) - np.asarray(norm.moving_mean)
    if kind == fake.TRANSPOSED:
        return kernel * scale[:, None], bias * scale + offset
    if kind == fake.DEPTHWISE:
        return kernel * scale.reshape(kernel.shape[-2:]), bias * scale + offset
    return kernel * scale, bias * scale + offset


def _options(layer):
    if isinstance(layer, L.Dense):
        return {}
    return {
        "strides": layer.strides,
        "padding": layer.padding,
        "dilation_rate": layer.dilation_rate,
    }


def _made(kind, kernel, bias, name, options):
    made = QuantizedKernel(kind, kernel.shape, name=name, **options)
    made.build(None)
    made.assign_kernel(kernel, bias)
    return made
