"""Identity-preserving loss: a frozen recognizer should see the same person in both pictures.

TP-GAN's (Huang et al. 2017, eq. 6) compares two layers of a recognizer; here any number of
layers, and the cosine distance of the embedding. Keep it small and start it late: a network
trained on it alone learns to please the recognizer with coloured blotches, which the earlier,
larger layers forbid better than the embedding does.

A face that is near its own person may be nearer to somebody else, which is what rank-1 asks. So
there is a margin to other people, ours: the softmax over a gallery that recognizers are trained
with, here with the truths for weights (Wang et al. 2017, "NormFace", learn them). Left out:
training the recognizer (`training.recognition`).
"""

import keras
from keras import ops

from tfgan_compress.losses.jitter import jittered
from tfgan_compress.losses.step import Loss
from tfgan_compress.metrics.identity import embed
from tfgan_compress.recognizers import default_features, load_recognizer
from tfgan_compress.replicas import mean_over_replicas

SHARPNESS = 64.0
"""How much more the nearest of a gallery count; renderings of two people differ by a tenth."""


class IdentityLoss(Loss):
    """Distance between the features and embeddings of the generated face and the true one.

    The mean of these terms: for each of `layers`, the mean absolute difference, divided by the
    mean magnitude of the true features so that layers weigh alike; and the cosine distance of
    the embeddings.

    Args:
        image_size: Side of the images, in pixels.
        weight: Weight of the loss; TP-GAN's by default.
        recognizer: As `recognizers.load_recognizer` takes it. Train with one, report with another.
        layers: Recognizer layers to compare; `recognizers.default_features` unless given, and
            `()` for the embedding alone.
        against: `"target"`, or `"teacher"` for unpaired distillation.
        gallery: `(images, identities)` as `data.gallery.gallery_pictures` returns them, of people
            who are numbered as in the batches' `identity`.
        contrast: Weight, within this loss, of the margin by which the face is nearer to the truth
            than to others of the gallery: softmax cross-entropy over cosine similarities, divided
            by its sharpness.
        jitter: Whether both faces are moved, sized and mirrored by chance, see `losses.jitter`;
            what comes of it pleases other recognizers, too.

    Raises:
        ValueError: If `against`, the recognizer or a layer is unknown, or there is `contrast`
            without a gallery.
    """

    name = "identity"

    def __init__(
        self,
        image_size,
        weight=3e-3,
        *,
        recognizer="resnet29",
        layers=None,
        against="target",
        gallery=None,
        contrast=0.0,
        jitter=False,
    ):
        super().__init__(weight)
        if against not in ("target", "teacher"):
            raise ValueError(f"against must be 'target' or 'teacher'. Received: {against!r}.")
        if contrast and gallery is None:
            raise ValueError(
                f"contrast={contrast} needs a gallery of other people. Received: None."
            )
        self.against = against
        self.name = "identity" if against == "target" else "identity_teacher"
        self.layers = default_features(recognizer) if layers is None else tuple(layers)
        policy = keras.config.dtype_policy().name
        self.recognizer = load_recognizer(
            recognizer, image_size, features=self.layers, dtype=policy
        )
        self.random = keras.random.SeedGenerator(0) if jitter else None
        self.contrast = float(contrast)
        if contrast:
            images, identities = gallery
            described = embed(lambda x, **_: self._describe(x)["embedding"], images)
            self._gallery = ops.convert_to_tensor(described, "float32")
            self._identities = ops.convert_to_tensor(identities, "int32")

    def __call__(self, step):
        """Returns the unweighted loss of `step`, a scalar."""
        truth = step.batch["target"] if self.against == "target" else step.teacher_outputs["image"]
        images = [step.outputs["image"], truth]
        if self.random is not None:
            images = jittered(images, self.random)
        fake, real = map(self._describe, images)
        # The truth is a constant: nothing upstream of it may learn to be easy to match.
        real = {name: ops.stop_gradient(x) for name, x in real.items()}
        cosine = ops.sum(fake["embedding"] * real["embedding"], axis=-1)
        total = 1.0 - ops.mean(cosine)
        for layer in self.layers:
            painted, true = (ops.cast(x[layer], "float32") for x in (fake, real))
            difference = ops.mean(ops.abs(painted - true))
            scale = mean_over_replicas(ops.mean(ops.abs(true)))
            total = total + difference / (scale + 1e-6)
        total = total / (1 + len(self.layers))
        if self.contrast:
            margin = self._margin(fake["embedding"], cosine, step.batch["identity"])
            total = total + self.contrast * margin
        return total

    def _margin(self, painted, own, identity):
        """Mean excess of the greatest similarity, softly, over the person's `own`."""
        similar = ops.matmul(painted, ops.transpose(self._gallery))
        same = ops.equal(ops.cast(identity, "int32")[:, None], self._identities[None])
        rivals = ops.where(same, -1.0, similar)
        similar = ops.concatenate([own[:, None], rivals], axis=1)
        return ops.mean(ops.logsumexp(SHARPNESS * similar, axis=1) / SHARPNESS - own)

    def _describe(self, image):
        """Returns the recognizer's features and embedding of `image`, by name."""
        described = self.recognizer(image, training=False)
        return described if self.layers else {"embedding": described}
