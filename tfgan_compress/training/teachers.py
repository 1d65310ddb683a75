"""How the teachers are trained, each as its paper has it; students have one way for all.

A function here trains a new generator and its discriminator in place, phase by phase, each in a
folder of its own, and can be killed and run again. `training.architectures` names them.
"""

from pathlib import Path

from keras import ops

from tfgan_compress.generators.tpgan import coarse_tpgan
from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.classification import ClassificationLoss
from tfgan_compress.losses.identity import IdentityLoss
from tfgan_compress.losses.pixel import (
    CheckerboardLoss,
    PatchLoss,
    PixelLoss,
    SSIMLoss,
    SymmetryLoss,
    TotalVariationLoss,
)
from tfgan_compress.training.base import pick
from tfgan_compress.training.crgan import CRGANTrainer
from tfgan_compress.training.phases import Falling, adam, run_phase
from tfgan_compress.training.trainer import Trainer


def pixel_losses(recipe, *, patches):
    """Returns TP-GAN's pixel terms and ours; `patches`: does the generator redraw the patches?"""
    return [
        PixelLoss(),
        *([PatchLoss(recipe.patch)] if patches else []),
        SymmetryLoss(recipe.symmetry),
        TotalVariationLoss(recipe.tv),
        CheckerboardLoss(recipe.checkerboard),
        *([SSIMLoss(recipe.ssim)] if recipe.ssim else []),
    ]


def adversarial_losses(recipe, *, patches, gallery=None):
    """Returns all that shapes a face after the pixels: adversary, if any, and identity on top.

    `gallery`: the people that the recipe's `contrast` tells faces from; none without.
    """
    contrast = {"gallery": gallery, "contrast": recipe.contrast} if gallery else {}
    return [
        *pixel_losses(recipe, patches=patches),
        *([AdversarialLoss(recipe.adversarial)] if recipe.adversarial else []),
        IdentityLoss(recipe.image_size, recipe.identity, jitter=recipe.jitter, **contrast),
    ]


def train_tpgan(recipe, generator, discriminator, data, directory, *, identities, callbacks=()):
    """Trains a TP-GAN: pixel losses first, then identity, classification and the adversary, if any.

    Without an adversary the last phase has the whole rate, with one a third. The pixel losses start
    on the generator without its last stage (`generators.tpgan`).

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        generator: The teacher to be; changed in place.
        discriminator: Its adversary; changed in place.
        data: `data(start) -> batches`, see `run_stage`.
        directory: Gets a folder for each phase.
        identities: Number of people in the data.
        callbacks: Functions that make a Keras callback for the folder of a phase.
    """
    directory, rate = Path(directory), recipe.teacher_rate
    phases = {
        "coarse": (coarse_tpgan(generator), recipe.coarse_epochs),
        "pixel": (generator, recipe.teacher_epochs),
    }
    for name, (model, epochs) in phases.items():
        trainer = Trainer(model, pixel_losses(recipe, patches=True))
        trainer.compile(adam(rate, recipe.steps_per_epoch * epochs, 0.9))
        run_phase(recipe, trainer, data, directory / name, epochs=epochs, callbacks=callbacks)

    losses = adversarial_losses(recipe, patches=True)
    code = generator.channels["code"]
    losses.append(ClassificationLoss(code, identities, weight=recipe.classification))
    epochs = recipe.adversarial_epochs
    total = recipe.steps_per_epoch * epochs
    if recipe.adversarial:
        trainer = Trainer(generator, losses, discriminator=discriminator)
        # Against an adversary, what is learned by now is refined, not learned anew.
        trainer.compile(adam(rate / 3, total, 0.5), adam(recipe.discriminator_rate, total, 0.5))
    else:
        trainer = Trainer(generator, losses)
        trainer.compile(adam(rate, total, 0.9))
    run_phase(recipe, trainer, data, directory / "adversarial", epochs=epochs, callbacks=callbacks)


def train_crgan(recipe, generator, discriminator, data, directory, *, identities, callbacks=()):
    """Trains a CR-GAN: the second pathway without a critic first, then both pathways with it.

    Ours is the end, of the frontal view alone, for those who only frontalize: the paper asks nobody
    to paint the same person, so a recognizer does here.

    Args: as in `train_tpgan`; people are not told apart, so `identities` is not looked at. The
    batches have to be `as_shot`.
    """
    directory, weight = Path(directory), {"reconstruction": recipe.reconstruction}
    epochs = recipe.teacher_epochs
    trainer = CRGANTrainer(generator, None, **weight, seed=recipe.seed)
    rate = Falling(recipe.teacher_rate, recipe.steps_per_epoch * epochs)
    trainer.compile(rate, beta_1=0.9, beta_2=0.999)
    run_phase(recipe, trainer, data, directory / "pixel", epochs=epochs, callbacks=callbacks)

    trainer = CRGANTrainer(generator, discriminator, **weight, seed=recipe.seed)
    trainer.compile(recipe.critic_rate)
    epochs = recipe.adversarial_epochs
    run_phase(recipe, trainer, data, directory / "adversarial", epochs=epochs, callbacks=callbacks)

    losses = pixel_losses(recipe, patches=False)
    identity = IdentityLoss(recipe.image_size, recipe.identity, jitter=recipe.jitter)
    trainer = Trainer(generator, [*losses, identity])
    epochs = recipe.frontal_epochs
    trainer.compile(adam(recipe.teacher_rate / 3, recipe.steps_per_epoch * epochs, 0.9))
    run_phase(recipe, trainer, data, directory / "frontal", epochs=epochs, callbacks=callbacks)
    _centre(discriminator, generator, next(iter(data(0))))


def _centre(critic, generator, batch):
    """Moves the scores' zero to the middle between real and painted faces.

    A critic is free to have it anywhere; students, who take scores for logits, need it there.
    """
    painted = generator(pick(generator, batch), training=True)["image"]
    scores = [ops.mean(critic(images)) for images in (batch["target"], painted)]
    bias = critic.heads.get_layer("score").bias
    bias.assign(bias - sum(scores) / 2)
