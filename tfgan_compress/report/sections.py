"""The sections of the report, each a function from the content to HTML, empty without its data."""

from tfgan_compress.report import figures, html
from tfgan_compress.report.content import (
    FRLL_CREDIT,
    REAL_JUDGE,
    evaluations,
    judges_of,
    main_variant,
    mean_latency,
)
from tfgan_compress.report.numbers import (
    count,
    decimal,
    megabytes,
    milliseconds,
    percent,
    times,
)

_MET = {True: ("met", "met"), False: ("unmet", "not met"), None: ("open", "not measured")}


def title(content):
    """Returns the heading of the page, plain text."""
    return content.get("title") or f"{content['teacher'].get('name', 'A teacher')}, compressed"


def head(content):
    """What was compressed, and by how much, in large type."""
    teacher, student, ratios = (content[key] for key in ("teacher", "student", "ratios"))
    variant = main_variant(content)
    whole, small = teacher.get("export") or {}, content["exports"].get(variant) or {}
    entries = [
        _entry("fewer MACs", ratios["macs_true"], teacher, student, "macs_true", count),
        _entry("fewer parameters", ratios["params"], teacher, student, "params", count),
        _entry(f"smaller file, {variant}", ratios.get("bytes"), whole, small, "bytes", megabytes),
        _ratio(
            f"faster, {variant}, one thread",
            ratios.get("latency"),
            milliseconds(mean_latency(whole)),
            milliseconds(mean_latency(small)),
        ),
    ]
    way = "a supernet, searched and" if content.get("search") else "a student made before, and"
    summary = content.get("summary") or (
        f"{teacher.get('name', 'The teacher')} was distilled into {way} "
        f"exported as {student.get('name', 'a student')}."
    )
    return (
        f"<header>\n<h1>{html.escape(title(content))}</h1>\n{html.paragraph(summary)}"
        f'<dl class="ratios">{"".join(entries)}</dl>\n</header>\n'
    )


def faces(pictures):
    """A table of pictures."""
    if pictures is None:
        return ""
    return html.section(pictures.title, html.faces(pictures), note=pictures.note)


def by_yaw(content):
    """Quality and identity by yaw on people never trained on, as plots and tables."""
    found = evaluations(content)
    if not found:
        return ""
    overall = next(iter(found.values()))["overall"]
    judges = judges_of(next(iter(found.values())))
    plots = [html.figure(figures.yaw_lines(found, "ssim", label="SSIM"), "SSIM to the truth")]
    for judge in judges:
        svg = figures.yaw_lines(found, f"rank1_{judge}", label="rank-1", percent=True)
        plots.append(html.figure(svg, f"Rank-1 by yaw, judged by {judge}"))
    tables = [_yaw_table(found, "ssim", "SSIM", decimal)]
    tables += [_yaw_table(found, f"rank1_{j}", f"Rank-1, {j}", percent) for j in judges]
    more = [_yaw_table(found, "psnr", "PSNR (dB)", lambda v: decimal(v, 2))]
    more += [_yaw_table(found, f"cosine_{j}", f"Cosine to the truth, {j}", decimal) for j in judges]
    return html.section(
        "People never trained on, by yaw",
        html.figures(*plots),
        html.tables(*tables),
        html.details("PSNR and identity cosine", html.tables(*more)),
        note=f"{overall['count']} views. Unprocessed is the view itself, the bar to clear.",
    )


def real(content):
    """Rank-1 of real people, and the plain word on whether the frontal images help."""
    measured = content.get("real") or {}
    found = {k: v for k, v in measured.items() if isinstance(v, dict) and "by_yaw" in v}
    if not found:
        return ""
    judges = judges_of(next(iter(found.values())))
    tables = [_yaw_table(found, f"rank1_{j}", f"Rank-1, {j}", percent) for j in judges]
    tables += [
        _yaw_table(found, f"cosine_{j}", f"Cosine to the truth, {j}", decimal) for j in judges
    ]
    people, gallery = measured.get("people", "New"), measured.get("gallery")
    among = f", looked for among the true frontal images of {gallery}" if gallery else ""
    return html.section(
        "Real people",
        html.paragraph(_verdict(found), kind="plain"),
        html.tables(*tables),
        note=f"{people} people never trained on{among}. {measured.get('source', FRLL_CREDIT)}",
    )


