"""How long layers train on this machine's CPU: ours beside Keras's, forward and back, one thread.

    python benchmarks/training_layers.py

Batch norm and depthwise convolutions of 8 pictures of 128x128x27, as in a TP-GAN student, and the
identity loss's recognizer on 16 faces of 64x64, each in float32 and bfloat16.
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from tfgan_compress.layers import BatchNorm, Depthwise
from tfgan_compress.recognizers import load_recognizer

PICTURES, FACES, RUNS = (8, 128, 128, 27), (16, 64, 64, 3), 9
DEPTHWISE = {"padding": "same", "use_bias": False}


def main():
    """Prints a row of the median milliseconds of each."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    print(f"{'':24s}{'float32':>12s}{'bfloat16':>12s}")
    rows = {
        "Keras's batch norm": lambda dtype: keras.layers.BatchNormalization(dtype=dtype),
        "BatchNorm": lambda dtype: BatchNorm(dtype=dtype),
        "Keras's depthwise 5x5": lambda dtype: keras.layers.DepthwiseConv2D(
            5, dtype=dtype, **DEPTHWISE
        ),
        "Depthwise 5x5": lambda dtype: Depthwise(5, dtype=dtype, **DEPTHWISE),
        "recognizer": lambda dtype: load_recognizer("resnet29", FACES[1], dtype=dtype),
    }
    for name, make in rows.items():
        shape = FACES if name == "recognizer" else PICTURES
        times = [milliseconds(make(dtype), shape) for dtype in ("float32", "mixed_bfloat16")]
        print(f"{name:24s}" + "".join(f"{value:9.1f} ms" for value in times))


def milliseconds(layer, shape):
    """Median time of the layer's outputs and their gradients by inputs and weights."""
    inputs = tf.cast(tf.random.normal(shape), layer.compute_dtype)
    layer.build((None, *shape[1:]))
    towards = tf.random.normal(layer(inputs, training=True).shape)

    @tf.function
    def work():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
        sources = [inputs, *(v.value for v in layer.trainable_variables)]
        return tape.gradient(outputs, sources, tf.cast(towards, outputs.dtype))

    times = []
    for _ in range(RUNS + 2):  # The first two trace and warm up.
        started = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - started))
    return np.median(times[2:])


if __name__ == "__main__":
    main()
