import numpy as np
import pytest

from tfgan_compress.losses.adversarial import (
    AdversarialLoss,
    critic_loss,
    discriminator_loss,
    gradient_penalty,
)
from tfgan_compress.losses.step import Step


def logits(probability):
    return np.full((2, 1, 1, 1), np.log(probability / (1 - probability)), np.float32)


def test_generator_pays_for_what_does_not_look_real():
    step = Step(batch={}, outputs={}, fake_logits=logits(0.25))
    assert float(AdversarialLoss()(step)) == pytest.approx(-np.log(0.25), rel=1e-5)


def test_discriminator_pays_for_both_kinds_of_mistake():
    found = float(discriminator_loss(logits(0.8), logits(0.3), real_target=1.0))
    assert found == pytest.approx(-np.log(0.8) - np.log(0.7), rel=1e-5)


def test_real_images_aim_at_0_9():
    losses = [float(discriminator_loss(logits(p), logits(0.5))) for p in (0.8, 0.9, 0.99)]
    assert min(losses) == losses[1]


def test_extreme_logits_stay_finite():
    huge = np.full((1, 1, 1, 1), 1e4, np.float32)
    assert np.isfinite(float(discriminator_loss(-huge, huge)))


def test_critic_gains_by_the_distance_of_its_mean_scores():
    real, fake = np.array([[3.0], [5.0]], np.float32), np.array([[1.0], [-2.0]], np.float32)
    assert float(critic_loss(real, fake)) == pytest.approx(-0.5 - 4.0)


def test_penalty_takes_the_norm_of_each_picture_by_itself():
    gradients = np.zeros((2, 2, 2, 1), np.float32)
    gradients[0, 0, :, 0] = 3, 4
    gradients[1, 1, 1, 0] = 1
    assert float(gradient_penalty(gradients)) == pytest.approx(((5 - 1) ** 2 + 0) / 2, rel=1e-5)
