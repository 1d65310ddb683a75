"""The four tables of Wei et al. 2021, of any models and data, with the paper's own figures beside.

Each function makes a `Table` from what `evaluate`, `profile` and `benchmark` measured, and
`write_tables` writes them as Markdown, CSV and HTML. The paper's rows say so and come first.
"""

import csv
import dataclasses
from pathlib import Path

from tfgan_compress.files import atomic_path
from tfgan_compress.report import html, markdown, paper
from tfgan_compress.report.content import mean_latency
from tfgan_compress.report.numbers import count, decimal, megabytes, milliseconds, times

TITLE = "The tables of Wei et al. 2021"
LEAD = (
    f"Rows of {paper.SOURCE} are the paper's own figures, on its data and devices and with its "
    "judge. All others were measured here, on other data unless they are named alike."
)


@dataclasses.dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        name: Of its CSV file.
        title: Heading.
        headers: Texts.
        rows: Lists of texts, None where nothing was measured.
        note: What has to be known to read it.
    """

    name: str
    title: str
    headers: tuple
    rows: tuple
    note: str = ""


def rank1_by_angle(evaluations, judge):
    """Returns Table 1: rank-1 in percent by absolute yaw.

    Args:
        evaluations: `{data: {model: evaluation}}` of an `evaluate.Evaluator`.
        judge: The recognizer that judged.
    """
    rows = [
        (model, paper.SOURCE, "Multi-PIE", cells) for model, cells in paper.RANK1_BY_ANGLE.items()
    ]
    for data, models in evaluations.items():
        rows += [(m, "measured", data, _cells(e["by_yaw"], judge)) for m, e in models.items()]
    angles = _angles(cells for *_, cells in rows)
    return Table(
        name=f"table1_{judge}",
        title=f"Table 1: rank-1 by yaw (%), judged by {judge}",
        headers=(
            "model",
            "source",
            "data",
            *(f"{angle}\N{DEGREE SIGN}" for angle in angles),
            "Avg",
        ),
        rows=tuple([*row, *_line(cells, angles)] for *row, cells in rows),
        note="Avg is the mean over the yaws from 15 degrees on. Gallery pictures are no probes.",
    )


def rank1_by_pose(evaluations, judge):
    """Returns Table 2: rank-1 in percent by pitch and yaw, of those data that have several pitches.

    Args:
        evaluations: `{data: {model: evaluation}}` of an `evaluate.Evaluator`.
        judge: The recognizer that judged.
    """
    rows = [
        (model, paper.SOURCE, "CAS-PEAL-R1", pitch, cells)
        for model, pitches in paper.RANK1_BY_POSE.items()
        for pitch, cells in pitches.items()
    ]
    for data, models in evaluations.items():
        rows += [
            (model, "measured", data, int(pitch), _cells(part["by_yaw"], judge, frontal=True))
            for model, evaluation in models.items()
            for pitch, part in evaluation.get("by_pitch", {}).items()
        ]
    angles = _angles(cells for *_, cells in rows)[::-1]
    measured = any(row[1] == "measured" for row in rows)
    return Table(
        name=f"table2_{judge}",
        title=f"Table 2: rank-1 by pitch and yaw (%), judged by {judge}",
        headers=(
            *("model", "source", "data", "pitch"),
            *(f"{angle}\N{DEGREE SIGN}" for angle in angles),
            "Avg",
        ),
        rows=tuple([*row, _degrees(pitch), *_line(cells, angles)] for *row, pitch, cells in rows),
        note="Measured pitch is positive when the face looks down; the paper does not say which is."
        + ("" if measured else " None of the data given has several pitches."),
    )


def costs(pairs):
    """Returns Table 3: parameters and MACs, and how many times fewer.

    Args:
        pairs: `(teacher, student)`s, each a `content.model_entry`.
    """
    rows = [[model, paper.SOURCE, *cells, None] for model, cells in paper.COSTS.items()]
    for teacher, student in pairs:
        keys = ("params", "macs_paper", "macs_true")
        rows.append([teacher["name"], "measured", *(count(teacher[key]) for key in keys)])
        rows.append(
            [
                student["name"],
                "measured",
                *(f"{count(student[k])} ({times(teacher[k] / student[k])})" for k in keys),
            ]
        )
    return Table(
        name="table3",
        title="Table 3: parameters and MACs",
        headers=("model", "source", "parameters", "MACs", "true MACs"),
        rows=tuple(rows),
        note="MACs as papers on GAN compression count them, a transposed convolution per output "
        "pixel; true MACs count it per input pixel.",
    )


def speed(pairs):
    """Returns Table 4: reductions of MACs and memory, and latency with its speed-up.

    Args:
        pairs: `(teacher, student)`s, each a `content.model_entry` with `exports`, `{variant:
            measured}` as `benchmark.benchmark` returns it, the teacher's `float32` among them,
            and optionally `gpu` and `gpu_ms`, its name and `benchmark.keras_latency`'s mean on it.
    """
    rows = [[model, paper.SOURCE, *cells, paper.DEVICES] for model, cells in paper.SPEED.items()]
    for teacher, student in pairs:
        whole = teacher["exports"]["float32"]
        rows.append(_speed_row(teacher, "float32", teacher, whole))
        rows += [_speed_row(student, name, teacher, whole) for name in student["exports"]]
    return Table(
        name="table4",
        title="Table 4: memory and latency",
        headers=("model", "source", "fewer MACs", "less memory", "GPU", "CPU", "device"),
        rows=tuple(rows),
        note="Batch 1. In brackets: against the original model's float32 file, or against the "
        "original on the same GPU, where Keras runs it in float32.",
    )


def write_tables(directory, tables):
    """Writes `tables.md`, `tables.html` and a CSV file a table.

    Args:
        directory: Where to.
        tables: The `Table`s.

    Returns:
        Path of the page.
    """
    directory = Path(directory)
    for table in tables:
        with (
            atomic_path(directory / f"{table.name}.csv") as temporary,
            temporary.open("w", newline="", encoding="utf-8") as file,
        ):
            csv.writer(file).writerows([table.headers, *table.rows])
    text = [f"# {TITLE}", LEAD]
    for table in tables:
        text += [f"## {table.title}", markdown.table(table.headers, table.rows), table.note]
    body = f"<header>\n<h1>{html.escape(TITLE)}</h1>\n{html.paragraph(LEAD)}</header>\n" + "".join(
        html.section(table.title, html.table(table.headers, table.rows), note=table.note)
        for table in tables
    )
    for name, content in (
        ("tables.md", "\n\n".join(text) + "\n"),
        ("tables.html", html.page(TITLE, body)),
    ):
        with atomic_path(directory / name) as temporary:
            temporary.write_text(content, encoding="utf-8")
    return directory / "tables.html"


def _cells(by_yaw, judge, *, frontal=False):
    """Rank-1 in percent by yaw, and their mean under `Avg`."""
    shares = {int(yaw): row[f"rank1_{judge}"] for yaw, row in by_yaw.items()}
    cells = {
        yaw: 100 * share for yaw, share in shares.items() if share is not None and (yaw or frontal)
    }
    return {**cells, "Avg": sum(cells.values()) / len(cells)} if cells else {}


def _angles(rows):
    """All yaws of the rows, the largest first, as in the paper."""
    return sorted({yaw for cells in rows for yaw in cells if yaw != "Avg"}, reverse=True)


def _line(cells, angles):
    return [decimal(cells.get(key), 2) for key in (*angles, "Avg")]


def _degrees(angle):
    return f"{angle:+d}\N{DEGREE SIGN}" if angle else "0\N{DEGREE SIGN}"


def _speed_row(model, variant, teacher, whole):
    measured = model["exports"][variant]
    original = model is teacher
    memory = [file["memory_bytes"]["growth"] for file in (whole, measured)]
    gpus = [teacher.get("gpu_ms"), model.get("gpu_ms") if variant == "float32" else None]
    latencies = [mean_latency(whole), mean_latency(measured)]
    return [
        f"{model['name']}, {variant}",
        "measured",
        None if original else times(teacher["macs_paper"] / model["macs_paper"]),
        megabytes(memory[1]) if original else f"{megabytes(memory[1])} ({_gain(*memory)})",
        *(_latency(*pair, original=original) for pair in (gpus, latencies)),
        "; ".join(
            filter(
                None, (model.get("gpu"), f"{measured['device']}, {measured['threads']} thread(s)")
            )
        ),
    ]


def _latency(before, after, *, original):
    if after is None or original:
        return milliseconds(after)
    return f"{milliseconds(after)} ({_gain(before, after)})"


def _gain(before, after):
    return times(before / after) if before and after else "n/a"
