"""Tiny PIMs to train, on any backend."""

import keras
import numpy as np

from tests.generators.tiny import randomize
from tests.training.nets import resumed_differs, step
from tfgan_compress import geometry
from tfgan_compress.discriminators import PIMDiscriminator
from tfgan_compress.generators.pim import PIM, pim_channels
from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.domain import DomainLoss, reverse_gradient
from tfgan_compress.losses.enforced import EnforcedCrossEntropy
from tfgan_compress.losses.pixel import PixelLoss
from tfgan_compress.recipes.frontalization import Frontalization
from tfgan_compress.recognizers.lightcnn import LightCNN29
from tfgan_compress.training.gradients import value_and_gradients
from tfgan_compress.training.pim import PIMTrainer, train_pim, with_wild
from tfgan_compress.training.recognition import IdentityClassifier

SHAPE = (32, 32, 3)
CHANNELS = {group: 4 for group in pim_channels()}


def trainer(*, rate=1e-3):
    """A trainer of everything; no dropout, since backends draw other random numbers."""
    generator = randomize(PIM(SHAPE, CHANNELS))
    discriminator = randomize(PIMDiscriminator(SHAPE, base_width=2))
    classifier = IdentityClassifier(LightCNN29(32, base_width=1), 32, 3, dropout=0.0)
    losses = [PixelLoss(), AdversarialLoss(0.1)]
    losses += [EnforcedCrossEntropy(classifier), DomainLoss(CHANNELS["code"], weight=0.1)]
    made = PIMTrainer(generator, losses, discriminator)
    for layer in made.loss_layers:
        randomize(layer)
    made.compile(keras.optimizers.Adam(rate), keras.optimizers.Adam(rate), run_eagerly=True)
    return made


def views(seed=0, size=4):
    rng = np.random.default_rng(seed)
    patches = {part: (*hw, 3) for part, hw in geometry.patch_shapes(32).items()}
    shapes = {"input": SHAPE, "target": SHAPE, **patches}
    pictures = {k: rng.uniform(-1, 1, (size, *s)).astype("float32") for k, s in shapes.items()}
    return {**pictures, "identity": np.arange(size, dtype="int32") % 3}


def endless(start):
    while True:
        yield (views(start),)
        start += 1


def wild(start):
    return endless(start + 100)


def batches(start=0):
    """Endless batches of source data, with views of other data."""
    return with_wild(endless, wild)(start)


def batch():
    return next(batches())[0]


def reversed_gradient():
    """A tensor behind the reversal, and its derivative by the one before."""
    variable = keras.Variable(np.array([2.0, -3.0], "float32"))

    def loss():
        passed = reverse_gradient(variable.value, 0.5)
        weighted = keras.ops.multiply(passed, np.array([1.0, 4.0], "float32"))
        return keras.ops.sum(weighted), passed

    _, passed, (gradient,) = value_and_gradients(loss, [variable])
    return [keras.ops.convert_to_numpy(x).tolist() for x in (passed, gradient)]


def staged(made, folder):
    """The last losses of both phases of a training, a step each."""
    recipe = Frontalization(
        image_size=32, steps_per_epoch=1, coarse_epochs=0, teacher_epochs=1, adversarial_epochs=1
    )
    recognizer = made.loss_layers[0].classifier.network
    train_pim(
        recipe, made.generator, made.discriminator, endless, folder, identities=3,
        wild=wild, recognizer=recognizer,
    )  # fmt: skip
    return {phase: _last(f"{folder}/{phase}/log.csv") for phase in ("pixel", "adversarial")}


def _last(path):
    with open(path, encoding="utf-8") as file:
        names, *_, last = (line.strip().split(",") for line in file)
    return dict(zip(names, map(float, last), strict=True))


def facts(folder):
    made = trainer()
    return {
        "reversed": reversed_gradient(),
        "losses": step(made, batch()),
        "staged": staged(made, f"{folder}/staged"),
        "resumed": resumed_differs(trainer, batches, f"{folder}/resumed"),
    }
