"""Batch-norm statistics of a subnet: those of the supernet do not fit it (Yu et al. 2019)."""

import keras
import numpy as np


class Recalibrator:
    """Sets every batch norm of `model` to the mean statistics of a few batches.

    Made once for a model and then called for each of its subnets: on the tensorflow backend the
    graph is traced once.

    Args:
        model: A functional generator; its masks may change between calls.
    """

    def __init__(self, model):
        self._norms = [
            layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)
        ]
        self._forward = _TrainingMode(model)

    def __call__(self, batches):
        """Runs `batches`, a sequence of batch dicts, in training mode; weights stay as they are."""
        if not batches:
            raise ValueError("Recalibration needs at least one batch. Received: none.")
        if not self._norms:
            return
        momenta = [norm.momentum for norm in self._norms]
        sums = None
        try:
            for norm in self._norms:
                norm.momentum = 0.0  # The moving statistics become those of the last batch.
            for batch in batches:
                self._forward.predict_on_batch(batch)
                own = [self._read(norm) for norm in self._norms]
                sums = own if sums is None else [a + b for a, b in zip(sums, own, strict=True)]
        finally:
            for norm, momentum in zip(self._norms, momenta, strict=True):
                norm.momentum = momentum
        for norm, total in zip(self._norms, sums, strict=True):
            mean, variance = total / len(batches)
            norm.moving_mean.assign(mean)
            norm.moving_variance.assign(variance)

    @staticmethod
    def _read(norm):
        statistics = (norm.moving_mean, norm.moving_variance)
        return np.stack([keras.ops.convert_to_numpy(s) for s in statistics])


class _TrainingMode(keras.Model):
    """Runs a model in training mode whatever it is asked for; `predict` then compiles it."""

    def __init__(self, model):
        super().__init__(name="training_mode")
        self.model = model
        self.compile(jit_compile=False)

    def call(self, batch):
        inputs = {tensor.name: batch[tensor.name] for tensor in self.model.inputs}
        return self.model(inputs, training=True)["image"]
