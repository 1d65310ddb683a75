"""What supernets and students are trained with, whatever their network: losses and optimizers.

Thin functions over the one `Trainer`; each can be killed and run again. Teachers have their own
ways (`training.teachers`).
"""

import itertools

from tfgan_compress.data.records import TAUGHT
from tfgan_compress.losses.distillation import FeatureDistillation
from tfgan_compress.losses.pixel import PixelLoss
from tfgan_compress.training.answers import small_taps
from tfgan_compress.training.architectures import find_architecture
from tfgan_compress.training.phases import adam, run_phase
from tfgan_compress.training.stage import run_stage
from tfgan_compress.training.teachers import adversarial_losses
from tfgan_compress.training.trainer import Trainer

ADAPTOR_BATCHES = 4


def train_student(
    recipe,
    generator,
    discriminator,
    data,
    directory,
    *,
    teacher,
    sampler=None,
    gallery=None,
    callbacks=(),
):
    """Distils `teacher` into `generator`: a supernet (with `sampler`) or a student.

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        generator: The supernet or student; changed in place.
        discriminator: The teacher's, or a new one to test the paper's claim that inheriting it
            matters; changed in place.
        data: `data(start) -> batches`, see `run_stage`.
        directory: Of the stage.
        teacher: The trained generator. It is not run where the recipe has its answers
            `precomputed`: then batches bring them.
        sampler: A `SubnetSampler` of a supernet.
        gallery: As `data.gallery.gallery_pictures` returns it, of the people in the data, where
            the recipe has a `contrast`.
        callbacks: Functions that make a Keras callback for the folder of the stage.
    """
    architecture, weight = find_architecture(recipe.architecture), recipe.distillation
    losses = adversarial_losses(recipe, patches=architecture.patches, gallery=gallery)
    losses.append(PixelLoss(0.5, against="teacher", where=TAUGHT))
    distilled = []
    taps = small_taps(teacher, architecture.taps) if recipe.precomputed else architecture.taps
    if weight and taps:
        distilled = [FeatureDistillation(taps, generator, teacher, weight=weight, where=TAUGHT)]
    beta_1 = 0.5 if recipe.adversarial else 0.9
    trainer = Trainer(
        generator,
        losses + distilled,
        discriminator=discriminator if recipe.adversarial else None,
        teacher=None if recipe.precomputed else teacher,
        sampler=sampler,
    )
    for loss in distilled:
        loss.start(map(trainer.features, itertools.islice(data(0), ADAPTOR_BATCHES)))
    rate = recipe.supernet_rate if sampler else recipe.student_rate
    epochs = recipe.supernet_epochs if sampler else recipe.student_epochs
    total = epochs * recipe.steps_per_epoch
    trainer.compile(adam(rate, total, beta_1), adam(recipe.discriminator_rate, total, 0.5))
    run_phase(recipe, trainer, data, directory, epochs=epochs, callbacks=callbacks)


def train_twin(
    twin,
    data,
    directory,
    *,
    teacher,
    epochs,
    steps_per_epoch,
    losses=(),
    rate=2e-4,
    callbacks=(),
    verbose=2,
):
    """Quantization-aware training: a calibrated twin learns to paint what `teacher` paints.

    Args:
        twin: A `quantization.twin`; its kernels and ranges are changed in place.
        data: `data(start) -> batches`, see `run_stage`; their targets are not looked at, unless
            `losses` do.
        directory: As in `run_stage`, with the arguments that follow.
        teacher: The float generator that the twin was made of.
        epochs: Epochs in all.
        steps_per_epoch: Steps of an epoch.
        losses: What counts beside the pixels.
        rate: Learning rate; small, because the twin only mends what rounding broke.
        callbacks: Further Keras callbacks.
        verbose: As in `fit`.
    """
    # At full size alone: the teacher's smaller images are not its whole image made smaller.
    pixels = PixelLoss(scales=(1, 0, 0), against="teacher")
    trainer = Trainer(twin, [pixels, *losses], teacher=teacher)
    trainer.compile(adam(rate, epochs * steps_per_epoch, 0.9))
    run_stage(
        trainer, data, directory=directory, epochs=epochs, steps_per_epoch=steps_per_epoch,
        callbacks=callbacks, verbose=verbose,
    )  # fmt: skip
    return twin
