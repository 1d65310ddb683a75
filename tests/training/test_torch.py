import json
import os
import subprocess
import sys

import pytest

from tests.training import three_steps


@pytest.fixture(scope="module")
def on_torch(tmp_path_factory):
    """What `three_steps` found on the torch backend, in a process of its own."""
    folder = str(tmp_path_factory.mktemp("torch"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.three_steps", folder],
        env=os.environ | {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["backend"] == "torch"
    return facts


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
