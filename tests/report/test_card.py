import hashlib

import pytest

from tests.report.content import content
from tfgan_compress.report import write_model_card


def write(folder, **options):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text("{}", encoding="utf-8")
    options = {"title": "A student", "command": "make it", "real_data": True} | options
    return write_model_card(folder, content(), options.pop("role", "student"), **options)


def test_a_card_lists_files_with_their_hashes(tmp_path):
    (tmp_path / "int8").mkdir()
    (tmp_path / "int8" / "model.tflite").write_bytes(b"made up")
    text = write(tmp_path).read_text(encoding="utf-8")
    digest = hashlib.sha256(b"made up").hexdigest()
    assert f"| `int8/model.tflite` | 7 | `{digest}` |" in text
    assert "`README.md`" not in text


def test_a_card_written_twice_is_the_same(tmp_path):
    first = write(tmp_path).read_text(encoding="utf-8")
    assert write(tmp_path).read_text(encoding="utf-8") == first


def test_a_card_says_what_a_reader_needs_to_judge(tmp_path):
    text = write(tmp_path).read_text(encoding="utf-8")
    for heading in ("Data and licence", "Quality", "Cost", "Intended use", "Limits and bias"):
        assert f"## {heading}\n" in text
    assert "480,000 parameters" in text and "a made-up processor" in text


def test_photographs_are_attributed_only_where_they_were_used(tmp_path):
    assert "10.6084/m9.figshare.5047666, CC BY 4.0" in write(tmp_path).read_text(encoding="utf-8")
    text = write(tmp_path / "b", real_data=False).read_text(encoding="utf-8")
    assert "DeBruine" not in text and "London" not in text


def test_a_teacher_has_the_cost_of_its_own_file(tmp_path):
    text = write(tmp_path, role="teacher").read_text(encoding="utf-8")
    assert "| float32 | 50.0 MB |" in text and "| int8 |" not in text


def test_a_card_before_its_model_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="before its card"):
        write_model_card(tmp_path, content(), "student", title="A", command="make", real_data=False)


def test_an_unknown_role_is_refused(tmp_path):
    with pytest.raises(ValueError, match="teacher or student"):
        write(tmp_path, role="judge")


def test_folders_of_the_one_who_trained_stay_private(tmp_path):
    values = content() | {"recipe": {"frll": "/home/somebody/london/"}}
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    path = write_model_card(tmp_path, values, "student", title="A", command="make", real_data=True)
    text = path.read_text(encoding="utf-8")
    assert "| `frll` | london |" in text and "somebody" not in text
