"""Scores a subnet of a trained supernet on held-out people, without training it."""

import keras
import numpy as np
from keras import ops

from tfgan_compress.channels import leading_masks
from tfgan_compress.elastic import set_masks
from tfgan_compress.metrics.image_quality import ssim
from tfgan_compress.training.recalibrate import Recalibrator


class SubnetScorer:
    """`scorer(channels) -> float`: the subnet's `ImageScore`, batch norm recalibrated.

    Args:
        supernet: The trained supernet; its masks and statistics change.
        held_out: Batches to score on: people that the supernet was not trained on.
        calibration: Batches of the training set, for the statistics.
        recognizer: As `ImageScore` takes it.
    """

    def __init__(self, supernet, held_out, calibration, *, recognizer=None):
        self.supernet, self.held_out, self.calibration = supernet, held_out, calibration
        self._recalibrate = Recalibrator(supernet)
        self._score = ImageScore(supernet, recognizer)

    def __call__(self, channels):
        set_masks(self.supernet, leading_masks(self.supernet.channels, channels))
        return self.current()

    def current(self):
        """Returns the score of the masks that are set, or of a model without gates."""
        self._recalibrate(self.calibration)
        return self._score.score(self.held_out)

    def settled(self):
        """Gives the model the better of two statistics, its own or new ones; returns the score.

        Those that follow a long training are better than those of a few batches; a model that was
        cut out of another, or hardly trained, needs new ones.
        """
        own, kept = self._score.score(self.held_out), self.supernet.get_weights()
        renewed = self.current()
        if renewed > own:
            return renewed
        self.supernet.set_weights(kept)
        return own


class ImageScore(keras.Model):
    """Mean SSIM of a generator's images with their targets, or with a recognizer, likeness.

    Likeness is the mean of SSIM and of the cosine similarity of the embeddings: SSIM alone may fall
    while a picture gets more like the person.

    Args:
        generator: What paints.
        recognizer: A model of `recognizers.load_recognizer`, or None.
    """

    def __init__(self, generator, recognizer=None):
        super().__init__()
        self.generator, self.recognizer = generator, recognizer
        self.compile(jit_compile=False)

    def call(self, batch):
        """Returns the score of each image, `(B,)`."""
        inputs = {tensor.name: batch[tensor.name] for tensor in self.generator.inputs}
        image = self.generator(inputs, training=False)["image"]
        seen = ssim(image, batch["target"])
        if self.recognizer is None:
            return seen
        painted, true = (self.recognizer(x, training=False) for x in (image, batch["target"]))
        return (seen + ops.sum(painted * true, axis=-1)) / 2

    def score(self, batches):
        """Returns the mean over all images of `batches`."""
        return float(np.mean(np.concatenate([self.predict_on_batch(b) for b in batches])))
