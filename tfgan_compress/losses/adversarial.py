"""Adversarial losses: the minimax game of Goodfellow et al. 2014 in its non-saturating form.

Wei et al. 2021, eq. 3; TP-GAN's target of 0.9 for real images (one-sided label smoothing). And
CR-GAN's: a Wasserstein critic with gradient penalty (Gulrajani et al. 2017).
"""

from keras import ops

from tfgan_compress.losses.step import Loss


def _cross_entropy(logits, target):
    return ops.mean(ops.relu(logits) - logits * target + ops.softplus(-ops.abs(logits)))


class AdversarialLoss(Loss):
    """The generator's side: cross-entropy of the fake's logits to "real". Weight as in TP-GAN."""

    name = "adversarial"

    def __init__(self, weight=1e-3):
        super().__init__(weight)

    def __call__(self, step):
        return _cross_entropy(step.fake_logits, 1.0)


def discriminator_loss(real_logits, fake_logits, *, real_target=0.9):
    """The discriminator's side: cross-entropy of both kinds of logits, a scalar."""
    return _cross_entropy(real_logits, real_target) + _cross_entropy(fake_logits, 0.0)


def critic_loss(real_scores, fake_scores):
    """A Wasserstein critic's side, without the penalty: a scalar."""
    return ops.mean(fake_scores) - ops.mean(real_scores)


def gradient_penalty(gradients):
    """Mean squared distance from 1 of each picture's gradient norm, a scalar.

    Args:
        gradients: `(B, H, W, C)`, of the scores by pictures between real and fake ones.
    """
    norms = ops.sqrt(ops.sum(ops.square(gradients), axis=(1, 2, 3)) + 1e-12)
    return ops.mean(ops.square(norms - 1.0))
