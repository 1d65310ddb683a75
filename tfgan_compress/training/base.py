"""What every trainer has: random states in its weights; those of a generator, also inference."""

import keras
from keras import ops

from tfgan_compress.blocks import tap_output
from tfgan_compress.replicas import loggable


class Resumable(keras.Model):
    """Keeps the states of random generators in its weights, so that a resumed run is the same.

    Keras leaves them out: those of subnets, noise and dropout.
    """

    def save_own_variables(self, store):
        for i, state in enumerate(self._random_states()):
            store[str(i)] = ops.convert_to_numpy(state)

    def load_own_variables(self, store):
        for i, state in enumerate(self._random_states()):
            state.assign(store[str(i)])

    def _random_states(self):
        return [v for v in self.variables if "seed_generator" in v.path]


class GeneratorTrainer(Resumable):
    """Base of the trainers of a generator: keeps the means of losses, runs the generator.

    Args:
        generator: A functional model with inputs named by batch key and a dict of outputs.
        names: Names of the losses that are shown.

    Attributes:
        captured: Whether `fit` replays the step as a CUDA graph; see `training.capture`.
    """

    def __init__(self, generator, names):
        super().__init__(name="trainer")
        self.generator = generator
        self.captured = False
        self._means = {name: keras.metrics.Mean(name=name) for name in names}
        self.built = True

    @property
    def metrics(self):
        return list(self._means.values())

    def make_train_function(self, force=False):
        """Keras's own, or the captured step."""
        function = super().make_train_function(force)
        if not self.captured:
            return function
        # It needs `unpack` of this module.
        from tfgan_compress.training.capture import CapturedStep

        if not isinstance(self.train_function, CapturedStep):
            self.train_function = CapturedStep(self)
        return self.train_function

    def get_metrics_result(self):
        return {name: loggable(value) for name, value in super().get_metrics_result().items()}

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing, because everything is built.

        Keras (3.15) reads a batch under a strategy to build what is not: a generator loses it, and
        between machines it fails.
        """

    def call(self, inputs, training=False):
        """Runs the generator on the batch `inputs`; returns its dict of outputs, in float32.

        Machines cannot gather what they predict in bfloat16.
        """
        outputs = self.generator(pick(self.generator, inputs), training=training)
        return keras.tree.map_structure(lambda x: ops.cast(x, "float32"), outputs)

    def _note(self, **values):
        for name, value in values.items():
            self._means[name].update_state(ops.stop_gradient(value))


def pick(model, batch):
    """The entries of the batch that are the model's inputs, by name."""
    return {tensor.name: batch[tensor.name] for tensor in model.inputs}


def with_taps(model, taps):
    """A model of the same inputs that gives `{"outputs": ..., "features": {tap: ...}}`."""
    features = {tap: tap_output(model, tap) for tap in taps}
    inputs = {tensor.name: tensor for tensor in model.inputs}
    return keras.Model(inputs, {"outputs": model.output, "features": features})


def unpack(data):
    """The batch dict, which Keras's data adapters may have wrapped in a tuple."""
    return data[0] if isinstance(data, (tuple, list)) else data
