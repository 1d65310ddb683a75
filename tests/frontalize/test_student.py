import hashlib

import numpy as np
import pytest

from tfgan_compress import files, geometry
from tfgan_compress.data import records
from tfgan_compress.frontalize import student


@pytest.fixture
def inputs():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    return records.network_inputs(image, geometry.frontal_landmarks(64))


def test_a_float_model_takes_its_inputs_by_name(model, inputs):
    run = student.Student(model)
    assert set(run.names) == set(inputs) and run.image_size == 64
    np.testing.assert_allclose(run(inputs), inputs["input"] / 2 - 0.5, atol=1e-6)


def test_an_int8_model_is_fed_and_read_in_floats(int8_model, inputs):
    run = student.Student(int8_model)
    assert run.names == ("input",)
    np.testing.assert_allclose(run(inputs), inputs["input"] / 2 - 0.5, atol=0.02)


def test_a_missing_input_is_named(model, inputs):
    del inputs["nose"]
    with pytest.raises(ValueError, match=r"Missing: \['nose'\]"):
        student.Student(model)(inputs)


def test_a_contract_of_another_file_is_refused(model, tmp_path):
    copy = tmp_path / "student.tflite"
    copy.write_bytes(model.read_bytes())
    contract = tmp_path / "model_contract.json"
    files.write_json(contract, {"sha256": hashlib.sha256(copy.read_bytes()).hexdigest()})
    student.Student(copy)
    files.write_json(contract, {"sha256": "0" * 64})
    with pytest.raises(ValueError, match="states another sha256"):
        student.Student(copy)


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "a.tflite").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"must be a \.tflite file"):
        student.Student(tmp_path / "a.tflite")
    with pytest.raises(FileNotFoundError, match="no model at"):
        student.Student(tmp_path / "b.tflite")


def test_the_default_model_is_the_half_float_one(tmp_path, monkeypatch):
    monkeypatch.setattr(student, "SAVED_MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="--model"):
        student.default_model()
    for name in ("student_int8", "student_float32", "student_float16"):
        (tmp_path / f"{name}.tflite").touch()
    assert student.default_model().name == "student_float16.tflite"
