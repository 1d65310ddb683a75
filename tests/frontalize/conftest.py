import os
from pathlib import Path

import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import photos

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PHOTOS = Path(__file__).parent / "photos"
SIZE = 64


@pytest.fixture(scope="session")
def astronaut():
    return photos.read_photo(PHOTOS / "astronaut.jpg")


@pytest.fixture(scope="session")
def left_profile():
    return photos.read_photo(PHOTOS / "rendered_left_profile.jpg")


@pytest.fixture(scope="session")
def landmarker():
    from tfgan_compress.frontalize import Landmarker

    return Landmarker()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Stand-ins for students, `{variant: path}`: they darken the input by half."""
    import keras

    from tfgan_compress import export

    shapes = {"input": (SIZE, SIZE), **geometry.patch_shapes(SIZE)}
    inputs = {name: keras.Input((*shape, 3), name=name) for name, shape in shapes.items()}
    image = inputs["input"] / 2 - 0.5
    for name in geometry.PATCHES_128:
        image = image + 0.0 * keras.ops.mean(inputs[name], axis=(1, 2), keepdims=True)
    rng = np.random.default_rng(0)
    batch = {n: rng.uniform(-1, 1, (2, *s, 3)).astype(np.float32) for n, s in shapes.items()}
    exported = export.export(
        keras.Model(inputs, {"image": image}),
        tmp_path_factory.mktemp("models"),
        name="darken",
        calibration=[batch],
        variants=("float32", "int8"),
        enforce=False,
    )
    return {variant: file.path for variant, file in exported.items()}


@pytest.fixture(scope="session")
def model(models):
    return models["float32"]
