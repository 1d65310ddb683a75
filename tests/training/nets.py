"""Small networks, batches and losses to train with; no backend is named, so torch runs them too."""

import keras
import numpy as np

from tests.generators.tiny import WIDTHS, Tiny, randomize
from tfgan_compress import elastic as el
from tfgan_compress.blocks import tap_output
from tfgan_compress.channels import SearchSpace
from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.distillation import FeatureDistillation
from tfgan_compress.losses.pixel import PixelLoss
from tfgan_compress.search.space import search_space
from tfgan_compress.training.sampling import SubnetSampler
from tfgan_compress.training.stage import run_stage
from tfgan_compress.training.trainer import Trainer

CHANNELS = WIDTHS | {"noise": 0}
"""No noise: backends draw other random numbers."""

NARROW = {group: width and max(1, width // 2) for group, width in CHANNELS.items()}
SPACE = SearchSpace(
    {group: tuple(sorted({NARROW[group], width})) for group, width in CHANNELS.items()},
    {group: group for group in CHANNELS},
)


def generator(*, elastic=False, seed=0):
    return randomize(Tiny(CHANNELS, elastic=elastic), seed)


def with_code(model):
    """A generator that also gives its code away, as TP-GAN does."""
    return keras.Model(model.input, {**model.output, "code": tap_output(model, "code")})


def discriminator(seed=1):
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, activation="leaky_relu")(image)
    return randomize(keras.Model(image, keras.layers.Conv2D(1, 1, dtype="float32")(x)), seed)


def batch(seed=0, size=4):
    rng = np.random.default_rng(seed)
    pictures = {k: rng.uniform(-1, 1, (size, 8, 8, 3)) for k in ("input", "target")}
    identity = np.arange(size, dtype="int32") % 3
    return {k: v.astype("float32") for k, v in pictures.items()} | {"identity": identity}


def batches(start=0):
    """Endless different batches, from `start` on, in tuples as Keras wants them of a generator."""
    while True:
        yield (batch(start),)
        start += 1


def models(*, elastic=False):
    """A generator, its discriminator and its teacher."""
    return generator(elastic=elastic), discriminator(), generator(seed=5)


def trainer(*, elastic=False, rule="uniform", game=True, rate=1e-2, given=None, **options):
    """A trainer of everything: pixels, adversary, teacher, and a sampler for a supernet."""
    made, opponent, teacher = given or models(elastic=elastic)
    taps = FeatureDistillation(("res", "wide_res"), made, teacher)
    losses = [PixelLoss(), randomize(taps, 2)]
    if game:
        losses.append(AdversarialLoss(0.1))
    result = Trainer(
        made,
        losses,
        discriminator=opponent if game else None,
        teacher=teacher,
        sampler=SubnetSampler(SPACE, rule=rule, seed=3) if elastic else None,
    )
    adversary = keras.optimizers.Adam(rate, beta_1=0.5) if game else None
    result.compile(keras.optimizers.Adam(rate), adversary, **options)
    return result


def compression(teacher, discriminator, taps, *, rule="uniform"):
    """The common trainer of a supernet of half the widths of `teacher`."""
    largest = {group: max(1, width // 2) for group, width in teacher.channels.items()}
    supernet = el.elastic(teacher, largest)
    losses = [
        PixelLoss(),
        PixelLoss(0.5, against="teacher"),
        AdversarialLoss(),
        FeatureDistillation(taps, supernet, teacher),
    ]
    sampler = SubnetSampler(search_space(largest), rule=rule)
    made = Trainer(supernet, losses, discriminator=discriminator, teacher=teacher, sampler=sampler)
    made.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-3))
    return made


def step(trainer, batch):
    """Takes one training step, not compiled; returns its losses."""
    trainer.reset_metrics()
    trainer.train_step({name: keras.ops.convert_to_tensor(v) for name, v in batch.items()})
    return {m.name: float(m.result()) for m in trainer.metrics}


def values(variables):
    """Copies of the values of variables."""
    return [v.numpy().copy() for v in variables]


def state(trainer):
    """Everything that training changes, `{path: array}`."""
    owners = [trainer.generator, trainer.discriminator, trainer.optimizer]
    owners += [trainer.discriminator_optimizer, *trainer.loss_layers, trainer.sampler]
    found = [v for owner in owners if owner is not None for v in owner.variables]
    return {f"{i} {v.name}": a for i, (v, a) in enumerate(zip(found, values(found), strict=True))}


def moved(before, after):
    """The largest change of any of the arrays."""
    return max(float(np.abs(a - b).max()) for a, b in zip(before, after, strict=True))


def resumed_differs(make, batches, folder, *, state=state, steps=1):
    """How far a run that was killed and resumed gets from one that went on.

    Args:
        make: `make() -> trainer`, compiled.
        batches: `batches(start)`, endless.
        folder: Gets the stages' directories.
        state: Everything that training changes, as of `state`.
        steps: Steps of an epoch.
    """

    def train(trainer, name, epochs, start=0):
        run_stage(
            trainer, lambda done: batches(start + done), directory=f"{folder}/{name}",
            epochs=epochs, steps_per_epoch=steps, verbose=0,
        )  # fmt: skip
        return list(state(trainer).values())

    first = make()
    train(first, "killed", 1)
    return moved(train(first, "goes_on", 1, start=steps), train(make(), "killed", 2))
