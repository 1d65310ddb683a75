import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tfgan_compress.losses.identity import SHARPNESS, IdentityLoss
from tfgan_compress.losses.step import Step

SIZE = 32


def pictures(seed):
    return np.random.default_rng(seed).uniform(-1, 1, (2, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def loss():
    return IdentityLoss(SIZE)


def step(image, target, teacher=None):
    outputs = {} if teacher is None else {"image": teacher}
    batch = {"target": target, "identity": np.array([3, 3])}
    return Step(batch=batch, outputs={"image": image}, teacher_outputs=outputs)


def margin(image, target, gallery):
    """What `contrast` adds to the cosine distance."""
    told = [
        float(IdentityLoss(SIZE, layers=(), **options)(step(image, target)))
        for options in ({}, {"gallery": gallery, "contrast": 1.0})
    ]
    return told[1] - told[0]


def test_equal_pictures_cost_nothing(loss):
    assert float(loss(step(pictures(0), pictures(0)))) == pytest.approx(0, abs=1e-5)


def test_other_pictures_cost_more_the_further_off(loss):
    near = pictures(0) * 0.9
    assert 0 < float(loss(step(near, pictures(0)))) < float(loss(step(-near, pictures(0))))


def test_loss_compares_with_the_teacher_when_told_to():
    loss = IdentityLoss(SIZE, layers=("conv32_3",), against="teacher")
    assert float(loss(step(pictures(0), pictures(1), teacher=pictures(0)))) < 1e-5
    assert loss.name == "identity_teacher"


def test_without_layers_the_loss_is_the_cosine_distance():
    loss = IdentityLoss(SIZE, layers=())
    a, b = np.asarray(loss.recognizer(pictures(0))), np.asarray(loss.recognizer(pictures(1)))
    expected = 1 - (a * b).sum(-1).mean()
    assert float(loss(step(pictures(0), pictures(1)))) == pytest.approx(expected, abs=1e-5)


def test_contrast_is_the_cross_entropy_over_a_gallery():
    others, names = pictures(5), np.array([1, 2])
    recognizer = IdentityLoss(SIZE, layers=()).recognizer
    fake, real, rivals = (np.asarray(recognizer(x)) for x in (pictures(0), pictures(1), others))
    similar = SHARPNESS * np.c_[(fake * real).sum(-1), fake @ rivals.T]
    expected = np.mean(np.log(np.exp(similar).sum(1)) - similar[:, 0]) / SHARPNESS
    assert margin(pictures(0), pictures(1), (others, names)) == pytest.approx(expected, abs=1e-5)


def test_nobody_is_told_from_their_own_picture():
    own, nobody = (pictures(0), np.array([3, 3])), (pictures(0), np.array([1, 2]))
    assert margin(pictures(0), pictures(1), own) == pytest.approx(0, abs=1e-5)
    assert margin(pictures(0), pictures(1), nobody) > 0.01


def test_jitter_spares_equal_pictures_and_tells_others_otherwise_each_time():
    loss = IdentityLoss(SIZE, layers=("conv32_3",), jitter=True)
    assert float(loss(step(pictures(0), pictures(0)))) == pytest.approx(0, abs=1e-5)
    first, second = (float(loss(step(pictures(0), pictures(1)))) for _ in range(2))
    assert abs(first - second) > 1e-4


def test_contrast_without_a_gallery_is_refused():
    with pytest.raises(ValueError, match="needs a gallery"):
        IdentityLoss(SIZE, contrast=1.0)


def test_unknown_comparison_is_refused():
    with pytest.raises(ValueError, match="'target' or 'teacher'"):
        IdentityLoss(SIZE, against="student")


def test_half_floats_tell_the_loss_nearly_the_same(loss):
    with dtype_policy("mixed_bfloat16"):
        rough = IdentityLoss(SIZE)
    told = [float(judge(step(pictures(0), pictures(1)))) for judge in (loss, rough)]
    assert told[1] == pytest.approx(told[0], rel=0.02)
    assert rough.recognizer(pictures(0))["embedding"].dtype == "float32"
