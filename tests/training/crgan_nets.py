"""Tiny CR-GANs to train, on any backend."""

import keras
import numpy as np

from tests.training.nets import resumed_differs, values
from tfgan_compress.discriminators import CRGANDiscriminator
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.losses.adversarial import gradient_penalty
from tfgan_compress.training.crgan import CRGANTrainer
from tfgan_compress.training.gradients import input_gradients, value_and_gradients

SHAPE = (32, 32, 3)


def trainer(*, rate=1e-3, critic=True, **options):
    keras.utils.set_random_seed(0)
    generator = CRGAN(SHAPE, base_width=4)
    adversary = CRGANDiscriminator(SHAPE, base_width=4) if critic else None
    made = CRGANTrainer(generator, adversary, **options)
    made.compile(rate, run_eagerly=True)
    return made


def batch(seed=0, size=4):
    """Plain colours, with a ramp from left to right that shows the yaw."""
    rng = np.random.default_rng(seed)
    colour = rng.uniform(-0.5, 0.5, (size, 1, 1, 3)) * np.ones((1, *SHAPE))
    yaw = rng.choice(np.arange(-60, 61, 15), size)
    ramp = np.linspace(-0.5, 0.5, 32)[None, None, :, None] * yaw[:, None, None, None] / 60
    pictures = {"input": colour + ramp, "target": colour}
    return {**{k: v.astype("float32") for k, v in pictures.items()}, "yaw": yaw.astype("float32")}


def batches(start=0):
    while True:
        yield (batch(start),)
        start += 1


def penalties():
    """The penalty of two linear critics, and its derivatives by their weights."""
    pictures = keras.ops.convert_to_tensor(np.ones((2, 1, 1, 2), "float32"))
    weights = keras.Variable(np.array([3.0, 4.0], "float32"))

    def loss():
        gradients = input_gradients(
            lambda x: keras.ops.sum(x * weights.value, axis=(1, 2, 3)), pictures
        )
        return gradient_penalty(gradients), None

    value, _, (gradient,) = value_and_gradients(loss, [weights])
    return [float(value), *map(float, keras.ops.convert_to_numpy(gradient))]


def state(made):
    """Everything that training changes, `{part: array}`."""
    parts = (made.generator, made.discriminator.heads, made.optimizer, made.encoder_optimizer)
    return dict(enumerate(value for part in parts for value in values(part.variables)))


def losses():
    """The losses of a first step."""
    made = trainer()
    made.train_step({k: keras.ops.convert_to_tensor(v) for k, v in batch().items()})
    return {m.name: float(m.result()) for m in made.metrics}


def resumed(folder):
    return resumed_differs(trainer, batches, folder, state=state)


def facts(folder):
    return {"penalties": penalties(), "resumed": resumed(folder), "losses": losses()}
