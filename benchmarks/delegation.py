"""Which formulations of a layer XNNPACK runs, and how fast: the table in CONTRIBUTING.

Run it again when TensorFlow or LiteRT change: `python benchmarks/delegation.py`. Takes a minute.
"""

import os
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers, ops

from tfgan_compress import layers as own
from tfgan_compress.benchmark import latency
from tfgan_compress.export.conversion import convert, saved_model
from tfgan_compress.export.gates import undelegated_operators

SIDE, CHANNELS = 32, 16


def pointwise(x):
    """A second tensor like `x`."""
    return layers.Conv2D(CHANNELS, 1)(x)


FORMULATIONS = {
    "flip": lambda x: ops.concatenate([x, ops.flip(x, 2)], -1),
    "flip, layers.FlipConcat": lambda x: own.FlipConcat()(x),
    "maximum": lambda x: ops.maximum(x, pointwise(x)),
    "maximum, layers.Maximum": lambda x: own.Maximum()([x, pointwise(x)]),
    "average pooling": lambda x: layers.AveragePooling2D(2)(x),
    "average pooling, layers.Halve": lambda x: own.Halve()(x),
    "transposed 3x3, stride 4": lambda x: layers.Conv2DTranspose(8, 3, 4, padding="same")(x),
    "transposed 3x3, stride 4, layers.Deconv": lambda x: own.Deconv(8, 3, 4, padding="same")(x),
    "transposed 3x3, stride 2": lambda x: layers.Conv2DTranspose(8, 3, 2, padding="same")(x),
    "upsampling, bilinear": lambda x: layers.UpSampling2D(interpolation="bilinear")(x),
    "upsampling, nearest": lambda x: layers.UpSampling2D()(x),
    "concatenation of 5": lambda x: ops.concatenate([pointwise(x) for _ in range(5)], -1),
    "concatenation of 6": lambda x: ops.concatenate([pointwise(x) for _ in range(6)], -1),
    "ReLU behind a concatenation": lambda x: ops.relu(ops.concatenate([x, pointwise(x)], -1)),
    "zero padding": lambda x: layers.ZeroPadding2D(2)(x),
    "padding by -1": lambda x: ops.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=-1.0),
    "separable convolution": lambda x: layers.SeparableConv2D(CHANNELS, 3, padding="same")(x),
    "squeeze and excite": lambda x: x * ops.sigmoid(ops.mean(x, (1, 2), keepdims=True)),
}


def main():
    """Prints one line a formulation and variant."""
    generator = np.random.default_rng(0)
    shape = (1, SIDE, SIDE, CHANNELS)
    samples = [{"input": np.float32(generator.uniform(-1, 1, shape))} for _ in range(4)]
    print(f"{'formulation':40} {'variant':8} {'median':>9}  left to the slow kernels")
    for name, build in FORMULATIONS.items():
        with saved_model(_between_convolutions(build)) as folder:
            for variant in ("float32", "int8"):
                content = convert(folder, variant, calibration=samples)
                left = ", ".join(undelegated_operators(content)) or "-"
                print(f"{name:40} {variant:8} {_median(content):6.3f} ms  {left}", flush=True)


def _between_convolutions(build):
    view = keras.Input((SIDE, SIDE, CHANNELS), name="input")
    x = build(layers.Conv2D(CHANNELS, 3, padding="same", activation="leaky_relu")(view))
    image = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    return keras.Model(view, {"image": image})


def _median(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(content)
        return latency(path, warmup=5, runs=30)["p50"]


if __name__ == "__main__":
    main()
