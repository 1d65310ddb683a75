import keras
import pytest

from tests.export.models import randomize
from tfgan_compress.cli import main
from tfgan_compress.data.faces.dataset import render_set
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.models import save_model
from tfgan_compress.tflite import TFLiteModel


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("student")
    student = TPGAN((32, 32, 3), base_width=8)
    randomize(student, seed=0)
    save_model(student, folder)
    return folder


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces")
    settings = {"image_size": 32, "views": 2, "lights": 1, "workers": 0, "progress": False}
    render_set(folder, [7], **settings)
    return folder


def test_tpgan_runs_whole_in_xnnpack_as_int8(student, faces, tmp_path, capsys):
    command = ["export", str(student), "-o", str(tmp_path), "--calibration", str(faces)]
    assert main([*command, "--variants", "int8", "--images", "2", "--name", "tpgan"]) == 0
    assert "passed" in capsys.readouterr().out
    path = tmp_path / "int8" / "model.tflite"
    model = TFLiteModel.load(path)
    assert model.input_names == ("input", "left_eye", "mouth", "nose", "right_eye")
    assert model.contract["name"] == "tpgan"
    assert set(model.contract["patches"]) == set(model.input_names) - {"input"}
    assert model.contract["gates"]["delegated"] == {"passed": True, "undelegated": {}}


@pytest.mark.parametrize("name", ["nothing", "model.h5"])
def test_wrong_model_path_is_explained(tmp_path, capsys, name):
    (tmp_path / "model.h5").write_bytes(b"")
    assert main(["export", str(tmp_path / name), "-o", str(tmp_path)]) == 2
    assert "must be a saved model's folder or a .keras file" in capsys.readouterr().err
