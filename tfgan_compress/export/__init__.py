"""Exports a Keras generator as `.tflite` files that have passed their gates.

`export` writes `<directory>/<variant>/model.tflite` with its `model_contract.json` beside it, for
float32, float16, dynamic-range and int8. Run a file with `tfgan_compress.tflite.TFLiteModel`.
"""

import contextlib
import dataclasses
from pathlib import Path

import keras
import numpy as np

from tfgan_compress.export import gates
from tfgan_compress.export.contract import FRONTALIZATION, make_contract
from tfgan_compress.export.conversion import VARIANTS, convert, input_shapes, predict, saved_model
from tfgan_compress.export.gates import GateError
from tfgan_compress.files import atomic_path, write_json
from tfgan_compress.quantization.folding import NoTwinError
from tfgan_compress.quantization.sharing import calibrated_twin
from tfgan_compress.quantization.twin import ranges
from tfgan_compress.tflite import CONTRACT, TFLiteModel

__all__ = ["FRONTALIZATION", "VARIANTS", "ExportedFile", "GateError", "export"]

FILE = "model.tflite"

TOLERANCES = {"float32": 1e-4, "float16": 2e-2}
"""Largest difference to the Keras model; the quantized variants have only a PSNR floor."""

PSNR_FLOORS = {"float32": 80.0, "float16": 50.0, "dynamic": 35.0, "int8": 35.0}
"""Least PSNR to the Keras model's own images, in dB."""

CHECKED_SAMPLES = 16


@dataclasses.dataclass(frozen=True)
class ExportedFile:
    """One `.tflite` file on disk, with its contract."""

    variant: str
    path: Path
    contract: dict

    @property
    def passed(self):
        """Whether every gate was passed."""
        return all(gate["passed"] for gate in self.contract["gates"].values())


def export(
    model,
    directory,
    *,
    name,
    calibration,
    variants=VARIANTS,
    int8=None,
    percentile=None,
    output="image",
    task=FRONTALIZATION,
    floors=None,
    enforce=True,
    contract_extra=None,
):
    """Converts, checks and writes `variants` of a generator.

    Args:
        model: Plain functional Keras model, its inputs named by batch keys.
        directory: Each variant gets a folder of its own in here.
        name: The model's name, for the contract.
        calibration: Iterable of batches, dicts of float arrays `(B, H, W, C)` in [-1, 1] with the
            model's inputs among the keys. All of it calibrates int8, and the first 16 images check
            every variant; take a few dozen, as varied as those the model will meet.
        variants: Some of `VARIANTS`.
        int8: What the int8 file is made of in place of `model`: an equalised copy
            (`quantization.equalization`) or `model` itself, whose ranges the converter takes from
            the least to the greatest value, or a twin (`quantization.twin`), which brings its own,
            or the folder of a `saved_model` that does (`quantization.tfmot`). By default a
            `quantization.sharing.calibrated_twin`; where a layer has none, `model`.
        percentile: For that twin; by default the best of a few.
        output: The output that is exported.
        task: The contract's task; that of `FRONTALIZATION` has alignment and patches.
        floors: `{variant: dB}` in place of `PSNR_FLOORS`.
        enforce: Raise at the first gate that is not passed, and do not write that variant; else
            write it, the gate recorded as not passed.
        contract_extra: Further entries of the contract.

    Returns:
        `{variant: ExportedFile}`.

    Raises:
        GateError: If a file does not pass a gate.
        ValueError: If the backend is not TensorFlow, or variants or calibration do not fit.
    """
    _check(variants)
    samples = _samples(calibration, input_shapes(model))
    checks = samples[:CHECKED_SAMPLES]
    expected = predict(model, checks, output=output)
    floors = PSNR_FLOORS | (floors or {})
    if int8 is None and "int8" in variants:
        int8 = _twin(model, samples, percentile, output)
    exported = {}
    for variant, content in _converted(model, int8, variants, samples, output):
        # Whatever fails here cannot even be loaded, so `enforce` does not apply.
        gates.only_builtin_operators(content)
        contract = make_contract(content, name=name, variant=variant, task=task)
        passed = _gates(content, contract, checks, expected, floors[variant])
        contract["gates"] = _gate_records(passed, variant, enforce=enforce)
        contract |= contract_extra or {}
        path = _write(Path(directory) / variant / FILE, content, contract)
        exported[variant] = ExportedFile(variant, path, contract)
    return exported


