import json

import pytest

from tfgan_compress.benchmark import benchmark, keras_latency, latency
from tfgan_compress.cli import main


@pytest.fixture
def path(exported):
    return exported["int8"].path


def test_every_figure_is_measured(path):
    result = benchmark(path, warmup=1, runs=5)
    assert result["bytes"] == path.stat().st_size
    assert 0 < result["latency_ms"]["p50"] <= result["latency_ms"]["p95"]
    assert 0 < result["memory_bytes"]["growth"] < result["memory_bytes"]["peak"]


def test_command_prints_a_table_and_writes_json(path, tmp_path, capsys):
    out = tmp_path / "latency.json"
    assert main(["benchmark", str(path), "--runs", "2", "--warmup", "0", "--json", str(out)]) == 0
    assert str(path) in capsys.readouterr().out
    assert json.loads(out.read_text())[0]["threads"] == 1


def test_command_prints_the_operators_that_take_longest(path, capsys):
    options = ["--runs", "2", "--warmup", "0", "--operators", "2"]
    assert main(["benchmark", str(path), *options]) == 0
    title, first, second = capsys.readouterr().out.splitlines()[-3:]
    assert title.startswith(f"{path}: operators alone, ")
    assert float(first.split()[0]) >= float(second.split()[0]) > 0


def test_number_of_operators_is_not_negative(path, capsys):
    assert main(["benchmark", str(path), "--operators", "-1"]) == 2
    assert "--operators must be at least 0. Received: -1." in capsys.readouterr().err


def test_file_that_is_no_model_is_refused(tmp_path, capsys):
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"nothing of the sort")
    assert main(["benchmark", str(broken)]) == 2
    assert "must be a .tflite file that LiteRT can run" in capsys.readouterr().err


def test_missing_file_is_named(tmp_path, capsys):
    assert main(["benchmark", str(tmp_path / "none.tflite")]) == 2
    assert "error: There must be a .tflite file at" in capsys.readouterr().err


def test_counts_must_be_positive(path):
    with pytest.raises(ValueError, match="runs=0"):
        latency(path, runs=0)


def test_a_keras_model_is_timed_on_a_device(tiny_model):
    found = keras_latency(tiny_model, device="CPU:0", warmup=1, runs=3)
    assert 0 < found["p50"] <= found["p95"]
