"""CR-GAN's own training, of a teacher (Tian et al. 2018, "Learning Complete Representations").

Two pathways share the generator. The first paints random codes, so that the whole code space makes
faces; the second encodes a view, paints it at another view and compares. A Wasserstein critic with
gradient penalty judges both, and tells the view. Students are made with `Trainer`, as any.

Views run from +60 (or +90) degrees of yaw to -60 (-90) in steps of 15. Records are mirrored to
positive yaw, which would leave half of the views untrained: serve them with
`batches(..., as_shot=True)`. A pair is a view and its frontal target, and each step draws which of
the two is encoded and which is asked for.

Other than in the official code, views are cross-entropies of logits (not of softmax outputs), the
penalty takes the gradient norm of each picture (not one of the batch), mixed with a share of its
own, and the picture that the critic takes for real always shows the view that was asked for.

Ours is the beginning without a critic, of the second pathway alone, for those who have hours and
not days: a step of it costs a sixth.
"""

import keras
from keras import ops

from tfgan_compress.generators.crgan import VIEW_STEP
from tfgan_compress.losses.adversarial import critic_loss, gradient_penalty
from tfgan_compress.training.base import GeneratorTrainer, unpack
from tfgan_compress.training.flat import FlatOptimizer
from tfgan_compress.training.gradients import (
    input_gradients,
    value_and_gradients,
)

LOSSES = ("reconstruction", "view")
CRITIC_LOSSES = ("discriminator_loss", "penalty", "generator_loss")


