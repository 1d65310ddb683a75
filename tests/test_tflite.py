import json

import numpy as np
import pytest

from tfgan_compress.tflite import TFLiteModel, dequantize, quantize, read_contract

INT8 = {"dtype": "int8", "scale": 0.5, "zero_point": 3}
FLOAT = {"dtype": "float32", "scale": None, "zero_point": None}


def test_quantized_values_round_half_to_even_and_saturate():
    values = np.array([0.25, 0.75, -1.0, 1000.0, -1000.0])
    assert quantize(values, INT8).tolist() == [3, 5, 1, 127, -128]


def test_dequantize_undoes_quantize_on_the_grid():
    stored = np.arange(-128, 128, dtype=np.int8)
    assert np.array_equal(quantize(dequantize(stored, INT8), INT8), stored)


def test_float_tensors_pass_unchanged():
    values = np.array([0.1, -2.0])
    assert quantize(values, FLOAT).dtype == np.float32
    np.testing.assert_array_equal(dequantize(quantize(values, FLOAT), FLOAT), np.float32(values))


def test_missing_contract_is_explained(tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"x")
    with pytest.raises(FileNotFoundError, match=r"needs its model_contract\.json"):
        TFLiteModel.load(tmp_path / "model.tflite")


def test_file_of_another_export_is_refused(tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"x")
    (tmp_path / "model_contract.json").write_text(json.dumps({"sha256": "0" * 64}))
    with pytest.raises(ValueError, match="must be the file that"):
        read_contract(tmp_path / "model.tflite")


@pytest.fixture(scope="module")
def model(exported):
    return TFLiteModel.load(exported["float32"].path, threads=2)


def batch_of(count):
    shapes = {"input": (16, 16, 3), "left_eye": (16, 16, 3), "nose": (8, 16, 3)}
    return {name: np.zeros((count, *shape)) for name, shape in shapes.items()}


def test_batch_of_any_size_gives_as_many_images(model):
    images = model(batch_of(3) | {"identity": np.zeros(3)})
    assert images.shape == (3, 16, 16, 3) and np.array_equal(images[0], images[2])


def test_missing_input_is_named(model):
    with pytest.raises(ValueError, match=r"Missing: \['left_eye', 'nose'\]"):
        model({"input": np.zeros((1, 16, 16, 3))})


def test_wrong_shape_is_named(model):
    with pytest.raises(ValueError, match=r"batch\['nose'\] must have the shape"):
        model(batch_of(2) | {"nose": np.zeros((2, 16, 16, 3))})


def test_inputs_of_different_counts_are_refused(model):
    with pytest.raises(ValueError, match="same number of images"):
        model(batch_of(2) | {"nose": np.zeros((1, 8, 16, 3))})
