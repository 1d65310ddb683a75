"""PIM's enforced cross-entropy: a recognizer learns along with the generator (Zhao et al. 2018).

It sees the view and the frontal face that was made of it, must tell the person from either, and
both its features must be alike. PIM's recognizer is a LightCNN-29. What "enforced" stands for is
ours, since there is no public code: the cosine distance of the two features of a person, which
draws a class together as cross-entropy alone does not.
"""

import keras
from keras import ops


class EnforcedCrossEntropy(keras.layers.Layer):
    """Cross-entropies of the identity from the view and from the picture, and their distance.

    Args:
        classifier: A `training.recognition.IdentityClassifier` of the training set's people. It is
            trained with the generator; train it on identities before, or it has little to say.
        weight: Weight in the sum.
        compactness: Weight of the features' cosine distance, beside the mean cross-entropy.
    """

    taps = ()

    def __init__(self, classifier, *, weight=0.1, compactness=1.0):
        super().__init__(name="enforced", dtype="float32")
        self.weight, self.compactness = float(weight), float(compactness)
        self.classifier = classifier
        self.built = True

    def __call__(self, step):
        """Returns the unweighted loss of `step`, a scalar."""
        pictures = (step.batch["input"], step.outputs["image"])
        profile, frontal = (self.classifier.embed(p, training=True) for p in pictures)
        entropy = 0.5 * (self._entropy(profile, step) + self._entropy(frontal, step))
        alike = ops.sum(ops.normalize(profile) * ops.normalize(frontal), axis=-1)
        return entropy + self.compactness * (1.0 - ops.mean(alike))

    def _entropy(self, embedding, step):
        logits = self.classifier.logits_of(embedding, training=True)
        identity = step.batch["identity"]
        return ops.mean(ops.sparse_categorical_crossentropy(identity, logits, from_logits=True))
