import numpy as np
import pytest

from tests.export.models import tiny_generator
from tfgan_compress import cli, export
from tfgan_compress.data.batches import batches
from tfgan_compress.data.faces import FaceSet, render_set
from tfgan_compress.files import read_json

SIZE = 32


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    root = tmp_path_factory.mktemp("faces")
    render_set(root, [0, 1], preset="varied", views=2, lights=1, image_size=SIZE, workers=0,
               progress=False)  # fmt: skip
    return root


@pytest.fixture(scope="module")
def tflite(faces, tmp_path_factory):
    calibration = batches(FaceSet(faces), batch_size=2, seed=0, shuffle=False)
    files = export.export(
        tiny_generator(SIZE),
        tmp_path_factory.mktemp("tiny"),
        name="tiny",
        calibration=calibration,
        variants=("float32",),
    )
    return files["float32"].path


def test_a_tflite_file_is_evaluated_by_yaw(tflite, faces, tmp_path, capsys):
    output = tmp_path / "found.json"
    arguments = ["--data", str(faces), "--judges", "resnet29", "--json", str(output)]
    assert cli.main(["evaluate", str(tflite), *arguments]) == 0
    found = read_json(output)
    assert found["output"]["overall"]["count"] == 4
    assert found["output"]["overall"]["ssim"] != found["input"]["overall"]["ssim"]
    lines = capsys.readouterr().out.splitlines()
    assert "rank-1 resnet29" in lines[0]
    assert lines[-1].split()[:2] == ["all", "4"]


def test_fewer_people_are_still_looked_for_among_all(tflite, faces, tmp_path):
    output = tmp_path / "found.json"
    arguments = ["--data", str(faces), "--judges", "--people", "1", "--json", str(output)]
    assert cli.main(["evaluate", str(tflite), *arguments]) == 0
    assert read_json(output)["output"]["overall"]["count"] == 2


def test_faces_of_another_size_are_refused(tflite, tmp_path, capsys):
    render_set(tmp_path, [0], preset="varied", views=1, lights=1, image_size=48, workers=0,
               progress=False)  # fmt: skip
    assert cli.main(["evaluate", str(tflite), "--data", str(tmp_path)]) == 2
    assert "render the faces again with --size 32" in capsys.readouterr().err


# Keras reads variables in a way that NumPy is about to drop.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_keras_model_is_evaluated_too(faces, tmp_path, capsys):
    tiny_generator(SIZE).save(tmp_path / "tiny.keras")
    arguments = ["evaluate", str(tmp_path / "tiny.keras"), "--data", str(faces), "--judges"]
    assert cli.main([*arguments, "--people", "1"]) == 0
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row[:2] == ["all", "2"]
    assert np.isfinite([float(cell) for cell in row[2:]]).all()


def test_no_people_are_refused(tflite, faces, capsys):
    arguments = ["evaluate", str(tflite), "--data", str(faces), "--people", "0"]
    assert cli.main(arguments) == 2
    assert "--people must be at least 1" in capsys.readouterr().err
