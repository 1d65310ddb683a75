from tests.data import trees
from tfgan_compress import cli
from tfgan_compress.cli import data, sources


def test_a_whole_tree_is_described_with_its_split(tmp_path, capsys):
    trees.lay_multipie(tmp_path, lights=(7,))
    command = ["data", "check", "multipie", str(tmp_path), "--train-people", "3"]
    assert cli.main(command) == 0
    out = capsys.readouterr().out
    assert "4 people; 337 are published" in out
    assert "train: 3 people (001..250), 39 pictures" in out
    assert "test: 1 people (346..346), 13 pictures: 1 in the gallery, 12 probes" in out
    assert "  +45          4" in out and "session02: no such folder" in out


def test_a_tree_with_problems_exits_with_1(tmp_path, capsys):
    trees.lay_caspeal(tmp_path)
    (tmp_path / "POSE" / "000007" / "other.tif").write_bytes(b"")
    assert cli.main(["data", "check", "caspeal", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "to be mended first (2):" in out and "other.tif" in out and "first 600 people" in out
    assert "pitch -15" in out and "test: nobody" in out


def test_a_folder_without_the_set_is_a_user_error(tmp_path, capsys):
    assert cli.main(["data", "check", "multipie", str(tmp_path)]) == 2
    assert "must hold Multi-PIE" in capsys.readouterr().err


def test_every_set_that_is_checked_can_be_evaluated_on():
    assert set(data.CHECKED) < set(sources.SETS)
