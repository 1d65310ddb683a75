"""Every way to make a student small in one table: float, dynamic range, int8, few weight values.

All int8 rows are converted, gated and measured alike; they differ in where the ranges come from and
in what was done to the channels before. Left out: other bit widths, pruning.
"""

import csv
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
from tfgan_compress.quantization.clustering import cluster_kernels
from tfgan_compress.quantization.equalization import equalize
from tfgan_compress.quantization.sensitivity import keep_float, tensor_sensitivity
from tfgan_compress.quantization.sharing import calibrated_twin
from tfgan_compress.quantization.tfmot import cluster_by_tfmot, trained_by_tfmot
from tfgan_compress.quantization.twin import in_float, quantization_twin, ranges
from tfgan_compress.tflite import TFLiteModel

THREADS = (1, 2)
COLUMNS = {
    "variant": "variant",
    "psnr": "PSNR to float (dB)",
    "psnr_worst": "worst image",
    "simulated": "PSNR, simulated",
    "agreement": "file to simulation",
    "ssim": "SSIM to truth",
    "bytes": "bytes",
    "zipped": "zipped",
    "threads1_ms": "1 thread (ms)",
    "threads2_ms": "2 threads (ms)",
    "delegated": "delegated",
    "float_operators": "float operators",
    "requantizations": "requantizations",
}


def columns(rows):
    """Returns the titles of the rows' columns by key, in order; after SSIM each judge's rank-1."""
    judged = {k: f"rank-1, {k[6:]}" for row in rows for k in row if k.startswith("rank1_")}
    at = list(COLUMNS).index("ssim") + 1
    items = list(COLUMNS.items())
    return dict([*items[:at], *judged.items(), *items[at:]])


def int8_candidates(
    model, calibration, *, percentile=None, train=None, float_tensors=0, tfmot=None
):
    """Yields `(name, what an int8 file can be made of, extra contract)`, one after the other.

    Args:
        model: Plain generator.
        calibration: List of batch dicts.
        percentile: Where activations are clipped in the rows that clip; by default the best of a
            few, as in `quantization.sharing.calibrated_twin`.
        train: `train(twin)`, which trains it in place; None leaves `qat` out.
        float_tensors: Number of tensors that `mixed` keeps in float; 0 leaves it out.
        tfmot: Options of `quantization.tfmot.trained_by_tfmot`; None leaves `tfmot_qat` out.
    """
    yield "ptq", model, None
    yield "ptq_percentile", calibrated_twin(model, calibration, percentile=percentile), None
    equal = equalize(model, calibration)
    yield "equalized", equal, None
    twin = calibrated_twin(equal, calibration, percentile=percentile)
    yield "equalized_percentile", twin, None
    if float_tensors:
        mixed = calibrated_twin(equal, calibration, percentile=percentile)
        _, rows = tensor_sensitivity(mixed, calibration[:1])
        yield "mixed", keep_float(mixed, rows[:float_tensors]), None
    if train is not None:
        train(twin)
        yield "qat", twin, None
    if tfmot is not None:
        with trained_by_tfmot(quantization_twin(equal), **tfmot) as (folder, report):
            yield "tfmot_qat", folder, {"tfmot": report}


def clustered_twins(model, calibration, *, clusters, percentile=None, tfmot=None):
    """Yields `(name, twin with at most `clusters` values to a kernel, extra contract)`.

    Args: as in `int8_candidates`; without `tfmot` only the values of k-means.
    """
    if not clusters:
        return
    twin = calibrated_twin(model, calibration, percentile=percentile)
    yield "clustered", cluster_kernels(twin, clusters), {"clusters": clusters}
    if tfmot is not None:
        twin = calibrated_twin(model, calibration, percentile=percentile)
        report = cluster_by_tfmot(twin, clusters=clusters, **tfmot)
        yield "tfmot_clustered", twin, {"clusters": clusters, "tfmot": report}


