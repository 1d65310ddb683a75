"""What teacher, supernet and student are trained with: losses, optimizers, directories.

Three thin functions over the one `Trainer`; each can be killed and run again.
"""

from pathlib import Path

import keras

from tfgan_compress.generators.tpgan import coarse_tpgan
from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.classification import ClassificationLoss
from tfgan_compress.losses.distillation import FeatureDistillation
from tfgan_compress.losses.identity import IdentityLoss
from tfgan_compress.losses.pixel import PatchLoss, PixelLoss, SymmetryLoss, TotalVariationLoss
from tfgan_compress.training.distribution import replicated
from tfgan_compress.training.stage import run_stage
from tfgan_compress.training.trainer import Trainer

TAPS = ("conv4_res4", "dec8_res3", "dec16_res2", "dec32_res2", "dec64_res2", "dec128_res")
"""Where features are distilled: the code's way in, and each scale of the decoder."""


def pixel_losses(recipe):
    """Returns the losses of the teacher's first phase: TP-GAN's pixel terms."""
    return [
        PixelLoss(),
        PatchLoss(recipe.patch),
        SymmetryLoss(recipe.symmetry),
        TotalVariationLoss(recipe.tv),
    ]


def adversarial_losses(recipe):
    """Returns all that shapes a face after the pixels: adversary and identity on top of them."""
    return [
        *pixel_losses(recipe),
        AdversarialLoss(recipe.adversarial),
        IdentityLoss(recipe.image_size, recipe.identity),
    ]


def train_teacher(
    recipe, generator, discriminator, data, directory, *, identities, callbacks=(), strategy=None
):
    """Trains a TP-GAN: pixel losses first, then the adversary, identity and classification.

    The pixel losses start on the generator without its last stage (`generators.tpgan`).

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        generator: The teacher to be; changed in place.
        discriminator: Its adversary; changed in place.
        data: `data(start) -> batches`, see `run_stage`.
        directory: Gets a folder for each phase.
        identities: Number of people in the data.
        callbacks: Functions that make a Keras callback for the folder of a phase.
        strategy: Of `distribution.make_strategy`; None trains on one device.
    """
    with replicated(strategy, generator, discriminator) as (generator, discriminator):
        _pixel_phases(recipe, generator, data, Path(directory), callbacks)
        _adversarial_phase(
            recipe, generator, discriminator, data, Path(directory), identities, callbacks
        )


def _pixel_phases(recipe, generator, data, directory, callbacks):
    steps = recipe.steps_per_epoch
    phases = {
        "coarse": (coarse_tpgan(generator), recipe.coarse_epochs),
        "pixel": (generator, recipe.teacher_epochs),
    }
    for name, (model, epochs) in phases.items():
        trainer = Trainer(model, pixel_losses(recipe))
        trainer.compile(_adam(recipe.teacher_rate, steps * epochs, 0.9))
        _run(trainer, data, directory / name, epochs, steps, callbacks)


def _adversarial_phase(recipe, generator, discriminator, data, directory, identities, callbacks):
    losses = adversarial_losses(recipe)
    code = generator.channels["code"]
    losses.append(ClassificationLoss(code, identities, weight=recipe.classification))
    trainer = Trainer(generator, losses, discriminator=discriminator)
    steps = recipe.steps_per_epoch
    total = steps * recipe.adversarial_epochs
    # What is learned by now is refined, not learned anew.
    adam = _adam(recipe.teacher_rate / 3, total, 0.5)
    trainer.compile(adam, _adam(recipe.discriminator_rate, total, 0.5))
    _run(trainer, data, directory / "adversarial", recipe.adversarial_epochs, steps, callbacks)


def train_student(
    recipe, generator, discriminator, data, directory, *, teacher, sampler=None, callbacks=(),
    strategy=None,
):  # fmt: skip
    """Distils `teacher` into `generator`: a supernet (with `sampler`) or a student.

    Args: as in `train_teacher`; `discriminator` is the teacher's, or a new one to test the paper's
    claim that inheriting it matters; `sampler` was made in the scope of `strategy`.
    """
    rate = recipe.supernet_rate if sampler else recipe.student_rate
    epochs = recipe.supernet_epochs if sampler else recipe.student_epochs
    total = epochs * recipe.steps_per_epoch
    with replicated(strategy, generator, discriminator, teacher) as (student, adversary, frozen):
        losses = adversarial_losses(recipe)
        losses.append(PixelLoss(0.5, against="teacher"))
        if recipe.distillation:
            losses.append(FeatureDistillation(TAPS, student, frozen, weight=recipe.distillation))
        trainer = Trainer(student, losses, discriminator=adversary, teacher=frozen, sampler=sampler)
        trainer.compile(_adam(rate, total, 0.5), _adam(recipe.discriminator_rate, total, 0.5))
        _run(trainer, data, Path(directory), epochs, recipe.steps_per_epoch, callbacks)


def train_twin(
    twin, data, directory, *, teacher, epochs, steps_per_epoch, rate=2e-4, callbacks=(), verbose=2
):
    """Quantization-aware training: a calibrated twin learns to paint what `teacher` paints.

    Args:
        twin: A `quantization.twin`; its kernels and ranges are changed in place.
        data: `data(start) -> batches`, see `run_stage`; their targets are not looked at.
        directory: As in `run_stage`, with the arguments that follow.
        teacher: The float generator that the twin was made of.
        epochs: Epochs in all.
        steps_per_epoch: Steps of an epoch.
        rate: Learning rate; small, because the twin only mends what rounding broke.
        callbacks: Further Keras callbacks.
        verbose: As in `fit`.
    """
    # At full size alone: the teacher's smaller images are not its whole image made smaller.
    trainer = Trainer(twin, [PixelLoss(scales=(1, 0, 0), against="teacher")], teacher=teacher)
    trainer.compile(_adam(rate, epochs * steps_per_epoch, 0.9))
    run_stage(
        trainer, data, directory=directory, epochs=epochs, steps_per_epoch=steps_per_epoch,
        callbacks=callbacks, verbose=verbose,
    )  # fmt: skip
    return twin


def _adam(rate, steps, beta_1):
    """Adam with clipped gradients, warmed up briefly and then decayed to a twentieth."""
    warmup = min(100, steps // 10 + 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 20, max(steps - warmup, 1), alpha=0.05, warmup_target=rate, warmup_steps=warmup
    )
    return keras.optimizers.Adam(schedule, beta_1=beta_1, global_clipnorm=1.0)


def _run(trainer, data, directory, epochs, steps, callbacks):
    run_stage(
        trainer, data, directory=directory, epochs=epochs, steps_per_epoch=steps,
        callbacks=[callback(directory) for callback in callbacks],
    )  # fmt: skip
