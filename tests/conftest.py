"""Settings that must come before TensorFlow is imported, and what several rooms test with."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Thread pools of two processes wait for one another's cores.
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")


@pytest.fixture(scope="session")
def tiny_model():
    """A generator in small; not to be trained."""
    from tests.export.models import tiny_generator

    return tiny_generator()


@pytest.fixture(scope="session")
def exported(tiny_model, tmp_path_factory):
    """`{variant: ExportedFile}` of `tiny_model`."""
    from tests.export.models import images_for
    from tfgan_compress.export import export

    folder = tmp_path_factory.mktemp("exported")
    return export(tiny_model, folder, name="tiny", calibration=[images_for(tiny_model, 8)])
