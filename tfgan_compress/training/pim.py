"""PIM's own training, of a teacher (Zhao et al. 2018, "Towards Pose Invariant Face Recognition").

Three things beside what `Trainer` does, whose step is kept. A Siamese discriminator sees each face
with a true frontal one of the person. The generator's code must not tell the source data, whose
frontal truths are known, from target data, whose truths need not exist. And a recognizer learns
along, from the views and from what is made of them. Students are made with `Trainer`, as any.

There is no public code. Ours are: the reference is the target mirrored, which shows the person and
not the pixels; real faces of two people are shown to the discriminator as no pair; only the global
pathway's code is adapted; `pim_losses`' weights.
"""

from keras import ops

from tfgan_compress.losses.domain import DomainLoss
from tfgan_compress.losses.enforced import EnforcedCrossEntropy
from tfgan_compress.training.base import unpack
from tfgan_compress.training.trainer import Trainer

TAPS = ("down4_res", "down6_res", "merge6_res", "merge4_res", "merge2_res", "fuse_res2")
"""Where a student's features are distilled: on the way down, around the code, on the way up."""


def pim_losses(losses, generator, classifier, *, enforced=0.01, domain=0.01):
    """Returns what a PIM is trained with: `losses`, and PIM's own.

    Args:
        losses: Of pixels and the adversary, as `stages.train_teacher` takes them for TP-GAN.
        generator: The `PIM`.
        classifier: A `training.recognition.IdentityClassifier` of the people in the data; it is
            trained, too. PIM's is a LightCNN-29.
        enforced: Weight of the enforced cross-entropy.
        domain: Weight of the domain classifier.
    """
    return [
        *losses,
        EnforcedCrossEntropy(classifier, weight=enforced),
        DomainLoss(generator.channels["code"], weight=domain),
    ]


def with_wild(data, wild):
    """Adds views of target data to batches of source data, as `PIMTrainer` takes them.

    Args:
        data: `data(start) -> batches` of the source, endless, as `stage.run_stage` takes it.
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
    """Trains a `PIM` through `compile` and `fit`, on batches of `with_wild`.

    Args:
        generator: A `PIM`.
        losses: Callables of the loss protocol, see `pim_losses`. A step's outputs hold `wild_code`
            besides, the code of the batch's `wild`.
        discriminator: A `PIMDiscriminator`.

    Raises:
        ValueError: If the discriminator compares no pictures.
    """

    def __init__(self, generator, losses, *, discriminator):
        if not hasattr(discriminator, "siamese"):
            raise ValueError(
                "PIM needs a discriminator that compares pictures, a PIMDiscriminator. Received: "
                f"{type(discriminator).__name__}."
            )
        super().__init__(generator, losses, discriminator=discriminator)
        self.encoder = generator.encoder()

    def _run(self, batch, *, training):
        if "wild" not in batch:
            raise ValueError(
                "A batch must hold views of the target data under 'wild'; add them by "
                f"training.pim.with_wild. Received: {sorted(batch)}."
            )
        run = super()._run(batch, training=training)
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
