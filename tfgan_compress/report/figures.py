"""The report's plots as inline SVG that takes its text colour and font from the page."""

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tfgan_compress.search.plot import plot
from tfgan_compress.search.result import SearchResult

COLOURS = {"unprocessed": "#8b929b", "teacher": "#4c78d0", "student": "#d9722e", "int8": "#2a9d6f"}
_INK = "#010203"
_STYLE: Any = {
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _INK,
    "grid.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "legend.framealpha": 0.0,
    "legend.edgecolor": "none",
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "tfgan_compress",
    "font.size": 10,
}


def yaw_lines(evaluations, key, *, label, percent=False):
    """Returns a line plot of one figure by yaw.

    Args:
        evaluations: `{name: evaluation}`; those of `COLOURS` are drawn.
        key: A key of the evaluations' rows.
        label: Of the vertical axis.
        percent: Whether the figure is a share.
    """
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.4), layout="constrained")
        axes = figure.add_subplot()
        for name, evaluation in evaluations.items():
            points = [(int(yaw), row.get(key)) for yaw, row in evaluation["by_yaw"].items()]
            points = [(yaw, value) for yaw, value in points if value is not None]
            series = name.removesuffix(" .tflite")
            if points and series in COLOURS:
                style: Any = {"color": COLOURS[series], "ls": "--" if series == "int8" else "-"}
                axes.plot(*zip(*points, strict=True), marker="o", ms=4, label=series, **style)
        axes.set(xlabel="yaw (degrees)", ylabel=label)
        axes.set_xticks(sorted({int(yaw) for e in evaluations.values() for yaw in e["by_yaw"]}))
        if percent:
            axes.set_ylim(-0.03, 1.03)
            axes.yaxis.set_major_formatter("{x:.0%}")
        axes.grid(alpha=0.15, lw=0.6)
        axes.legend(loc="best", fontsize=9)
        return _svg(lambda stream: figure.savefig(stream, format="svg"), f"yaw-{key}")


def search_scatter(search, *, score_name="score"):
    """Returns the scatter of a search, `SearchResult.to_dict()`, with its Pareto front."""
    with matplotlib.rc_context(_STYLE), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.svg"
        plot(SearchResult.from_dict(search), path, score_name=score_name)
        return _svg(lambda stream: stream.write(path.read_bytes()), "search")


def loss_curves(columns, *, name):
    """Returns the losses of one stage by epoch.

    Args:
        columns: `{column: values}` of `content.read_log`.
        name: Sets the figure apart from others of the page.
    """
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.2), layout="constrained")
        axes = figure.add_subplot()
        for loss, values in columns.items():
            points = [
                (epoch + 1, value)
                for epoch, value in zip(columns["epoch"], values, strict=True)
                if value is not None and value > 0
            ]
            if loss not in ("epoch", "learning_rate") and points:
                width = 2.2 if loss == "loss" else 1
                axes.plot(*zip(*points, strict=True), lw=width, label=loss)
        axes.set_yscale("log")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.15, lw=0.6)
        if axes.lines:
            figure.legend(loc="outside right upper", fontsize=8)
        return _svg(lambda stream: figure.savefig(stream, format="svg"), f"losses-{name}")


def _svg(save, name):
    """Returns what `save(stream)` writes as an SVG element fit to stand in a page with others."""
    stream = io.BytesIO()
    save(stream)
    text = stream.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace(_INK, "currentColor")
    # The page decides the size: the view box keeps the proportions.
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1, flags=re.DOTALL)
    # matplotlib numbers the elements of every figure alike.
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    return re.sub(r'href="#', f'href="#{name}-', text)
