import keras
import numpy as np
import pytest

from tfgan_compress.losses.domain import DomainLoss
from tfgan_compress.losses.step import Step
from tfgan_compress.training.gradients import value_and_gradients


def test_what_teaches_the_domain_classifier_makes_its_codes_alike():
    keras.utils.set_random_seed(0)
    loss = DomainLoss(2, strength=1.0, hidden=8)
    codes = [keras.Variable(np.full((6, 2), sign, "float32")) for sign in (-0.5, 0.5)]

    def entropy():
        source, wild = (code.value for code in codes)
        return loss(Step(batch={}, outputs={"code": source, "wild_code": wild})), None

    def after(variables, rate=0.3):
        kept = [v.numpy().copy() for v in variables]
        first, _, gradients = value_and_gradients(entropy, variables)
        for variable, gradient in zip(variables, gradients, strict=True):
            variable.assign_sub(rate * gradient)
        last = float(entropy()[0])
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)
        return last - float(first)

    assert after(loss.trainable_variables) < -1e-3
    assert after(codes) > 1e-4


def test_undecided_classifier_loses_log_2():
    loss = DomainLoss(2)
    for variable in loss.trainable_variables:
        variable.assign(0 * variable)
    codes = np.ones((3, 2), "float32")
    found = loss(Step(batch={}, outputs={"code": codes, "wild_code": -codes}))
    assert float(found) == pytest.approx(np.log(2), abs=1e-6)


def test_outputs_without_both_codes_are_refused():
    with pytest.raises(ValueError, match=r"with_wild.*Received: \['code'\]"):
        DomainLoss(2)(Step(batch={}, outputs={"code": np.ones((3, 2), "float32")}))
