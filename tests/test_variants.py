import csv

import pytest

from tests.export.models import images_for
from tests.quantization.test_equalization import uneven
from tfgan_compress.files import read_json
from tfgan_compress.variants import compare_variants, markdown

INT8 = ["ptq", "ptq_percentile", "equalized", "equalized_percentile", "qat"]
CLUSTERED = ["clustered", "clustered_int8"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """`(folder, rows, twins that were trained)` of a model whose channels are very uneven."""
    folder, model, trained = tmp_path_factory.mktemp("variants"), uneven(), []
    rows = compare_variants(
        model,
        folder,
        name="uneven",
        calibration=[images_for(model, 8)],
        held_out=[images_for(model, 4, seed=1)],
        train=trained.append,
        evaluate=lambda predict: {"ssim": 0.5, "rank1_own": 0.25},
        clusters=16,
    )
    return folder, rows, trained


def test_every_variant_gets_a_file_and_a_row(table):
    folder, rows, trained = table
    names = [row["variant"] for row in rows]
    assert names == ["float32", "float16", "dynamic", *INT8, *CLUSTERED]
    assert all(row["delegated"] and row["zipped"] > 0 for row in rows)
    assert min(row["agreement"] for row in rows if row["agreement"]) > 45
    assert len(trained) == 1
    assert len(list(folder.rglob("model.tflite"))) == len(rows)


def test_equalisation_brings_small_channels_back(table):
    psnr = {row["variant"]: row["psnr"] for row in table[1]}
    # The channels are a thousand times apart: that is what equalisation is for.
    assert psnr["equalized"] > psnr["ptq"] + 5


def test_int8_rows_count_float_operators_and_conversions_between_scales(table):
    counted = {row["variant"]: row["float_operators"] for row in table[1]}
    integer = [*INT8, "clustered_int8"]
    assert counted == dict.fromkeys(counted) | dict.fromkeys(integer, 0)
    assert all(row["requantizations"] == 0 for row in table[1] if row["variant"] in integer)


def test_table_is_written_as_markdown_csv_and_json(table):
    folder, rows, _ = table
    assert read_json(folder / "variants.json") == rows
    text = (folder / "variants.md").read_text()
    assert text == markdown(rows) and "| 0.5000 | 25.0% |" in text and "rank-1, own" in text
    with (folder / "variants.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["variant"] for row in read] == [row["variant"] for row in rows]
    assert [int(row["bytes"]) for row in read] == [row["bytes"] for row in rows]
