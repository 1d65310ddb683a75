"""What the project set out to reach, held against what a run has reached; nothing is rounded up."""

from typing import Any

from tfgan_compress.report.content import (
    JUDGES,
    QUANTIZED,
    REAL_JUDGE,
    evaluations,
    ratios,
)


def targets(content):
    """Returns what the project set out to reach and what the content says was reached.

    Returns:
        List of `{"name", "goal", "reached", "met"}`; `met` is None where it was not measured.
    """
    view, teacher, student = (
        evaluations(content).get(name) for name in ("unprocessed", "teacher", "student")
    )
    rows = [
        _above("Teacher's SSIM", teacher, view, "ssim", "{:.3f}"),
        *[_above("Teacher's rank-1", teacher, view, f"rank1_{j}", "{:.0%}") for j in JUDGES],
        *[_doubled(teacher, view, f"rank1_{j}", yaw) for j in JUDGES for yaw in ("60", "90")],
        _real(content),
        _at_least("MACs, student", "macs_true", 20, content),
        _at_least("Parameters, student", "params", 25, content),
        _close("Student's mean SSIM", student, teacher, "ssim", 0.01, "{:+.4f}".format),
        *[_rank1_close(student, teacher, f"rank1_{j}") for j in JUDGES],
        _uniform(content, student),
        *_quantized(content),
        _at_least("Latency, int8 file on one thread", "latency", 20, content),
        _at_least("File size, int8 file", "bytes", 60, content),
    ]
    return rows + (_demo(content["demo"]) if content.get("demo") else [])


def _target(name, goal, reached, met):
    reached = "not measured" if met is None else reached
    return {"name": name, "goal": goal, "reached": reached, "met": met}


def _value(evaluation, key, yaw=None):
    """A figure of an evaluation, or None."""
    evaluation = evaluation or {}
    row = evaluation.get("overall") if yaw is None else evaluation.get("by_yaw", {}).get(yaw)
    return (row or {}).get(key)


def _above(name, model, view, key, form):
    name += _judge(key)
    goal = "above that of the unprocessed view at every yaw from 45 degrees"
    pairs: dict[str, Any] = {
        yaw: (_value(model, key, yaw), _value(view, key, yaw))
        for yaw in (model or {}).get("by_yaw", {})
        if int(yaw) >= 45
    }
    if not pairs or None in sum(pairs.values(), ()):
        return _target(name, goal, "", None)
    cells = [f"{yaw}°: {form} against {form}".format(*pair) for yaw, pair in pairs.items()]
    return _target(name, goal, "; ".join(cells), all(a > b for a, b in pairs.values()))


def _doubled(model, view, key, yaw):
    name, goal = (
        f"Teacher's rank-1 at {yaw}°{_judge(key)}",
        "twice the unprocessed view's, or above 90%",
    )
    ours, theirs = _value(model, key, yaw), _value(view, key, yaw)
    if ours is None or theirs is None:
        return _target(name, goal, "", None)
    met = (ours > 0 and ours >= 2 * theirs) or ours > 0.9
    return _target(name, goal, f"{ours:.1%} against {theirs:.1%}", met)


def _real(content):
    name, goal = (
        f"Real people at profile, rank-1 ({REAL_JUDGE})",
        "above that of the unprocessed view",
    )
    real, key = content.get("real") or {}, f"rank1_{REAL_JUDGE}"
    ours, theirs = (_value(real.get(row), key, "90") for row in ("student", "unprocessed"))
    if ours is None or theirs is None:
        return _target(name, goal, "", None)
    return _target(name, goal, f"student {ours:.0%} against {theirs:.0%}", ours > theirs)


def _at_least(name, key, goal, content):
    found = content.get("ratios", ratios(content)).get(key)
    return _target(
        name, f"at least {goal}x less", f"{found or 0:.1f}x", None if not found else found >= goal
    )


def _close(name, student, teacher, key, limit, form):
    goal = f"no worse than {form(-limit)} from the teacher's"
    ours, theirs = _value(student, key), _value(teacher, key)
    if ours is None or theirs is None:
        return _target(name, goal, "", None)
    return _target(name, goal, form(ours - theirs), ours >= theirs - limit)


def _rank1_close(student, teacher, key):
    name = f"Student's mean rank-1{_judge(key)}"
    return _close(name, student, teacher, key, 0.015, lambda x: f"{100 * x:+.1f} points")


def _judge(key):
    """Rank-1 names its judge, because the one that trained is the milder one."""
    return f" ({key[6:]})" if key.startswith("rank1_") else ""


def _uniform(content, student):
    name, goal = "Search against uniform width", "higher mean SSIM at equal MACs and training"
    uniform = (content.get("uniform") or {}).get("evaluation")
    ours, theirs = _value(student, "ssim"), _value(uniform, "ssim")
    if ours is None or theirs is None:
        return _target(name, goal, "", None)
    reached = f"SSIM {ours:.4f} against {theirs:.4f}"
    for judge in JUDGES:
        pair = [_value(evaluation, f"rank1_{judge}") for evaluation in (student, uniform)]
        if None not in pair:
            reached += "; rank-1 ({}) {:.1%} against {:.1%}".format(judge, *pair)
    return _target(name, goal, reached, ours > theirs)


def _quantized(content):
    gates = (content["exports"].get(QUANTIZED) or {}).get("gates") or {}
    psnr = (gates.get("quality") or {}).get("psnr")
    delegated = (gates.get("delegated") or {}).get("passed")
    return [
        _target(
            "int8 against its own float output",
            "PSNR of at least 35 dB",
            f"{psnr or 0:.1f} dB",
            None if psnr is None else psnr >= 35,
        ),
        _target(
            "int8 on XNNPACK", "fully delegated", "all operators" if delegated else "not all",
            delegated,
        ),
    ]  # fmt: skip


def _demo(demo):
    minutes, memory = demo.get("minutes"), demo.get("peak_memory_bytes")
    return [
        _target(
            "Time of the demo", "at most 10 minutes", f"{minutes or 0:.1f} minutes",
            None if minutes is None else minutes <= 10,
        ),
        _target(
            "Memory of the demo", "at most 6 GB", f"{(memory or 0) / 1e9:.1f} GB",
            None if memory is None else memory <= 6e9,
        ),
    ]  # fmt: skip