def _twin(model, samples, percentile, output):
    """Returns the calibrated twin of `model`, or `model` where it has none."""
    groups = [samples[i : i + 8] for i in range(0, len(samples), 8)]
    # A percentile of one image alone would clip what all of the next one holds.
    together = ({k: np.concatenate([s[k] for s in group]) for k in group[0]} for group in groups)
    try:
        return calibrated_twin(model, together, percentile=percentile, output=output)
    except NoTwinError:
        return model


def _converted(model, int8, variants, samples, output):
    """Yields `(variant, bytes)`; each graph is written down once."""
    sources = {variant: model for variant in variants}
    if "int8" in sources:
        sources["int8"] = int8
    for source in dict.fromkeys(sources.values()):
        written = isinstance(source, Path)
        bare = not written and not ranges(source)
        with contextlib.nullcontext(source) if written else saved_model(source, output=output) as f:
            for variant in (v for v, own in sources.items() if own is source):
                yield variant, convert(f, variant, calibration=samples if bare else ())


def _gates(content, contract, checks, expected, floor):
    """Yields the name of each gate and a function that measures or raises, cheapest first."""
    if contract["variant"] == "int8":
        yield "integer", lambda: gates.integer(content)
    yield "delegated", lambda: gates.fully_delegated(content)
    model = TFLiteModel(content, contract)
    images = np.concatenate([model(sample) for sample in checks])
    yield "finite", lambda: gates.finite(images)
    tolerance = TOLERANCES.get(contract["variant"])
    if tolerance:
        yield "parity", lambda: gates.parity(images, expected, tolerance=tolerance)
    yield "quality", lambda: gates.quality(images, expected, floor=floor)


def _gate_records(named_gates, variant, *, enforce):
    """Runs the gates; returns `{gate: {"passed": bool, ...what it measured}}`."""
    records = {}
    for name, gate in named_gates:
        try:
            records[name] = {"passed": True, **gate()}
        except GateError as error:
            if enforce:
                raise type(error)(f"{variant}: {error}", error.measured) from error
            records[name] = {"passed": False, "reason": str(error), **error.measured}
    return records


def _write(path, content, contract):
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    write_json(path.parent / CONTRACT, contract)
    return path


def _check(variants):
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "Export needs Keras's TensorFlow backend: set KERAS_BACKEND=tensorflow. Received: "
            f"{keras.backend.backend()}."
        )
    unknown = [variant for variant in variants if variant not in VARIANTS]
    if unknown or not variants:
        raise ValueError(f"variants must be some of {VARIANTS}. Received: {tuple(variants)}.")


def _samples(calibration, shapes):
    """Returns the batches as a list of batch-1 dicts with the model's inputs alone."""
    samples = []
    for batch in calibration:
        missing = [name for name in shapes if name not in batch]
        if missing:
            raise ValueError(
                f"Each calibration batch must hold the inputs {list(shapes)}. Missing: {missing}."
            )
        arrays = {name: np.asarray(batch[name], np.float32) for name in shapes}
        for name, array in arrays.items():
            if array.shape[1:] != shapes[name][1:]:
                raise ValueError(
                    f"calibration['{name}'] must have the shape (B, *{shapes[name][1:]}). "
                    f"Received: {array.shape}."
                )
        for i in range(len(next(iter(arrays.values())))):
            samples.append({name: array[i : i + 1] for name, array in arrays.items()})
    if not samples:
        raise ValueError("calibration must hold at least one image. Received: none.")
    return samples
