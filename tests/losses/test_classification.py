import keras
import numpy as np
import pytest

from tfgan_compress.losses.classification import ClassificationLoss
from tfgan_compress.losses.step import Step


def step(codes=4, width=3):
    code = np.random.default_rng(0).normal(size=(codes, width)).astype(np.float32)
    return Step(batch={"identity": np.arange(codes, dtype="int32") % 2}, outputs={"code": code})


def test_without_knowledge_the_loss_is_that_of_guessing():
    loss = ClassificationLoss(3, 5)
    loss.logits.kernel.assign(keras.ops.zeros((3, 5)))
    assert float(loss(step())) == pytest.approx(np.log(5), rel=1e-5)


def test_loss_is_the_cross_entropy_of_the_identity():
    loss, seen = ClassificationLoss(3, 2, dropout=0.0), step()
    scores = seen.outputs["code"] @ loss.logits.kernel.numpy() + loss.logits.bias.numpy()
    odds = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    expected = -np.log(odds[np.arange(4), seen.batch["identity"]]).mean()
    assert float(loss(seen)) == pytest.approx(expected, rel=1e-5)


def test_dropout_hides_parts_of_the_code():
    loss, seen = ClassificationLoss(3, 2), step()
    assert len({float(loss(seen)) for _ in range(5)}) > 1
