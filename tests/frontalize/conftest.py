import os
import warnings
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


def _export(folder, names):
    """A stand-in for a student: darkens the input by half; its patches count for nothing."""
    import keras
    import tensorflow as tf

    shapes = {"input": (SIZE, SIZE), **geometry.patch_shapes(SIZE)}
    inputs = {name: keras.Input((*shapes[name], 3), name=name) for name in names}
    image = inputs["input"] / 2 - 0.5
    for name in names[1:]:
        image = image + 0.0 * keras.ops.mean(inputs[name], axis=(1, 2), keepdims=True)
    model = keras.Model(inputs, {"image": image})
    signature = {
        name: tf.TensorSpec((1, *tensor.shape[1:]), tf.float32, name=name)
        for name, tensor in inputs.items()
    }
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", lambda batch: model(batch, training=False), [signature])
    archive.write_out(str(folder / "saved"), verbose=False)
    return tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved"))


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    path = folder / "darken_float32.tflite"
    path.write_bytes(_export(folder, ["input", *geometry.PATCHES_128]).convert())
    return path


@pytest.fixture(scope="session")
def int8_model(tmp_path_factory):
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("int8")
    converter = _export(folder, ["input"])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    rng = np.random.default_rng(0)
    converter.representative_dataset = lambda: (
        {"input": rng.uniform(-1, 1, (1, SIZE, SIZE, 3)).astype(np.float32)} for _ in range(4)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    path = folder / "darken_int8.tflite"
    with warnings.catch_warnings():
        # TensorFlow's calibrator uses its own, deprecated interpreter.
        warnings.simplefilter("ignore")
        path.write_bytes(converter.convert())
    return path
