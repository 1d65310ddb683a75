"""What happens on Keras's torch backend, found once for all tests: it takes another process."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def facts_on_torch(tmp_path_factory):
    """`{module: what its facts(folder) tells}`, see `tests.training.on_torch`."""
    folder = str(tmp_path_factory.mktemp("torch"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.on_torch", folder],
        env=os.environ | {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == "torch"
    return found
