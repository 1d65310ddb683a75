from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfgan_compress import cli, frontalize
from tfgan_compress.data import photos
from tfgan_compress.frontalize import drawing

PHOTOS = Path(__file__).parent / "photos"


@pytest.fixture(scope="module")
def frontalizer(model):
    return frontalize.Frontalizer(model)


@pytest.fixture
def group(tmp_path, astronaut, left_profile):
    path = tmp_path / "group.png"
    canvas = np.full((320, 600, 3), 128, np.uint8)
    canvas[:, :320] = astronaut
    canvas[40:296, 340:596] = left_profile
    photos.write_png(path, canvas)
    return path


def assert_darkened(result):
    expected = result.input.astype(float) / 2
    assert np.abs(result.image - expected).max() <= 1


@pytest.mark.parametrize("kind", ["gray", "alpha", "sixteen", "rotated"])
def test_photographs_of_every_kind_are_frontalized(frontalizer, astronaut, tmp_path, kind):
    path = tmp_path / "photo.png"
    image = Image.fromarray(astronaut)
    if kind == "gray":
        image.convert("L").save(path)
    elif kind == "alpha":
        image.convert("RGBA").save(path)
    elif kind == "sixteen":
        Image.fromarray(astronaut[..., 0].astype(np.uint16) * 257).save(path)
    else:
        exif = image.getexif()
        exif[0x0112] = 3
        image.rotate(180).save(path, exif=exif)
    (result,) = frontalizer(path)
    assert result.input.shape == result.image.shape == (64, 64, 3)
    assert_darkened(result)


def test_a_face_that_looks_left_comes_back_the_way_it_was(frontalizer, left_profile):
    (result,) = frontalizer(left_profile)
    assert result.face.yaw < -60
    assert_darkened(result)


def test_given_landmarks_need_no_detector(model):
    points = [(20, 30), (44, 30), (32, 45), (24, 58), (40, 58)]
    image = np.random.default_rng(0).integers(0, 256, (80, 70, 3), np.uint8)
    (result,) = frontalize.frontalize(image, model, landmarks=points)
    assert result.face.source == "given"
    assert_darkened(result)


def test_landmarks_outside_the_picture_are_refused(frontalizer, astronaut):
    points = np.array([(20, 30), (44, 30), (32, 45), (24, 58), (40, 58)]) + 900
    with pytest.raises(ValueError, match="must lie in the picture of 320x320"):
        frontalizer(astronaut, landmarks=points)


def test_no_face_says_so_and_what_to_do(frontalizer):
    with pytest.raises(ValueError, match=r"no face found.*--landmarks"):
        frontalizer(np.zeros((200, 200, 3), np.uint8))


def test_an_int8_student_gives_nearly_the_same(models, astronaut):
    (result,) = frontalize.frontalize(astronaut, models["int8"])
    assert np.abs(result.image - result.input.astype(float) / 2).max() <= 3


def test_only_the_largest_face_if_that_is_asked_for(frontalizer, group):
    assert len(frontalizer(group)) == 2
    assert len(frontalizer(group, largest=True)) == 1


def test_the_command_writes_the_face_beside_its_frontal_view(model, tmp_path, capsys):
    output = tmp_path / "out" / "frontal.png"
    photo = str(PHOTOS / "astronaut.jpg")
    assert cli.main(["frontalize", photo, "-o", str(output), "--model", str(model)]) == 0
    assert photos.read_photo(output).shape == (64, 2 * 64 + drawing.GAP, 3)
    assert "face 1: yaw" in capsys.readouterr().out


def test_the_command_shows_which_faces_it_found(model, group, tmp_path, capsys):
    output = tmp_path / "frontal.png"
    arguments = ["frontalize", str(group), "-o", str(output), "--model", str(model)]
    assert cli.main([*arguments, "--all", "--frontal-only"]) == 0
    assert photos.read_photo(output).shape == (2 * 64 + drawing.GAP, 64, 3)
    faces = photos.read_photo(tmp_path / "frontal-faces.png")
    assert (faces == drawing.COLOUR).all(-1).sum() > 200
    assert cli.main(arguments) == 0
    assert "the 2 faces found; took the largest" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"not a picture", [], "not a picture that can be read"),
        (None, [], "There is no picture at"),
        ("astronaut", ["--landmarks", "1,2,three"], "must be ten numbers"),
        ("astronaut", ["--model", "none.tflite"], "a .tflite file at none.tflite"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_code_2(content, options, message, tmp_path, capsys):
    path = PHOTOS / "astronaut.jpg" if content == "astronaut" else tmp_path / "photo.jpg"
    if isinstance(content, bytes):
        path.write_bytes(content)
    assert cli.main(["frontalize", str(path), *options]) == 2
    error = capsys.readouterr().err
    assert message in error and error.strip().count("\n") == 0
