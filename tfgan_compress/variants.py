"""Every way to make a student small in one table: float, dynamic range, and kinds of int8.

All int8 rows are converted, gated and measured alike; they differ in where the ranges come from and
in what was done to the channels before. Left out: other bit widths, pruning, weight clustering.
"""

import zlib
from pathlib import Path

import numpy as np
from keras import ops

from tfgan_compress.benchmark import latency
from tfgan_compress.evaluate import tflite_predictor
from tfgan_compress.export import export
from tfgan_compress.export.conversion import predict
from tfgan_compress.files import atomic_path, write_json
from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.equalization import equalize
from tfgan_compress.quantization.sensitivity import keep_float, tensor_sensitivity
from tfgan_compress.quantization.twin import quantization_twin, ranges
from tfgan_compress.tflite import TFLiteModel

THREADS = (1, 2)
COLUMNS = {
    "variant": "variant",
    "psnr": "PSNR to float (dB)",
    "psnr_worst": "worst image",
    "simulated": "PSNR, simulated",
    "agreement": "file to simulation",
    "rank1": "rank-1",
    "bytes": "bytes",
    "zipped": "zipped",
    "threads1_ms": "1 thread (ms)",
    "threads2_ms": "2 threads (ms)",
    "delegated": "delegated",
}


def int8_candidates(model, calibration, *, percentile=99.9, train=None, float_tensors=0):
    """Yields `(name, model or twin)` of which an int8 file can be made, one after the other.

    Args:
        model: Plain generator.
        calibration: List of batch dicts.
        percentile: Where activations are clipped in the rows that clip.
        train: `train(twin)`, which trains it in place; None leaves `qat` out.
        float_tensors: Number of tensors that `mixed` keeps in float; 0 leaves it out.
    """
    yield "ptq", model
    yield "ptq_percentile", calibrate(quantization_twin(model), calibration, percentile=percentile)
    equal = equalize(model, calibration)
    yield "equalized", equal
    twin = calibrate(quantization_twin(equal), calibration, percentile=percentile)
    yield "equalized_percentile", twin
    if float_tensors:
        mixed = calibrate(quantization_twin(equal), calibration, percentile=percentile)
        _, rows = tensor_sensitivity(mixed, calibration[:1])
        yield "mixed", keep_float(mixed, rows[:float_tensors])
    if train is not None:
        train(twin)
        yield "qat", twin


def compare_variants(
    model,
    directory,
    *,
    name,
    calibration,
    held_out,
    measure_latency=False,
    rank1=None,
    **candidates,
):
    """Writes every variant of `model` below `directory`, and `variants.md` and `variants.json`.

    Args:
        model: Plain generator.
        directory: Gets `<variant>/.../model.tflite` with contracts; gates are recorded, not
            enforced.
        name: The model's name, for the contracts.
        calibration: List of batch dicts.
        held_out: List of batch dicts of other people, on which PSNR is measured.
        measure_latency: Whether to time the files; only on a quiet machine.
        rank1: `rank1(predict) -> share`, or None.
        **candidates: Of `int8_candidates`.

    Returns:
        List of rows, dicts with the keys of `COLUMNS`; None is "not measured".
    """
    directory = Path(directory)
    samples = _one_by_one(held_out)
    exact = predict(model, samples)
    options = {"name": name, "calibration": calibration, "enforce": False}
    rows = []

    def measured(variant, file, simulated=None):
        rows.append(
            {
                "variant": variant,
                **_quality(file, samples, exact, simulated),
                "rank1": rank1 and rank1(tflite_predictor(TFLiteModel.load(file.path))),
                **_cost(file, measure_latency=measure_latency),
            }
        )
        _write(directory, rows)

    floats = export(model, directory, variants=("float32", "float16", "dynamic"), **options)
    for variant, file in floats.items():
        measured(variant, file)
    for variant, candidate in int8_candidates(model, calibration, **candidates):
        files = export(model, directory / variant, variants=("int8",), int8=candidate, **options)
        simulated = predict(candidate, samples) if ranges(candidate) else None
        measured(variant, files["int8"], simulated)
    return rows


def markdown(rows):
    """Returns the rows as a Markdown table, without the columns that nobody measured."""
    shown = [key for key in COLUMNS if any(row[key] is not None for row in rows)]
    lines = [[COLUMNS[key] for key in shown], ["---"] * len(shown)]
    lines += [[_cell(key, row[key]) for key in shown] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _quality(file, samples, exact, simulated):
    model = TFLiteModel.load(file.path)
    images = np.concatenate([model(sample) for sample in samples])
    own = ops.convert_to_numpy(psnr(images, exact))
    found = {"psnr": float(own.mean()), "psnr_worst": float(own.min())}
    if simulated is None:
        return found | {"simulated": None, "agreement": None}
    return found | {
        "simulated": float(ops.convert_to_numpy(psnr(simulated, exact)).mean()),
        "agreement": float(ops.convert_to_numpy(psnr(images, simulated)).mean()),
    }


def _cost(file, *, measure_latency):
    content = Path(file.path).read_bytes()
    times = {
        f"threads{n}_ms": latency(file.path, threads=n)["mean"] if measure_latency else None
        for n in THREADS
    }
    delegated = file.contract["gates"]["delegated"]["passed"]
    return {
        "bytes": len(content),
        "zipped": len(zlib.compress(content, 9)),
        **times,
        "delegated": delegated,
    }


def _one_by_one(batches):
    return [
        {key: np.asarray(value)[i : i + 1] for key, value in batch.items()}
        for batch in batches
        for i in range(len(next(iter(batch.values()))))
    ]


def _write(directory, rows):
    write_json(directory / "variants.json", rows)
    with atomic_path(directory / "variants.md") as temporary:
        temporary.write_text(markdown(rows), encoding="utf-8")


def _cell(key, value):
    if value is None:
        return "n/a"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "rank1":
        return f"{value:.1%}"
    return f"{value:.2f}" if isinstance(value, float) else f"{value}"
