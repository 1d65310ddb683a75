import pytest

from tfgan_compress.data import points

CELL = "1 2 3 4 5 6 7 8 9 10.5"


def test_a_landmark_file_is_read_by_name(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(f"name,landmarks\na,{CELL}\nb, 1 2\nc,{CELL.replace('5', 'nan', 1)}\n")
    found, problems = points.read_points(path)
    assert found == {"a": ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10.5))}
    assert [problem.split(":")[0] for problem in problems] == [
        "points.csv, line 3", "points.csv, line 4",
    ]  # fmt: skip


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("picture,landmarks\n")
    with pytest.raises(ValueError, match=r"Missing: \['name'\]"):
        points.read_points(path)
    with pytest.raises(FileNotFoundError, match="no landmark file"):
        points.read_points(tmp_path / "none.csv")
