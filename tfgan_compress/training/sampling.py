"""Draws the subnets of a supernet, inside the training step, on any backend.

Uniform sampling trains one random subnet a step (Li et al. 2020; Guo et al. 2019). The sandwich
rule (Yu et al. 2019, "Universally Slimmable Networks") adds the gradients of the widest, the
narrowest and random subnets.
"""

import keras
import numpy as np
from keras import ops

from tfgan_compress.channels import leading_masks


class SubnetSampler(keras.layers.Layer):
    """Makes the masks of the subnets that one step trains.

    Args:
        space: A `SearchSpace`; its largest widths are the supernet's own.
        rule: `"uniform"` (one random subnet) or `"sandwich"` (widest, narrowest, two random).
        seed: Seed of the random subnets.
    """

    def __init__(self, space, *, rule="uniform", seed=0):
        super().__init__(name="subnet_sampler", dtype="float32")
        if rule not in ("uniform", "sandwich"):
            raise ValueError(f"rule must be 'uniform' or 'sandwich'. Received: {rule!r}.")
        self.space, self.rule = space, rule
        self.generator = keras.random.SeedGenerator(seed)
        self.full = space.largest()
        self.built = True

    def subnets(self):
        """Returns a list of functions that each make `{group: mask}`, masks `(width,)` float32.

        Functions, because in a graph each draw must happen where it is used.
        """
        if self.rule == "uniform":
            return [self._random]
        return [self._widest, self._narrowest, self._random, self._random]

    def _widest(self):
        return leading_masks(self.full, self.full)

    def _narrowest(self):
        return leading_masks(self.full, self.space.smallest())

    def _random(self):
        keep = {}
        for knob, widths in self.space.choices.items():
            drawn = keras.random.randint((), 0, len(widths), seed=self.generator)
            keep[knob] = ops.take(ops.convert_to_tensor(np.array(widths, "int32")), drawn)
        return {
            group: ops.cast(ops.arange(self.full[group], dtype="int32") < keep[knob], "float32")
            for group, knob in self.space.knobs.items()
        }
