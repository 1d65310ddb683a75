import argparse

import pytest
from PIL import Image

from tfgan_compress.cli import faces


def parse(*words):
    parser = argparse.ArgumentParser()
    faces.add_arguments(parser)
    return parser.parse_args(words)


def test_a_sheet_has_a_row_for_each_person(tmp_path, capsys):
    path = tmp_path / "sheet.png"
    assert faces.run(parse("--identities", "2", "--size", "32", "-o", str(path))) == 0
    with Image.open(path) as sheet:
        assert sheet.size == (8 * 32, 2 * 32)
    assert "2 people" in capsys.readouterr().out


def test_choices_match_the_package():
    from tfgan_compress.data.faces.sheet import SHEETS
    from tfgan_compress.data.faces.views import PRESETS

    assert set(faces.SHEETS) == set(SHEETS) and set(faces.PRESETS) == set(PRESETS)


def test_a_set_is_rendered_into_a_folder(tmp_path, capsys):
    arguments = parse(
        *("--render", str(tmp_path), "--identities", "1", "--size", "32", "--views", "2"),
        *("--workers", "0"),
    )
    assert faces.run(arguments) == 0
    assert "2 records of 1 people" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("--identities", "0"),
        ("--seed", "-1"),
        ("--render", "x", "--preset", "ages"),
        ("--render", "x", "--profiles", "2"),
    ],
)
def test_impossible_options_are_refused(words):
    with pytest.raises(ValueError, match="must"):
        faces.run(parse(*words))
