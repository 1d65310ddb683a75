"""The TensorFlow Model Optimization Toolkit beside the native twins: its QAT, its clustering.

It knows only tf_keras, and importing it changes the Keras of a process, so it runs in one of its
own (`tfmot_child`): a twin and pictures go in as files, kernels or a graph with ranges come out.
Optional: `pip install 'tfgan-compress[tfmot]'`, here or in another environment.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import tfgan_compress
from tfgan_compress.files import read_json, write_json
from tfgan_compress.quantization.twin import kernels

# Of this environment the child takes this package alone: another one has libraries of its own.
_CHILD = (
    "import sys, importlib.util as util; "
    "spec = util.spec_from_file_location('tfgan_compress', sys.argv[1]); "
    "module = sys.modules['tfgan_compress'] = util.module_from_spec(spec); "
    "spec.loader.exec_module(module); "
    "from tfgan_compress.quantization.tfmot_child import main; main(sys.argv[2])"
)
STORED_BATCHES = 64


@contextlib.contextmanager
def trained_by_tfmot(twin, batches, *, steps, rate=2e-4, python=None):
    """Quantization-aware training by tfmot, distilled from `twin` in float.

    Args:
        twin: A `quantization_twin` of the student; its graph and kernels are taken, not its ranges.
        batches: Iterable of batch dicts; the first `STORED_BATCHES` train, in turn.
        steps: Steps to train.
        rate: Learning rate.
        python: Interpreter that has tfmot; this one by default.

    Yields:
        `(folder, report)`: a SavedModel with ranges in its graph, for `export(int8=folder)`, and a
        dict of `kept_float` (layers that tfmot does not quantize), `parity` (largest difference of
        the tf_keras model to the twin in float), `loss_first`, `loss_last`, `versions`.

    Raises:
        ValueError: If the interpreter has no tfmot, or tfmot fails.
    """
    settings = {"job": "train", "steps": steps, "rate": rate}
    with _ran(twin, batches, settings, python) as (folder, report):
        yield folder / "saved_model", report


def cluster_by_tfmot(twin, batches, *, clusters, steps, rate=2e-4, python=None):
    """Gives the kernels of `twin` at most `clusters` values, trained by tfmot.

    Args: as in `trained_by_tfmot`; tfmot leaves depthwise kernels as they are.

    Returns:
        The report, as above; `twin` is changed in place.
    """
    settings = {"job": "cluster", "clusters": clusters, "steps": steps, "rate": rate}
    with (
        _ran(twin, batches, settings, python) as (folder, report),
        np.load(folder / "kernels.npz") as found,
    ):
        for layer in kernels(twin):
            layer.assign_kernel(found[f"{layer.name}/kernel"], found[f"{layer.name}/bias"])
    return report


@contextlib.contextmanager
def _ran(twin, batches, settings, python):
    """Runs the child in a temporary folder; yields that and the report."""
    if settings["steps"] < 1:
        raise ValueError(f"tfmot needs at least one step. Received: {settings['steps']}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        twin.save(folder / "twin.keras")
        for i, batch in zip(range(min(STORED_BATCHES, settings["steps"])), batches, strict=False):
            np.savez(folder / f"batch_{i:04d}.npz", **{k: np.asarray(batch[k]) for k in twin.input})
        write_json(folder / "settings.json", settings)
        _run_child(folder, python or sys.executable)
        yield folder, read_json(folder / "report.json")


def _run_child(folder, python):
    # Where the child's Keras comes from has to be settled before it imports anything.
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "KERAS_BACKEND": "tensorflow"}
    try:
        child = subprocess.run(
            [python, "-c", _CHILD, tfgan_compress.__file__, str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ValueError(f"tfmot needs a Python interpreter to run in. {error}") from error
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or ["no message"]
        hint = "tensorflow_model_optimization" in last[0] or "tf_keras" in last[0]
        remedy = (
            "install it with pip install 'tfgan-compress[tfmot]', or name an interpreter that has "
            "it (--tfmot-python)"
        )
        raise ValueError(
            f"tfmot must run in {python}{f': {remedy}' if hint else ''}. Received: {last[0]}"
        )