def costs(content):
    """Parameters, MACs, size, latency and memory of every file, and the gates it passed."""
    teacher, student = content["teacher"], content["student"]
    files = [("teacher float32", teacher, teacher.get("export") or {})]
    files += [(f"student {name}", student, export) for name, export in content["exports"].items()]
    headers = ["file", "parameters", "MACs", "paper MACs", "size"]
    headers += ["mean", "p50", "p95", "memory", "SSIM"]
    rows = [_costs_row(*row) for row in files]
    devices = {f"{e['threads']} thread, {e['device']}" for _, _, e in files if e.get("device")}
    gates = [[name, *_gates(export)] for name, _, export in files if export.get("gates")]
    headings = ["file", "on XNNPACK", "finite", "largest difference to Keras"]
    headings += ["mean PSNR to its float model", "worst"]
    return html.section(
        "What it costs",
        html.table(headers, rows),
        html.table(headings, gates, caption="Gates of the files") if gates else "",
        note=f"Latency at batch 1 ({'; '.join(sorted(devices)) or 'device not noted'}). Paper MACs "
        "count a transposed convolution per output pixel, as papers on GAN compression do. Memory "
        "is what the model adds to a process at its peak.",
    )


def goals(content):
    """What the project set out to reach: met, not met, not measured."""
    items = []
    for target in content["targets"]:
        kind, word = _MET[target["met"]]
        reached = "" if target["met"] is None else f": {target['reached']}"
        items.append(
            f'<li class="{kind}"><em>{word}</em><div>{html.escape(target["name"] + reached)}</div>'
            f"<span>Goal: {html.escape(target['goal'])}</span></li>"
        )
    met = sum(target["met"] is True for target in content["targets"])
    return html.section(
        "Goals",
        f'<ul class="targets">{"".join(items)}</ul>',
        note=f"{met} of {len(items)} met. The goals are those of the shipped 128x128 student.",
    )


def _entry(name, ratio, before, after, key, form):
    return _ratio(name, ratio, form(before.get(key)), form(after.get(key)))


def _ratio(name, ratio, before, after):
    change = f"{before} → {after}" if before and after else "not measured"
    return (
        f"<div><dd><strong>{times(ratio) or 'n/a'}</strong></dd><dt>{html.escape(name)}</dt>"
        f"<dd><small>{html.escape(change)}</small></dd></div>"
    )


def _yaw_table(found, key, caption, form):
    yaws = sorted({yaw for e in found.values() for yaw in e["by_yaw"]}, key=int)
    rows = [
        [
            name,
            *(form(evaluation["by_yaw"].get(yaw, {}).get(key)) for yaw in yaws),
            form(evaluation["overall"].get(key)),
        ]
        for name, evaluation in found.items()
    ]
    return html.table(["", *(f"{yaw}°" for yaw in yaws), "all"], rows, caption=caption)


def _verdict(found):
    key, view = f"rank1_{REAL_JUDGE}", found.get("unprocessed", {"by_yaw": {}})
    words = []
    for yaw, row in sorted(view["by_yaw"].items(), key=lambda item: int(item[0])):
        ours = found.get("student", view)["by_yaw"].get(yaw, {}).get(key)
        if int(yaw) == 0 or ours is None or row.get(key) is None or "student" not in found:
            continue
        better = "more" if ours > row[key] else "no more" if ours == row[key] else "less"
        words.append(
            f"At {yaw}° the student's frontal images are recognised {better} often than the "
            f"unprocessed views ({percent(ours)} against {percent(row[key])})."
        )
    return " ".join(words)


def _costs_row(name, model, export):
    latency = export.get("latency_ms") or {}
    evaluation = export.get("evaluation") or (model.get("evaluation") if "teacher" in name else {})
    return [
        name,
        *(count(model.get(key)) for key in ("params", "macs_true", "macs_paper")),
        megabytes(export.get("bytes")),
        *(milliseconds(latency.get(key)) for key in ("mean", "p50", "p95")),
        megabytes((export.get("memory_bytes") or {}).get("growth")),
        decimal(((evaluation or {}).get("overall") or {}).get("ssim")),
    ]


def _gates(export):
    gates = export["gates"]
    quality = gates.get("quality", {})
    words = {True: "yes", False: "no"}
    difference = gates.get("parity", {}).get("max_difference")
    return [
        words.get(gates.get("delegated", {}).get("passed")),
        words.get(gates.get("finite", {}).get("passed")),
        None if difference is None else f"{difference:.1e}",
        *(decimal(quality.get(key), 1) for key in ("psnr", "psnr_worst")),
    ]
