import importlib.util
import sys

import numpy as np
import pytest

from tests.export.models import images_for
from tests.quantization.test_equalization import even
from tfgan_compress.export.conversion import convert
from tfgan_compress.export.gates import operator_names
from tfgan_compress.quantization.tfmot import cluster_by_tfmot, trained_by_tfmot
from tfgan_compress.quantization.twin import kernels, quantization_twin

# CI installs it; the package runs without it.
needs_tfmot = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_model_optimization") is None,
    reason="needs pip install 'tfgan-compress[tfmot]'",
)


@needs_tfmot
def test_tfmot_trains_a_twin_that_becomes_an_int8_file():
    model = even()
    with trained_by_tfmot(quantization_twin(model), [images_for(model, 4)], steps=2) as found:
        folder, report = found
        names = operator_names(convert(folder, "int8"))
    assert report["parity"] <= 1e-5
    assert report["kept_float"] == []
    assert names.count("CONV_2D") == 2 and "DEQUANTIZE" not in names


@needs_tfmot
def test_tfmot_gives_kernels_few_values():
    model = even()
    twin = quantization_twin(model)
    report = cluster_by_tfmot(twin, [images_for(model, 4)], clusters=8, steps=2)
    assert report["loss_last"] < 0.5
    assert max(len(np.unique(layer.kernel)) for layer in kernels(twin)) <= 8


def test_an_interpreter_without_tfmot_is_told_what_to_install(tmp_path):
    model = even()
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"No module named 'tf_keras'\" >&2\nexit 1\n")
    python.chmod(0o755)
    with (
        pytest.raises(ValueError, match=r"pip install 'tfgan-compress\[tfmot\]'"),
        trained_by_tfmot(
            quantization_twin(model), [images_for(model, 1)], steps=1, python=str(python)
        ),
    ):
        pass


def test_no_steps_are_refused():
    model = even()
    with (
        pytest.raises(ValueError, match="at least one step"),
        trained_by_tfmot(quantization_twin(model), [], steps=0, python=sys.executable),
    ):
        pass