def view_of(yaw, views):
    """Returns the index `(B,)` of the view that is nearest to each yaw; the frontal is the middle.

    Args:
        yaw: `(B,)` degrees, positive when the nose points to the right of the picture. Beyond the
            last view it counts as that: take 13 views for data that reaches to 90 degrees.
        views: Number of views, as of `CRGAN`.
    """
    steps = ops.cast(ops.round(ops.cast(yaw, "float32") / VIEW_STEP), "int32")
    return ops.clip(views // 2 - steps, 0, views - 1)


class CRGANTrainer(GeneratorTrainer):
    """Trains a `CRGAN` and a `CRGANDiscriminator` through `compile` and `fit`.

    Batches are those of `data.batches`; `input`, `target` and `yaw` are used. The losses shown:
    the L1 distance of the second pathway, the cross-entropy of the encoder's view; with a critic
    also its own and its penalty (both pathways' mean), and the first pathway's generator loss.

    Args:
        generator: A `CRGAN`.
        discriminator: A `CRGANDiscriminator` of as many views; None leaves the first pathway out,
            and of the second all but the distance and the view.
        penalty: Weight of the gradient penalty.
        reconstruction: Weight of the L1 distance, summed over colours.
        view: Weight of the encoder's guess of the view.
        seed: Seed of codes, mixtures and which way round a pair is taken.

    Raises:
        ValueError: If generator and discriminator differ in their views.
    """

    def __init__(
        self, generator, discriminator, *, penalty=10.0, reconstruction=4.0, view=0.01, seed=0
    ):
        super().__init__(generator, LOSSES if discriminator is None else CRITIC_LOSSES + LOSSES)
        if discriminator is not None and generator.views != discriminator.views:
            raise ValueError(
                "Generator and discriminator must have the same views. Received: "
                f"{generator.views}, {discriminator.views}."
            )
        self.discriminator = discriminator
        self.encoder, self.decoder = generator.encoder(), generator.decoder()
        self.weights_of = {"penalty": penalty, "reconstruction": reconstruction, "view": view}
        self.random = keras.random.SeedGenerator(seed)

    def compile(self, rate=1e-4, *, beta_1=0.0, beta_2=0.9, **kwargs):
        """Gives encoder, decoder and discriminator an Adam each.

        With a critic, decoder and discriminator take two updates a step, one in each pathway.

        Args:
            rate: Learning rate or schedule, as Keras takes it.
            beta_1: Adam's momentum; the published 0 does not go on where the critic has been.
            beta_2: Adam's other average.
            **kwargs: Of `keras.Model.compile`.
        """

        def adam():
            return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2)

        super().compile(optimizer=adam(), jit_compile=False, **kwargs)
        self.encoder_optimizer = adam()
        self._decoding = FlatOptimizer(self.optimizer, self.decoder.trainable_variables)
        self._encoding = FlatOptimizer(self.encoder_optimizer, self.encoder.trainable_variables)
        if self.discriminator is not None:
            self.discriminator_optimizer = adam()
            variables = self.discriminator.heads.trainable_variables
            self._judging = FlatOptimizer(self.discriminator_optimizer, variables)

    def train_step(self, data):
        """Both pathways once; returns the running means of the losses."""
        batch = unpack(data)
        view = view_of(batch["yaw"], self.generator.views)
        frontal = ops.full_like(view, self.generator.views // 2)
        turned = self._uniform(ops.shape(view)) > 0
        first = _choose(turned, (batch["target"], frontal), (batch["input"], view))
        second = _choose(turned, (batch["input"], view), (batch["target"], frontal))
        if self.discriminator is None:
            self._reconstruct(first, second)
        else:
            self._both_pathways(first, second)
        return self.get_metrics_result()

    def _both_pathways(self, first, second):
        fake = self._generate(*first)
        # Half of the steps encode a painted face instead, so that the encoder learns to invert the
        # generator all over the code space; there the generator itself is left alone.
        painted = self._uniform(()) > 0
        source, _ = _choose(painted, (fake, first[1]), first)
        goal = _choose(painted, (fake, first[1]), second)
        real, _ = _choose(painted, first, second)
        used = 1.0 - ops.cast(painted, "float32")
        self._reconstruct((source, first[1]), goal, real, used=used)

    def _generate(self, real, view):
        """First pathway: random codes at `view`; returns the painted faces, a constant."""
        code = self._uniform((ops.shape(view)[0], self.generator.channels["code"]))

        def loss():
            fake = self._paint(view, code)
            return self._convince(fake, view), fake

        value, fake, gradients = value_and_gradients(loss, self._decoding.variables)
        self._decoding.apply(gradients)
        fake = ops.stop_gradient(fake)
        self._judge(real, view, fake)
        self._note(generator_loss=value)
        return fake

    def _reconstruct(self, source, goal, real=None, *, used=1.0):
        """Second pathway.

        Args:
            source: Pictures to encode and their views.
            goal: What is asked for: pictures and their views.
            real: What the critic takes for real at the goal's views.
            used: Scalar; 0 leaves the generator as it is, 1 trains it with the encoder.
        """

        def loss():
            found = self._encode(source[0])
            fake = self._paint(goal[1], found["code"])
            distance = ops.mean(ops.sum(ops.abs(fake - goal[0]), axis=-1))
            guess = _cross_entropy(found["view"], source[1])
            weighted = self.weights_of["reconstruction"] * distance
            weighted = weighted + self.weights_of["view"] * guess
            if self.discriminator is not None:
                weighted = weighted + self._convince(fake, goal[1])
            return weighted, (distance, guess, fake)

        encoding, decoding = self._encoding.variables, self._decoding.variables
        _, (distance, guess, fake), gradients = value_and_gradients(loss, [*encoding, *decoding])
        self._encoding.apply(gradients[: len(encoding)])
        self._decoding.apply([used * g for g in gradients[len(encoding) :]], used_only=True)
        if self.discriminator is not None:
            self._judge(real, goal[1], ops.stop_gradient(fake))
        self._note(reconstruction=distance, view=guess)

    def _judge(self, real, view, fake):
        """Trains the discriminator on `real` pictures of `view` and on `fake` ones, constants."""
        share = (self._uniform((ops.shape(real)[0], 1, 1, 1)) + 1.0) / 2.0
        between = share * real + (1.0 - share) * fake

        def score(pictures):
            return self.discriminator(pictures, training=True)

        def loss():
            answer = self.discriminator.heads(real, training=True)
            penalty = gradient_penalty(input_gradients(score, between))
            value = critic_loss(answer["score"], score(fake))
            value = value + self.weights_of["penalty"] * penalty
            return value + _cross_entropy(answer["view"], view), penalty

        value, penalty, gradients = value_and_gradients(loss, self._judging.variables)
        self._judging.apply(gradients)
        self._note(discriminator_loss=value, penalty=penalty)

    def _convince(self, fake, view):
        """The generator's side: real to the critic, and of the view that was asked for."""
        answer = self.discriminator.heads(fake, training=True)
        return _cross_entropy(answer["view"], view) - ops.mean(answer["score"])

    def _encode(self, picture):
        return self.encoder({"input": picture}, training=True)

    def _paint(self, view, code):
        return self.decoder([ops.one_hot(view, self.generator.views), code], training=True)

    def _uniform(self, shape):
        return keras.random.uniform(shape, -1.0, 1.0, seed=self.random)


def _choose(condition, one, other):
    """Picks pictures and views of `one` where `condition`, a scalar or `(B,)`, else of `other`."""
    condition = ops.reshape(condition, (-1,))
    pictures = ops.where(condition[:, None, None, None], one[0], other[0])
    return pictures, ops.where(condition, one[1], other[1])


def _cross_entropy(logits, view):
    return ops.mean(ops.sparse_categorical_crossentropy(view, logits, from_logits=True))
