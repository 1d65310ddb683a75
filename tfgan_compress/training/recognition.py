"""Trains a recognizer on identities, with any source of records: classification by softmax.

Inputs and targets are shown alike, as they were shot. How well it recognises people it has never
seen is told by `evaluate.Evaluator(unseen, judges={"mine": load_recognizer(network, size)})`:
rank-1 of `unprocessed()`, by yaw.
"""

from pathlib import Path

import keras
import numpy as np

from tfgan_compress.data.batches import batches
from tfgan_compress.recognizers.crop import Crop
from tfgan_compress.training.base import Resumable
from tfgan_compress.training.stage import run_stage


class IdentityClassifier(Resumable):
    """A recognizer behind its crop and under a softmax: aligned images to logits.

    Args:
        network: A `recognizers.lightcnn.LightCNN29`, or another model with a `framing`.
        image_size: Side of the aligned images, in pixels.
        identities: Number of people.
        dropout: Share of the embedding that is dropped.
    """

    def __init__(self, network, image_size, identities, *, dropout=0.5):
        super().__init__(name="identity_classifier")
        self.network = network
        self.crop = Crop(network.framing, image_size)
        self.dropout = keras.layers.Dropout(dropout, seed=0)
        self.logits = keras.layers.Dense(identities, dtype="float32")
        self.logits.build(network.output.shape)
        self.built = True

    def call(self, images, training=False):
        """Returns the logits `(B, identities)` of `images: (B, S, S, 3)` in [-1, 1]."""
        return self.logits_of(self.embed(images, training=training), training=training)

    def embed(self, images, training=False):
        """Returns the network's embeddings of aligned images, `(B, n)`, not normalised."""
        return self.network(self.crop(images), training=training)

    def logits_of(self, embedding, training=False):
        """Returns the logits `(B, identities)` of embeddings."""
        return self.logits(self.dropout(embedding, training=training))


def train_recognizer(
    network, source, directory, *, epochs, steps_per_epoch, batch_size=32, rate=3e-4, dropout=0.5,
    augment=None, seed=0, callbacks=(),
):  # fmt: skip
    """Trains `network` to tell the people of `source` apart, in a directory that may be resumed.

    Args:
        network: As of `IdentityClassifier`; changed in place. Keep it with `models.save_model`.
        source: Records of the people; `splits.split_source` keeps others unseen.
        directory: Gets backups and logs, see `stage.run_stage`.
        epochs: Epochs in all.
        steps_per_epoch: Steps of an epoch.
        batch_size: Records to a step; each gives two pictures.
        rate: Learning rate of Adam.
        dropout: Share of the embedding that is dropped.
        augment: As of `data.batches`, e.g. an `Augmentation`.
        seed: Seed of order and augmentation.
        callbacks: Further Keras callbacks.

    Returns:
        The trained `IdentityClassifier`.
    """
    people = 1 + int(np.max(source.record_identities))
    size = int(np.shape(source[0]["input"])[0])
    classifier = IdentityClassifier(network, size, people, dropout=dropout)
    classifier.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    classifier.optimizer.build(classifier.trainable_variables)  # Or a backup would not fit it.

    def data(start):
        served = batches(
            source, batch_size=batch_size, seed=seed, shuffle=True, augment=augment, repeat=True,
            start=start, as_shot=True,
        )  # fmt: skip
        return served.map(_pictures)

    return run_stage(
        classifier, data, directory=Path(directory), epochs=epochs,
        steps_per_epoch=steps_per_epoch, callbacks=callbacks,
    )  # fmt: skip


def _pictures(batch):
    """All pictures of a batch and whom they show."""
    pictures = np.concatenate([batch["input"], batch["target"]])
    return pictures, np.concatenate([batch["identity"]] * 2)
