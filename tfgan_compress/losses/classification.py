"""TP-GAN's classification loss: the code must tell who it is (Huang et al. 2017, eq. 7)."""

import keras
from keras import ops


class ClassificationLoss(keras.layers.Layer):
    """Softmax cross-entropy of the identity, from the generator's `code` through one dense layer.

    Args:
        code_width: Width of the generator's code.
        identities: Number of identities in the training set.
        weight: Weight in the sum; the paper's 0.1.
        dropout: Share of the code that is dropped; the official code keeps 0.3.
    """

    taps = ()

    def __init__(self, code_width, identities, *, weight=0.1, dropout=0.7):
        super().__init__(name="classification", dtype="float32")
        self.weight = float(weight)
        self.dropout = keras.layers.Dropout(dropout, seed=0, dtype="float32")
        self.logits = keras.layers.Dense(identities, dtype="float32")
        self.logits.build((None, code_width))
        self.built = True

    def __call__(self, step):
        """Returns the mean cross-entropy of `step`."""
        logits = self.logits(self.dropout(step.outputs["code"], training=True))
        identity = step.batch["identity"]
        return ops.mean(ops.sparse_categorical_crossentropy(identity, logits, from_logits=True))
