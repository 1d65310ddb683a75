"""The one trainer: teacher, supernet, student and fine-tuning differ only in what it is given.

Without a teacher it trains a GAN; with one, or its answers, it distils; with a `SubnetSampler` it
trains a supernet. It is used through `compile` and `fit` with Keras's callbacks, on the tensorflow
and torch backends.
"""

import keras
from keras import ops

from tfgan_compress.elastic import gate_masks
from tfgan_compress.losses.adversarial import discriminator_loss
from tfgan_compress.losses.step import Step
from tfgan_compress.training.answers import answers_in
from tfgan_compress.training.base import GeneratorTrainer, pick, unpack, with_taps
from tfgan_compress.training.flat import FlatOptimizer
from tfgan_compress.training.gradients import value_and_gradients, without_gradients


class Trainer(GeneratorTrainer):
    """Trains `generator` on batches of `data.records`, against `discriminator` where given.

    Each step updates the generator on all subnets of the sampler, then the discriminator on the
    last subnet's images (Wei et al. 2021, eq. 5; Li et al. 2020).

    Args:
        generator: A functional model with inputs named by batch key and a dict of outputs with
            the picture under `image`.
        losses: Callables of the loss protocol (`losses.step`).
        discriminator: Maps images to logits; None leaves the adversarial game out. A student's is
            the teacher's, trained on.
        teacher: A trained generator; it is frozen and runs in inference mode. Without one, batches
            may bring its answers along (`training.answers`).
        sampler: A `SubnetSampler` if `generator` is a supernet.
    """

    def __init__(self, generator, losses, *, discriminator=None, teacher=None, sampler=None):
        if any(loss.name == "adversarial" for loss in losses) and discriminator is None:
            raise ValueError("An adversarial loss needs a discriminator. Received: None.")
        names = ["loss", *(loss.name for loss in losses)]
        names += ["discriminator_loss"] if discriminator is not None else []
        super().__init__(generator, names)
        self.discriminator, self.sampler = discriminator, sampler
        self.loss_terms = list(losses)
        self.loss_layers = [loss for loss in losses if isinstance(loss, keras.layers.Layer)]
        self.loss_seeds = [loss.random for loss in losses if getattr(loss, "random", None)]
        taps = sorted({tap for loss in losses for tap in loss.taps})
        self._student = with_taps(generator, taps)
        self._teacher = None if teacher is None else _Frozen(with_taps(teacher, taps))

    def features(self, batch):
        """Returns `(features, teacher_features)` of the batch as a step sees them.

        No weight is trained; batch norms take note of the batch, as in a step.
        """
        own = without_gradients(lambda: self._run(batch, training=True))
        return own["features"], self._teach(batch)["features"]

    def compile(self, optimizer, discriminator_optimizer=None, **kwargs):
        """Sets the optimizers; the second is needed where there is a discriminator."""
        if self.discriminator is not None and discriminator_optimizer is None:
            raise ValueError("A discriminator needs discriminator_optimizer. Received: None.")
        # XLA does not pay on a CPU, and masks change between steps.
        super().compile(optimizer=optimizer, jit_compile=False, **kwargs)
        self.discriminator_optimizer = discriminator_optimizer
        self._generator_step = FlatOptimizer(optimizer, self._trained)
        if self.discriminator is not None:
            variables = self.discriminator.trainable_variables
            self._discriminator_step = FlatOptimizer(discriminator_optimizer, variables)

    @property
    def _trained(self):
        layers = (self.generator, *self.loss_layers)
        return [v for layer in layers for v in layer.trainable_variables]

    def train_step(self, data):
        """One update of generator and discriminator; returns the running means of the losses."""
        batch = unpack(data)
        teacher_run = self._teach(batch)
        subnets = self.sampler.subnets() if self.sampler else [None]
        gradients, fake = None, None
        for subnet in subnets:
            if subnet is not None:
                for mask, value in gate_masks(self.generator, subnet()):
                    mask.assign(value)
            loss, (values, fake), own = value_and_gradients(
                lambda: self._generator_loss(batch, teacher_run), self._trained
            )
            gradients = own if gradients is None else _add(gradients, own)
            self._note(loss=loss, **values)
        self._generator_step.apply(gradients, used_only=self.sampler is not None)
        if self.discriminator is not None:
            self._train_discriminator(batch, ops.stop_gradient(fake))
        return self.get_metrics_result()

    def test_step(self, data):
        """Returns the running means of the generator's losses in inference mode."""
        batch = unpack(data)
        loss, (values, _) = self._generator_loss(batch, self._teach(batch), training=False)
        self._note(loss=loss, **values)
        return self.get_metrics_result()

    def _generator_loss(self, batch, teacher_run, *, training=True):
        run = self._run(batch, training=training)
        fake, logits = run["outputs"]["image"], None
        if self.discriminator is not None:
            logits = self._judge(fake, batch, training=training)
        step = Step(
            batch=batch,
            outputs=run["outputs"],
            features=run["features"],
            teacher_outputs=teacher_run["outputs"],
            teacher_features=teacher_run["features"],
            fake_logits=logits,
        )
        values = {loss.name: loss(step) for loss in self.loss_terms}
        total = sum(loss.weight * values[loss.name] for loss in self.loss_terms)
        return total, (values, fake)

    def _run(self, batch, *, training):
        """The generator's `{"outputs": ..., "features": ...}`, as `losses.step` names them."""
        return self._student(pick(self._student, batch), training=training)

    def _judge(self, pictures, batch, *, training=True):
        """The discriminator's logits of `pictures`, the targets of `batch` or made of it."""
        return self.discriminator(pictures, training=training)

    def _teach(self, batch):
        return self._teacher(batch) if self._teacher else answers_in(batch)

    def _train_discriminator(self, batch, fake):
        variables = self.discriminator.trainable_variables
        value, _, gradients = value_and_gradients(
            lambda: (self._discriminator_loss(batch, fake), None), variables
        )
        self._discriminator_step.apply(gradients)
        self._note(discriminator_loss=value)

    def _discriminator_loss(self, batch, fake):
        real_logits = self._judge(batch["target"], batch)
        return discriminator_loss(real_logits, self._judge(fake, batch))


class _Frozen:
    """Runs a model for reference. No Keras object, so it is neither trained nor saved with one."""

    def __init__(self, model):
        self.model = model

    def __call__(self, batch):
        return without_gradients(lambda: self.model(pick(self.model, batch), training=False))


def _add(a, b):
    return [x + y for x, y in zip(a, b, strict=True)]
