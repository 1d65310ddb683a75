import keras
import pytest

from tests.data import trees
from tfgan_compress.cli import main
from tfgan_compress.data.faces.dataset import render_set
from tfgan_compress.files import read_json

L = keras.layers


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """`quantize` with a generator of two convolutions and four people."""
    folder = tmp_path_factory.mktemp("quantize")
    keras.utils.set_random_seed(0)
    view = keras.Input((32, 32, 3), name="input")
    x = L.LeakyReLU(name="act")(L.Conv2D(4, 3, padding="same", name="first")(view))
    image = L.Conv2D(3, 3, padding="same", activation="tanh", name="last")(x)
    keras.Model({"input": view}, {"image": image}).save(folder / "tiny.keras")
    settings = {"image_size": 32, "views": 2, "lights": 1, "workers": 0, "progress": False}
    render_set(folder / "faces", [1, 2, 3, 4], **settings)
    return ["quantize", str(folder / "tiny.keras"), "--data", str(folder / "faces"), "-o"]


def test_every_way_to_quantize_is_in_the_table(command, tmp_path, capsys):
    options = ["--images", "4", "--qat-steps", "2", "--float-tensors", "1", "--judges"]
    assert main([*command, str(tmp_path), *options]) == 0
    rows = {row["variant"]: row for row in read_json(tmp_path / "variants.json")}
    assert rows.keys() > {"float32", "dynamic", "ptq", "equalized_percentile", "mixed", "qat"}
    assert min(row["psnr"] for row in rows.values()) > 25
    assert rows["float32"]["ssim"] == pytest.approx(rows["qat"]["ssim"], abs=0.05)
    assert rows["mixed"]["float_operators"] > 0 == rows["qat"]["float_operators"]
    assert "| ptq_percentile |" in capsys.readouterr().out


def test_sensitivity_names_every_rounded_tensor(command, tmp_path, capsys):
    assert main([*command, str(tmp_path), "--images", "4", "--only-sensitivity"]) == 0
    found = read_json(tmp_path / "sensitivity.json")
    names = {row["name"] for row in found["tensors"]}
    assert {"input_range", "first", "act_range", "last"} <= names
    assert (tmp_path / "sensitivity.png").is_file() and not (tmp_path / "variants.json").exists()
    assert "all of them" in capsys.readouterr().out


def test_photographs_calibrate_as_rendered_faces_do(command, tmp_path):
    trees.lay_multipie(tmp_path / "pie", lights=(7,))
    data = [f"multipie:{tmp_path / 'pie'}", "--train-people", "2", "--people", "1"]
    options = ["--images", "2", "--only-sensitivity", "-o", str(tmp_path / "out")]
    assert main([*command[:2], "--data", *data, *options]) == 0
    assert read_json(tmp_path / "out" / "sensitivity.json")["psnr"] > 25


def test_impossible_numbers_are_refused(command, tmp_path, capsys):
    assert main([*command, str(tmp_path), "--qat-steps", "-1"]) == 2
    assert "--qat-steps must be at least 0" in capsys.readouterr().err


def test_tfmot_without_steps_is_refused(command, tmp_path, capsys):
    assert main([*command, str(tmp_path), "--tfmot"]) == 2
    assert "--tfmot needs --qat-steps" in capsys.readouterr().err
