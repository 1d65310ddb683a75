import keras
import numpy as np
import pytest

from tests.generators.tiny import WIDTHS, Tiny
from tfgan_compress.losses.distillation import FeatureDistillation
from tfgan_compress.losses.step import Step

TAPS = ("res", "wide_res")


@pytest.fixture(scope="module")
def loss():
    """Distillation between two networks of one width, through adaptors that change nothing."""
    made = FeatureDistillation(TAPS, Tiny(), Tiny(elastic=True))
    for adaptor in made.adaptors:
        adaptor.kernel.assign(np.eye(adaptor.filters)[None, None])
    return made


def features(loss, factor=1.0):
    rng = np.random.default_rng(0)
    widths = [adaptor.filters for adaptor in loss.adaptors]
    return {
        tap: (factor * rng.normal(size=(2, 4, 4, width))).astype(np.float32)
        for tap, width in zip(TAPS, widths, strict=True)
    }


def value(loss, own, teacher):
    return float(loss(Step(batch={}, outputs={}, features=own, teacher_features=teacher)))


def test_features_that_agree_cost_nothing(loss):
    assert value(loss, features(loss), features(loss)) < 1e-10


def test_distance_is_relative_to_the_teachers_features(loss):
    assert value(loss, features(loss, 0.0), features(loss)) == pytest.approx(1, rel=1e-3)
    small = value(loss, features(loss, 0.05), features(loss, 0.1))
    assert small == pytest.approx(0.25, rel=1e-2)


def test_records_that_are_not_taught_are_left_out():
    loss = FeatureDistillation(TAPS, Tiny(), Tiny(), where="taught")
    own, truth = features(loss), features(loss, 2.0)
    loss.start([(truth, truth)])
    values = []
    for taught in ([True, True], [True, False], [False, False]):
        step = Step({"taught": np.array(taught)}, {}, own, teacher_features=truth)
        values.append(float(loss(step)))
    assert values[0] > values[1] > values[2] == 0


def test_adaptors_bridge_other_widths_and_are_trained():
    student = Tiny({group: max(1, width // 2) for group, width in WIDTHS.items()})
    loss = FeatureDistillation(TAPS, student, Tiny())
    assert [a.kernel.shape[-2:] for a in loss.adaptors] == [(5, 10), (12, 18)]
    assert len(loss.trainable_variables) == 4


def test_adaptors_start_at_the_least_squares_fit():
    loss = FeatureDistillation(TAPS, Tiny(), Tiny())
    own = features(loss)
    rng = np.random.default_rng(1)
    maps = {tap: rng.normal(size=(f.shape[-1],) * 2) for tap, f in own.items()}
    truth = {tap: (f @ maps[tap] + 3).astype(np.float32) for tap, f in own.items()}
    halves = [({t: f[i] for t, f in own.items()}, {t: f[i] for t, f in truth.items()})
              for i in (slice(0, 1), slice(1, 2))]  # fmt: skip
    loss.start(halves)
    assert value(loss, own, truth) < 1e-5


def test_a_channel_that_is_off_gets_no_weight():
    loss = FeatureDistillation(TAPS, Tiny(), Tiny())
    own, truth = features(loss), features(loss, 2.0)
    for feature in own.values():
        feature[..., 0] = 0
    loss.start([(own, truth)])
    assert all(np.abs(np.asarray(a.kernel)[0, 0, 0]).max() < 1e-6 for a in loss.adaptors)


def test_teacher_is_not_moved_by_distillation(loss):
    import tensorflow as tf

    own, teacher = ({t: tf.Variable(f) for t, f in features(loss).items()} for _ in range(2))
    with tf.GradientTape() as tape:
        total = loss(Step(batch={}, outputs={}, features=own, teacher_features=teacher))
    assert tape.gradient(total, [teacher[tap] for tap in TAPS]) == [None, None]


def test_unknown_tap_is_named():
    with pytest.raises(ValueError, match="'conv9'"):
        FeatureDistillation(("conv9",), Tiny(), Tiny())


def test_adaptors_follow_the_dtype_policy_and_the_loss_does_not():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        loss = FeatureDistillation(TAPS, Tiny(), Tiny())
    finally:
        keras.config.set_dtype_policy("float32")
    own = features(loss)
    found = loss(Step(batch={}, outputs={}, features=own, teacher_features=own))
    assert found.dtype == "float32"
    assert loss.adaptors[0].compute_dtype == "bfloat16"