def compare_variants(
    model,
    directory,
    *,
    name,
    calibration,
    held_out,
    measure_latency=False,
    evaluate=None,
    clusters=0,
    percentile=None,
    tfmot=None,
    **candidates,
):
    """Writes every variant of `model` below `directory`, and `variants.md`, `.csv` and `.json`.

    Args:
        model: Plain generator.
        directory: Gets `<variant>/.../model.tflite` with contracts; gates are recorded, not
            enforced.
        name: The model's name, for the contracts.
        calibration: List of batch dicts.
        held_out: List of batch dicts of other people, on which PSNR is measured.
        measure_latency: Whether to time the files; only on a quiet machine.
        evaluate: `evaluate(predict) -> {"ssim": value, "rank1_<judge>": value}`, or None.
        clusters: Values to a kernel of the clustered rows; 0 leaves them out.
        percentile: As in `int8_candidates`.
        tfmot: Options of `quantization.tfmot`, or None.
        **candidates: Of `int8_candidates`.

    Returns:
        List of rows, dicts with the keys of `columns`; None is "not measured".
    """
    directory, common = Path(directory), {"percentile": percentile, "tfmot": tfmot}
    table = _Table(model, directory, held_out, evaluate, measure_latency=measure_latency)
    options = {"name": name, "calibration": calibration, "enforce": False}
    floats = export(model, directory, variants=("float32", "float16", "dynamic"), **options)
    for variant, file in floats.items():
        table.add(variant, file)
    for variant, source, extra in int8_candidates(model, calibration, **common, **candidates):
        table.add(variant, _int8_file(model, directory / variant, source, extra, options), source)
    for variant, twin, extra in clustered_twins(model, calibration, clusters=clusters, **common):
        own = {**options, "contract_extra": extra}
        with in_float(twin):
            floats = export(twin, directory / variant, variants=("float16",), **own)
        table.add(variant, floats["float16"])
        file = _int8_file(model, directory / variant, twin, extra, options)
        table.add(f"{variant}_int8", file, twin)
    return table.rows


def _int8_file(model, directory, source, extra, options):
    own = {"int8": source, "contract_extra": extra}
    return export(model, directory, variants=("int8",), **own, **options)["int8"]


class _Table:
    """The rows so far, written anew with each."""

    def __init__(self, model, directory, held_out, evaluate, *, measure_latency):
        self.directory, self.evaluate, self.rows = directory, evaluate, []
        self.measure_latency, self.samples = measure_latency, _one_by_one(held_out)
        self.exact = predict(model, self.samples)

    def add(self, variant, file, source=None):
        """Measures `file`, and what it should compute where its `source` is a twin."""
        twin = source is not None and not isinstance(source, Path) and ranges(source)
        simulated = predict(source, self.samples) if twin else None
        model = TFLiteModel.load(file.path)
        row = dict.fromkeys(COLUMNS) | {"variant": variant}
        row |= _quality(model, self.samples, self.exact, simulated)
        row |= self.evaluate(tflite_predictor(model)) if self.evaluate else {}
        self.rows.append(row | _cost(file, measure_latency=self.measure_latency))
        _write(self.directory, self.rows)


def markdown(rows):
    """Returns the rows as a Markdown table, without the columns that nobody measured."""
    titles = columns(rows)
    shown = [key for key in titles if any(row[key] is not None for row in rows)]
    lines = [[titles[key] for key in shown], ["---"] * len(shown)]
    lines += [[_cell(key, row[key]) for key in shown] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _quality(model, samples, exact, simulated):
    images = np.concatenate([model(sample) for sample in samples])
    own = _psnr(images, exact)
    found = {"psnr": float(own.mean()), "psnr_worst": float(own.min())}
    if simulated is None:
        return found
    return found | {
        "simulated": float(_psnr(simulated, exact).mean()),
        "agreement": float(_psnr(images, simulated).mean()),
    }


def _psnr(images, others):
    return np.asarray(ops.convert_to_numpy(psnr(images, others)))


def _cost(file, *, measure_latency):
    content, gates = Path(file.path).read_bytes(), file.contract["gates"]
    times = {
        f"threads{n}_ms": latency(file.path, threads=n)["mean"] if measure_latency else None
        for n in THREADS
    }
    found = {
        "bytes": len(content),
        "zipped": len(zlib.compress(content, 9)),
        **times,
        "delegated": gates["delegated"]["passed"],
    }
    if "integer" in gates:
        found["float_operators"] = sum(gates["integer"]["float_operators"].values())
        found["requantizations"] = gates["integer"]["requantizations"]
    return found


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
    with (
        atomic_path(directory / "variants.csv") as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, fieldnames=list(columns(rows)))
        writer.writeheader()
        writer.writerows(rows)


def _cell(key, value):
    if value is None:
        return "n/a"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.startswith("rank1"):
        return f"{value:.1%}"
    if key == "ssim":
        return f"{value:.4f}"
    return f"{value:.2f}" if isinstance(value, float) else f"{value}"
