"""The content of a report, a dict that is JSON throughout, and what is computed from it.

| key | what |
|---|---|
| `title` `summary` | optional heading and sentence |
| `unprocessed` | evaluation (see `evaluate.Evaluator`) of the views as they are |
| `teacher` `student` | `model_entry`s; the teacher's with the `export` of its float32 file |
| `exports` | `{variant: export_entry}` of the student |
| `search` | `SearchResult.to_dict()` |
| `uniform` | `model_entry` of the uniformly narrowed student of equal MACs, trained as long |
| `scores` | the student's likeness (`ImageScore`) on held-out people: `extracted`, `fine_tuned`, `kept` |
| `real` | `people`, `gallery` (numbers), `source` (whom to credit; `FRLL_CREDIT`), and evaluations of real people: `unprocessed`, `teacher`, `student`, ... |
| `ablation` | list of rows: `name` and figures such as `score`, `ssim`, `rank1` |
| `recipe` | settings |
| `curves` | `{stage: {column: values}}` of `read_log` |
| `demo` | `minutes`, `peak_memory_bytes` of a demo |
| `ratios` `targets` | computed where they are missing |

All keys but `teacher`, `student` and `exports` are optional, and so is every `evaluation`: what
was not measured is said not to be.
"""  # noqa: E501

import csv
import math
from pathlib import Path

from tfgan_compress.profile import profile

QUANTIZED = "int8"
JUDGES = ("resnet29", "faceres")
"""The first one trains, unless a recipe says otherwise; the second one shares nothing with it."""

REAL_JUDGE = "resnet29"
"""The judge in whose rank-1 the goal for real people is stated."""

FRLL_CREDIT = (
    "Photographs: Lisa DeBruine and Benedict Jones (2017), Face Research Lab London Set, doi "
    "10.6084/m9.figshare.5047666, CC BY 4.0; aligned and reduced."
)


def check(content):
    """Raises ValueError if the content lacks what every report needs."""
    missing = [key for key in ("teacher", "student", "exports") if key not in content]
    if missing:
        raise ValueError(f"A report needs teacher, student and exports. Missing: {missing}.")


def model_entry(model, *, evaluation=None, export=None):
    """Returns what a report holds of a Keras generator.

    Args:
        model: The generator.
        evaluation: Its evaluation.
        export: An `export_entry` of its file, for a teacher.
    """
    counted = profile(model)
    return {
        "name": model.name,
        "params": counted.params,
        "macs_true": counted.macs_true,
        "macs_paper": counted.macs_paper,
        "channels": dict(getattr(model, "channels", {})),
        "evaluation": evaluation,
        "export": export,
    }


def export_entry(exported, measured, *, evaluation=None):
    """Returns what a report holds of a `.tflite` file.

    Args:
        exported: An `export.ExportedFile`, or a contract.
        measured: What `benchmark.benchmark` returned for it.
        evaluation: Its evaluation.
    """
    contract = getattr(exported, "contract", exported)
    kept = {key: contract[key] for key in ("sha256", "gates")}
    # The path is the business of whoever ran it.
    measured = {key: value for key, value in measured.items() if key != "file"}
    return {**measured, **kept, "evaluation": evaluation}


def ratios(content):
    """Returns how many times smaller the student is than the teacher.

    Returns:
        `params`, `macs_true`, `macs_paper`; `bytes` and `latency` of the int8 file (or the first
        there is) against the teacher's float32 file, and the same of every file in `by_variant`.
        What was not measured is None.
    """
    teacher, student = content["teacher"], content["student"]
    found = {
        key: _ratio(teacher.get(key), student.get(key))
        for key in ("params", "macs_true", "macs_paper")
    }
    whole = teacher.get("export") or {}
    by_variant = {
        variant: {
            "bytes": _ratio(whole.get("bytes"), export.get("bytes")),
            "latency": _ratio(mean_latency(whole), mean_latency(export)),
        }
        for variant, export in content["exports"].items()
    }
    return {**found, **by_variant.get(main_variant(content), {}), "by_variant": by_variant}


def main_variant(content):
    """Returns the variant that the ratios are about."""
    exports = content["exports"]
    return QUANTIZED if QUANTIZED in exports else next(iter(exports), None)


def mean_latency(export):
    """Returns the mean latency in ms of an export, or None."""
    return (export.get("latency_ms") or {}).get("mean")


def judges_of(evaluation):
    """Returns the names of the judges of an evaluation."""
    return [key[6:] for key in evaluation.get("overall", {}) if key.startswith("rank1_")]


def evaluations(content):
    """Returns `{row title: evaluation}` of all that was evaluated, in the order of the story."""
    found = {"unprocessed": content.get("unprocessed")}
    found |= {name: content[name].get("evaluation") for name in ("teacher", "student")}
    found |= {f"{name} .tflite": e.get("evaluation") for name, e in content["exports"].items()}
    return {name: evaluation for name, evaluation in found.items() if evaluation}


def read_log(path):
    """Returns `{column: [values]}` of a stage's `log.csv`, or {} if there is none.

    A resumed stage may have logged an epoch twice; the last line counts.
    """
    path = Path(path)
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["epoch"]: row for row in csv.DictReader(file) if row.get("epoch") != "epoch"}
    rows = sorted(rows.values(), key=lambda row: int(row["epoch"]))
    return {key: [_number(row[key]) for row in rows] for key in rows[0]} if rows else {}


def _number(text):
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _ratio(large, small):
    return large / small if large and small else None
