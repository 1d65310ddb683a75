import csv

import pytest

from tests.data import trees
from tests.export.models import tiny_generator
from tfgan_compress import cli
from tfgan_compress.cli import sources
from tfgan_compress.files import read_json
from tfgan_compress.models import save_model
from tfgan_compress.recognizers.lightcnn import LightCNN29

SIZE = 32
# Keras reads variables in a way that NumPy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for seed, name in enumerate(("big", "small")):
        tiny_generator(SIZE, seed=seed).save(folder / f"{name}.keras")
    return [str(folder / "big.keras"), str(folder / "small.keras")]


def read(folder, name):
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["source"] == "measured"]


def test_all_four_tables_are_made_of_both_sets_with_a_judge_of_ones_own(models, tmp_path, capsys):
    save_model(LightCNN29(SIZE, base_width=1), tmp_path / "mine")
    trees.lay_multipie(tmp_path / "pie", lights=(7,))
    trees.lay_caspeal(tmp_path / "peal")
    out = tmp_path / "out"
    command = ["tables", "--data", f"multipie:{tmp_path / 'pie'}", f"caspeal:{tmp_path / 'peal'}"]
    command += ["--train-people", "1", "--models", *models, "--judges", str(tmp_path / "mine")]
    command += ["--out", str(out), "--runs", "2", "--warmup", "0"]
    assert cli.main(command) == 0
    assert "## Table 4" in capsys.readouterr().out
    rows = read(out, "table1_mine")
    assert [row["model"] for row in rows] == ["unprocessed view", "big", "small"] * 2
    assert {row["data"] for row in rows} == {"Multi-PIE, 3 people", "CAS-PEAL-R1, 2 people"}
    assert all(0 <= float(rows[1][angle]) <= 100 for angle in ("90°", "15°", "Avg"))
    poses = read(out, "table2_mine")
    assert {row["data"] for row in poses} == {"CAS-PEAL-R1, 2 people"}
    assert [row["pitch"] for row in poses[:3]] == ["-15°", "0°", "+15°"]
    assert "(1.00" in read(out, "table3")[1]["parameters"]
    assert [row["model"] for row in read(out, "table4")] == ["big, float32", "small, float32"]
    contract = read_json(out / "files" / "big" / "float32" / "model_contract.json")
    assert contract["name"] == "big"


def test_models_come_in_pairs_of_different_names(models, tmp_path, capsys):
    for names in (models[:1], [models[0], models[0]]):
        assert cli.main(["tables", "--data", str(tmp_path), "--models", *names]) == 2
        assert "pairs of a teacher and its student" in capsys.readouterr().err


def test_models_of_different_sizes_are_refused(models, tmp_path, capsys):
    tiny_generator(16).save(tmp_path / "tiny.keras")
    command = [
        "tables",
        "--data",
        str(tmp_path),
        "--models",
        models[0],
        str(tmp_path / "tiny.keras"),
    ]
    assert cli.main(command) == 2
    assert "pictures of one size" in capsys.readouterr().err


def test_choices_match_the_package():
    from tfgan_compress.evaluate import JUDGES
    from tfgan_compress.recognizers import available_recognizers

    assert sources.JUDGES == JUDGES and set(JUDGES) <= set(available_recognizers())
