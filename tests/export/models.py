"""Small generators for the tests of export."""

import keras
import numpy as np
from keras import layers

PATCHES = {"left_eye": (16, 16), "nose": (8, 16)}


def tiny_generator(size=16, seed=0):
    """Like TP-GAN in small: a view and patches in, images at two scales out; nothing is zero."""
    keras.utils.set_random_seed(seed)
    view = keras.Input((size, size, 3), name="input")
    patches = {p: keras.Input((*hw, 3), name=p) for p, hw in PATCHES.items()}
    encoded = _block(layers.Conv2D(8, 3, strides=2, padding="same"), view)
    code = layers.Dense(16)(layers.Flatten()(encoded))
    spread = layers.Reshape((size // 2, size // 2, 4))(layers.Dense(size * size)(code))
    half = layers.Concatenate()([encoded, spread])
    whole = _block(layers.Conv2DTranspose(8, 3, strides=2, padding="same"), half)
    pasted = [
        layers.ZeroPadding2D(((0, size - h), (0, size - w)))(
            _block(layers.SeparableConv2D(8, 3, padding="same"), patches[p])
        )
        for p, (h, w) in PATCHES.items()
    ]
    image_half = layers.Conv2D(3, 3, padding="same", activation="tanh")(half)
    doubled = layers.UpSampling2D(interpolation="bilinear")(image_half)
    joined = layers.Concatenate()([layers.Add()([whole, *pasted]), doubled])
    image = layers.Conv2D(3, 3, padding="same", activation="tanh", name="image")(joined)
    model = keras.Model({"input": view, **patches}, {"image": image, "image_half": image_half})
    randomize(model, seed)
    return model


def randomize(model, seed):
    """Gives offsets and statistics values, because zeros would be folded away."""
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign(generator.uniform(0.1, 0.5, weight.shape))


def images_for(model, count=4, seed=0):
    """A batch of noise in [-1, 1] for every input of `model`."""
    generator = np.random.default_rng(seed)
    return {
        tensor.name: generator.uniform(-1, 1, (count, *tensor.shape[1:])).astype("float32")
        for tensor in model.inputs
    }


def _block(layer, x):
    return layers.LeakyReLU(0.2)(layers.BatchNormalization()(layer(x)))
