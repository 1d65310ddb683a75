"""Applies an optimizer to all weights as to one long vector.

A TP-GAN has 700 weights, and an Adam step on each of them makes two thirds of the nodes of a
TensorFlow graph, which then takes minutes to trace. Any optimizer that works element by element
(SGD, Adam, RMSprop) gives the same result on their concatenation, clipping by the global norm
included. Left out: optimizers that look at a weight's shape (Muon, Lamb). Replicas of a step move
along the mean of their gradients.
"""

import itertools
import math

import keras
from keras import ops

from tfgan_compress.kernels import split
from tfgan_compress.replicas import mean_over_replicas, of_first_replica


class FlatOptimizer:
    """`optimizer` for `variables`. No Keras object: only the optimizer's own state is saved.

    Args:
        optimizer: A Keras optimizer, not built yet.
        variables: Keras variables in float32; their order must not change between runs.
    """

    def __init__(self, optimizer, variables):
        self.optimizer, self.variables = optimizer, list(variables)
        sizes = [math.prod(v.shape) for v in self.variables]
        self._ends = list(itertools.accumulate(sizes))
        self._vector = keras.Variable(ops.zeros((sum(sizes),)), name="all_weights")
        optimizer.build([self._vector])

    def apply(self, gradients, *, used_only=False):
        """Takes one step along `gradients`, one for each variable.

        Args:
            gradients: Tensors of the variables' shapes.
            used_only: Whether to leave alone what has a gradient of exactly zero: in a supernet
                the weights that no subnet of the step has used. Momentum would move them.
        """
        gradient = mean_over_replicas(_flat(gradients))
        before = _flat([v.value for v in self.variables])
        self._vector.assign(before)
        # Keras clips what each replica brings and then adds it up: only one brings the mean.
        self.optimizer.apply([of_first_replica(gradient)], [self._vector])
        after = self._vector.value
        if used_only:
            after = ops.where(ops.not_equal(gradient, 0), after, before)
        for variable, part in zip(self.variables, split(after, self._ends[:-1]), strict=True):
            variable.assign(ops.reshape(part, variable.shape))


def _flat(tensors):
    return ops.concatenate([ops.reshape(t, (-1,)) for t in tensors])
