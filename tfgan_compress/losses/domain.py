"""Domain adversarial loss (Ganin and Lempitsky 2015): a code must not tell which data it is from.

PIM's cross-domain adversarial training: source data have frontal truths, target data ("in the
wild") have none. A classifier learns to tell both apart; the gradient that reaches the generator is
reversed, so both are trained in one step. Left out: raising the strength as training goes on.
"""

import keras
from keras import ops


def reverse_gradient(x, strength=1.0):
    """Returns `x` as it is, whose gradient comes back multiplied by `-strength`; any shape."""
    return -strength * x + ops.stop_gradient((1.0 + strength) * x)


class DomainLoss(keras.layers.Layer):
    """Cross-entropy of a domain classifier on the generator's `code` of source and target views.

    A step's outputs hold `code` of the source views and `wild_code` of target views, `(B, code)`
    each (`training.pim.PIMTrainer`).

    Args:
        code_width: Width of the generator's code.
        weight: Weight in the sum, for classifier and generator.
        strength: What the generator's gradient is multiplied by besides.
        hidden: Width of the classifier's hidden layer.
    """

    taps = ()

    def __init__(self, code_width, *, weight=0.01, strength=1.0, hidden=64):
        super().__init__(name="domain", dtype="float32")
        self.weight, self.strength = float(weight), float(strength)
        self.hidden = keras.layers.Dense(hidden, activation="relu", dtype="float32")
        self.logits = keras.layers.Dense(1, dtype="float32")
        self.hidden.build((None, code_width))
        self.logits.build((None, hidden))
        self.built = True

    def __call__(self, step):
        """Returns the mean of both domains' cross-entropies; log 2 is what guessing gets.

        Raises:
            ValueError: If the outputs lack either code.
        """
        if not {"code", "wild_code"} <= set(step.outputs):
            raise ValueError(
                "A domain loss needs the outputs code and wild_code: views of the target data "
                "under 'wild' in each batch (training.pim.with_wild), and a PIMTrainer. Received: "
                f"{sorted(step.outputs)}."
            )
        source, target = (self._classify(step.outputs[name]) for name in ("code", "wild_code"))
        # Softplus of a logit is its cross-entropy to 0, of its negative that to 1.
        return 0.5 * (ops.mean(ops.softplus(source)) + ops.mean(ops.softplus(-target)))

    def _classify(self, code):
        code = reverse_gradient(ops.cast(code, "float32"), self.strength)
        return self.logits(self.hidden(code))
