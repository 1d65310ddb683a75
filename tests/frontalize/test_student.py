import shutil

import pytest

from tfgan_compress import files, tflite
from tfgan_compress.frontalize import student


@pytest.fixture
def copy(model, tmp_path):
    return shutil.copytree(model.parent, tmp_path / "copy") / model.name


def test_a_student_is_loaded_with_its_contract(model):
    loaded = student.load_student(model)
    assert loaded.contract["image_size"] == 64 and "nose" in loaded.input_names


def test_a_model_for_another_task_is_refused(copy):
    contract = files.read_json(copy.parent / tflite.CONTRACT)
    del contract["alignment"]
    files.write_json(copy.parent / tflite.CONTRACT, {**contract, "task": "edges"})
    with pytest.raises(ValueError, match=r"for the task face-frontalization.*task edges"):
        student.load_student(copy)


def test_what_is_no_model_is_refused(copy):
    copy.write_bytes(b"nothing")
    contract = files.read_json(copy.parent / tflite.CONTRACT)
    files.write_json(
        copy.parent / tflite.CONTRACT, {**contract, "sha256": tflite.sha256(b"nothing")}
    )
    with pytest.raises(ValueError):
        student.load_student(copy)
    with pytest.raises(FileNotFoundError):
        student.load_student(copy.with_name("other.tflite"))


def test_the_shipped_student_is_the_half_float_one(tmp_path, monkeypatch):
    monkeypatch.setattr(student, "SHIPPED", (tmp_path,))
    with pytest.raises(FileNotFoundError, match="--model"):
        student.load_student()
    for variant in ("int8", "float32", "float16"):
        (tmp_path / "tpgan_student" / variant).mkdir(parents=True)
        (tmp_path / "tpgan_student" / variant / "model.tflite").touch()
    assert student.default_model().parent.name == "float16"
