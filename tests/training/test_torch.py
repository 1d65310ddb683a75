import pytest

from tests.training import three_steps


@pytest.fixture(scope="module")
def on_torch(facts_on_torch):
    return facts_on_torch["three_steps"]


def test_three_steps_on_torch_lose_what_they_lose_on_tensorflow(on_torch):
    for found, expected in zip(on_torch["losses"], three_steps.losses(), strict=True):
        assert found == pytest.approx(expected, rel=1e-3)


def test_unused_weights_stay_on_torch(on_torch):
    assert on_torch["moved"]["unused"] == 0
    assert on_torch["moved"]["used"] > 0


def test_resumed_run_equals_the_uninterrupted_one_on_torch(on_torch):
    assert on_torch["resumed"] == 0


def test_student_equals_its_subnet_and_is_saved_on_torch(on_torch):
    extracted, loaded = on_torch["student"]
    assert extracted < 1e-5
    assert loaded < 0.05


def test_batch_norm_is_that_of_keras_on_torch(facts_on_torch):
    assert max(facts_on_torch["norm"]) < 1e-4
