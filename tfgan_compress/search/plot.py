"""A search as a picture: MACs against score, the Pareto front, the budget, reference points."""

from matplotlib.figure import Figure

from tfgan_compress.files import atomic_path


def plot(result, path, *, references=None, score_name="score"):
    """Draws `result` to `path` (.png, .svg, .pdf).

    Args:
        result: A `SearchResult`.
        path: File to write.
        references: `{label: (macs, score)}` of further points, e.g. the teacher.
        score_name: Label of the vertical axis.
    """
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    _scatter(axes, result.trials, "candidates", color="0.65", s=14)
    front = result.front
    axes.plot([c.macs / 1e9 for c in front], [c.score for c in front], color="C0", lw=1, zorder=2)
    _scatter(axes, front, "Pareto front", color="C0", s=22, zorder=3)
    _scatter(axes, [result.best], "best", color="C3", marker="*", s=150, zorder=5)
    if result.uniform:
        _scatter(axes, [result.uniform], "uniform", color="C1", marker="s", s=45, zorder=4)
    for index, (label, (macs, score)) in enumerate((references or {}).items()):
        axes.scatter(macs / 1e9, score, color=f"C{4 + index}", marker="D", label=label, zorder=4)
    if result.budget.get("macs"):
        axes.axvline(result.budget["macs"] / 1e9, color="0.3", ls="--", lw=1, label="budget")
    axes.set(xlabel="MACs (billions)", ylabel=score_name)
    axes.grid(alpha=0.25)
    axes.legend(loc="lower right", fontsize=8)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)


def _scatter(axes, candidates, label, **style):
    macs, scores = [c.macs / 1e9 for c in candidates], [c.score for c in candidates]
    axes.scatter(macs, scores, label=label, **style)
