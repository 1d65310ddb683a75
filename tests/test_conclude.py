import dataclasses
import functools
import types

import keras
import numpy as np
import pytest

from tests.report.content import search
from tests.test_evaluate import SIZE, People
from tfgan_compress import conclude
from tfgan_compress.benchmark import benchmark
from tfgan_compress.compress import Compressed
from tfgan_compress.data.records import to_float
from tfgan_compress.data.splits import Selection
from tfgan_compress.datasets import Data
from tfgan_compress.files import read_json, write_json
from tfgan_compress.quantization.sharing import calibrated_twin
from tfgan_compress.recipes.frontalization import DEMO

RECIPE = dataclasses.replace(DEMO, name="tiny", frll="a/folder/of/the/maker", qat_epochs=1)


def painter(width):
    keras.utils.set_random_seed(width)
    view = keras.Input((SIZE, SIZE, 3), name="input")
    x = keras.layers.Conv2D(width, 3, padding="same", activation="relu")(view)
    image = keras.layers.Conv2D(3, 3, padding="same", activation="tanh", name="image")(x)
    return keras.Model({"input": view}, {"image": image}, name=f"width_{width}")


def black(data, student):
    """A twin that paints nothing, to be told from the student."""
    twin = calibrated_twin(student, [{"input": np.stack([to_float(data.train[0]["input"])])}])
    kernel = twin.get_layer("image")
    kernel.assign_kernel(0 * kernel.kernel.numpy(), None)
    return twin


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """`(folder, report.json)` of two small nets, with real people beside the drawn ones."""
    folder = tmp_path_factory.mktemp("conclude")
    write_json(folder / "student" / "scores.json", {"extracted": 0.5, "fine_tuned": 0.6})
    everybody = People(yaws=(0.0, 30.0, 60.0, -90.0))
    real = People(yaws=(0.0, 35.0, 90.0))
    data = Data(everybody, everybody, everybody, Selection(real, [1, 2]), real)
    found = types.SimpleNamespace(to_dict=search)
    compressed = Compressed(data, painter(16), painter(2), found, painter(3))
    run = types.SimpleNamespace(recipe=RECIPE, directory=folder, quantized=black)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conclude, "benchmark", functools.partial(benchmark, warmup=0, runs=2))
        rows = [{"name": "without all", "ssim": 0.1, "minutes": 2.0}]
        page = conclude.conclude(run, compressed, ablation=rows)
    assert page == folder / "report.html"
    return folder, read_json(folder / "report.json")


def test_report_holds_every_model_and_file(report):
    content = report[1]
    assert set(content["exports"]) == {"float32", "float16", "dynamic", "int8"}
    entries = [content[name] for name in ("teacher", "student", "uniform")]
    entries += content["exports"].values()
    assert all(entry["evaluation"]["by_yaw"]["90"]["count"] == 6 for entry in entries)
    assert content["teacher"]["name"] == "width_16"
    ratio = content["teacher"]["macs_true"] / content["student"]["macs_true"]
    assert content["ratios"]["macs_true"] == pytest.approx(ratio)


def test_int8_file_is_made_of_the_twin_that_the_recipe_has_trained(report):
    exports = report[1]["exports"]
    assert not exports["int8"]["gates"]["quality"]["passed"]
    assert exports["float16"]["gates"]["quality"]["passed"]


def test_files_are_measured_once(report, monkeypatch):
    folder, content = report
    kept = read_json(folder / "benchmarks" / "tiny_student_int8.json")
    assert kept["measured"]["bytes"] == content["exports"]["int8"]["bytes"]
    file = types.SimpleNamespace(
        contract={"name": "tiny_student", "sha256": kept["sha256"]}, variant="int8"
    )
    monkeypatch.setattr(conclude, "benchmark", None)
    assert conclude._measured(types.SimpleNamespace(directory=folder), file) == kept["measured"]


def test_real_people_are_told_apart_among_everybody(report):
    real = report[1]["real"]
    assert (real["people"], real["gallery"]) == (2, 3)
    assert {"unprocessed", "teacher", "student", "int8 student"} <= set(real)
    assert "DeBruine" in real["source"]


def test_report_is_one_page_and_names_no_folder_of_its_maker(report):
    folder, content = report
    page = (folder / "report.html").read_text()
    assert "without all" in page
    assert "data:image" in page
    assert content["recipe"]["frll"] is True
    assert "folder/of/the/maker" not in page
