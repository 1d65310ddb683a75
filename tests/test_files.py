import numpy as np
import pytest

from tfgan_compress.files import atomic_path, read_json, write_json


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "deep" / "notes.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_the_temporary_name_keeps_the_suffix(tmp_path):
    with atomic_path(tmp_path / "a.npy") as temporary:
        np.save(temporary, np.arange(3))
    assert np.load(tmp_path / "a.npy").tolist() == [0, 1, 2]


def test_json_takes_numpy_values(tmp_path):
    write_json(tmp_path / "a.json", {"x": np.float32(2), "y": np.arange(2), "z": tmp_path})
    assert read_json(tmp_path / "a.json") == {"x": 2.0, "y": [0, 1], "z": str(tmp_path)}


def test_broken_json_is_named(tmp_path):
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ValueError, match=r"a\.json"):
        read_json(tmp_path / "a.json")
