"""PIM's own training, of a teacher (Zhao et al. 2018, "Towards Pose Invariant Face Recognition").

Three things beside what `Trainer` does, whose step is kept. A Siamese discriminator sees each face
with a true frontal one of the person. The generator's code must not tell the source data, whose
frontal truths are known, from target data, whose truths need not exist. And a recognizer learns
along, from the views and from what is made of them. Students are made with `Trainer`, as any.

There is no public code. Ours are: the reference is the target mirrored, which shows the person and
not the pixels; real faces of two people are shown to the discriminator as no pair; only the global
pathway's code is adapted; all weights; and a beginning with pixel losses alone, as TP-GAN's here.
"""

from pathlib import Path

from keras import ops

from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.domain import DomainLoss
from tfgan_compress.losses.enforced import EnforcedCrossEntropy
from tfgan_compress.models import save_model
from tfgan_compress.recognizers.lightcnn import LightCNN29
from tfgan_compress.training.base import unpack
from tfgan_compress.training.phases import adam, run_phase
from tfgan_compress.training.recognition import IdentityClassifier
from tfgan_compress.training.teachers import pixel_losses
from tfgan_compress.training.trainer import Trainer


def train_pim(
    recipe, generator, discriminator, data, directory, *, identities, callbacks=(), wild=None,
    recognizer=None, domain=0.01,
):  # fmt: skip
    """Trains a PIM: pixel losses first, then the adversary, the recognizer and the domains.

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        generator: The `PIM` to be; changed in place.
        discriminator: A `PIMDiscriminator`; changed in place.
        data: `data(start) -> batches` of the source data, see `run_stage`.
        directory: Gets a folder for each phase, and the recognizer.
        identities: Number of people in the source data.
        callbacks: Functions that make a Keras callback for the folder of a phase.
        wild: As `data`, of target data, whose truths are not looked at; None leaves them out.
        recognizer: A network that tells people apart already (`training.recognition`), to be
            trained on; a new LightCNN-29 by default.
        domain: Weight of the domain classifier.
    """
    directory, rate = Path(directory), recipe.teacher_rate
    epochs = recipe.coarse_epochs + recipe.teacher_epochs
    trainer = Trainer(generator, pixel_losses(recipe, patches=True))
    trainer.compile(adam(rate, epochs * recipe.steps_per_epoch, 0.9))
    run_phase(recipe, trainer, data, directory / "pixel", epochs=epochs, callbacks=callbacks)

    recognizer = recognizer or _light_cnn(recipe)
    losses = _joint_losses(recipe, IdentityClassifier(recognizer, recipe.image_size, identities))
    if wild is not None:
        losses.append(DomainLoss(generator.channels["code"], weight=domain))
        data = with_wild(data, wild)
    trainer, epochs = PIMTrainer(generator, losses, discriminator), recipe.adversarial_epochs
    total = epochs * recipe.steps_per_epoch
    # What is learned by now is refined, not learned anew.
    trainer.compile(adam(rate / 3, total, 0.5), adam(recipe.discriminator_rate, total, 0.5))
    run_phase(recipe, trainer, data, directory / "adversarial", epochs=epochs, callbacks=callbacks)
    save_model(recognizer, directory / "recognizer")


def _light_cnn(recipe):
    width = max(1, recipe.base_width // 4)
    return LightCNN29(recipe.image_size, colour=True, base_width=width)


def _joint_losses(recipe, classifier):
    return [
        *pixel_losses(recipe, patches=True),
        AdversarialLoss(recipe.adversarial),
        EnforcedCrossEntropy(classifier, weight=recipe.classification),
    ]


def with_wild(data, wild):
    """Adds views of target data to batches of source data.

    Args:
        data: `data(start) -> batches` of the source, endless, see `run_stage`.
        wild: The same of the target; only the views of its batches are looked at.

    Returns:
        The same of both: batches of the source with the key `wild`, `(B, S, S, 3)` in [-1, 1].
    """

    def joined(start):
        for batch, other in zip(data(start), wild(start), strict=False):
            # A tuple, as Keras wants it of a generator.
            yield ({**unpack(batch), "wild": unpack(other)["input"]},)

    return joined


class PIMTrainer(Trainer):
    """Trains a `PIM` through `compile` and `fit`, on batches of `data.batches` or of `with_wild`.

    Args:
        generator: A `PIM`.
        losses: Callables of the loss protocol, `losses.enforced` and `losses.domain` among them.
            The outputs that they see hold `wild_code`, where a batch has views under `wild`.
        discriminator: A `PIMDiscriminator`.

    Raises:
        ValueError: If the discriminator compares no pictures.
    """

    def __init__(self, generator, losses, discriminator):
        if not hasattr(discriminator, "siamese"):
            raise ValueError(
                "PIM needs a discriminator that compares pictures, a PIMDiscriminator. Received: "
                f"{type(discriminator).__name__}."
            )
        super().__init__(generator, losses, discriminator=discriminator)
        self.encoder = generator.encoder()

    def _run(self, batch, *, training):
        run = super()._run(batch, training=training)
        if "wild" not in batch:
            return run
        wild = self.encoder({"input": batch["wild"]}, training=training)
        return {**run, "outputs": {**run["outputs"], "wild_code": wild}}

    def _judge(self, pictures, batch, *, training=True):
        reference = ops.flip(batch["target"], axis=2)
        return self.discriminator.siamese([pictures, reference], training=training)

    def _discriminator_loss(self, batch, fake):
        return super()._discriminator_loss(batch, fake) + self._strangers(batch)

    def _strangers(self, batch):
        """Cross-entropy to "no pair" of real faces with the next person's; 0 where none differ."""
        people = batch["identity"]
        apart = ops.cast(ops.not_equal(people, ops.roll(people, 1)), "float32")
        logits = self._judge(ops.roll(batch["target"], 1, axis=0), batch)[..., 1]
        each = ops.mean(ops.softplus(logits), axis=(1, 2))
        return ops.sum(apart * each) / ops.maximum(ops.sum(apart), 1.0)
