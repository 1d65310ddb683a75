"""Made-up content of a report; no figure in it was measured."""

import numpy as np

YAWS = (0, 30, 60, 90)


def evaluation(ssim, rank1, *, yaws=YAWS):
    """Falls with yaw, as real ones do."""

    def row(share, count):
        judged = {f"rank1_{j}": rank1 * share for j in ("resnet29", "faceres")}
        judged |= {f"cosine_{j}": 0.9 * share for j in ("resnet29", "faceres")}
        return {"count": count, "psnr": 20.0 * share, "ssim": ssim * share, **judged}

    return {
        "overall": row(0.8, 10 * len(yaws)),
        "by_yaw": {str(yaw): row(1 - yaw / 200, 10) for yaw in yaws},
    }


def export(scale, *, psnr, ssim=0.69):
    return {
        "bytes": int(5e7 / scale),
        "threads": 1,
        "latency_ms": {"mean": 250 / scale, "p50": 248 / scale, "p95": 270 / scale},
        "memory_bytes": {"peak": 2e8, "growth": 1e8 / scale},
        "device": "a made-up processor, 2 cores",
        "sha256": "0" * 64,
        "gates": {
            "delegated": {"passed": True, "undelegated": {}},
            "finite": {"passed": True, "images": 16, "not_finite": 0},
            "quality": {"passed": True, "psnr": psnr, "psnr_worst": psnr - 3, "floor": 35.0},
        },
        "evaluation": evaluation(ssim, 0.92),
    }


def search():
    rng = np.random.default_rng(0)
    trials = [
        {
            "number": i,
            "setting": {"conv0": 8},
            "score": float(0.5 + 0.2 * macs + 0.02 * rng.normal()),
            "macs": int(2e8 * macs),
            "params": 100_000,
            "seconds": 2.0,
        }
        for i, macs in enumerate(rng.uniform(0.3, 1, 40))
    ]
    best = max(trials, key=lambda trial: trial["score"])
    return {
        "channels": {"conv0": 8, "conv1": 4},
        "budget": {"macs": 200_000_000, "params": None},
        "best": best,
        "uniform": trials[0],
        "front": [best["number"]],
        "candidates_per_minute": 30.0,
        "trials": trials,
    }


def content():
    """Everything that a report can hold."""
    teacher = {"name": "tpgan", "params": 13_449_672, "macs_true": 5.9e9, "macs_paper": 6.3e9}
    student = {"name": "student", "params": 480_000, "macs_true": 2.8e8, "macs_paper": 3.0e8}
    teacher |= {"channels": {"conv0": 16, "conv1": 16}, "evaluation": evaluation(0.7, 0.93)}
    teacher["export"] = export(1, psnr=99.0)
    student |= {"channels": {"conv0": 8, "conv1": 4}, "evaluation": evaluation(0.695, 0.925)}
    return {
        "title": "Made-up figures <of a test>",
        "unprocessed": evaluation(0.4, 0.4),
        "teacher": teacher,
        "student": student,
        "exports": {
            "float32": export(20, psnr=99.0),
            "float16": export(22, psnr=60.0),
            "int8": export(70, psnr=37.0),
        },
        "search": search(),
        "uniform": {"evaluation": evaluation(0.68, 0.9)},
        "scores": {"extracted": 0.61, "fine_tuned": 0.64, "kept": 0.64},
        "real": {
            "people": 11,
            "gallery": 51,
            "unprocessed": evaluation(0.4, 0.3, yaws=(0, 35, 90)),
            "student": evaluation(0.5, 0.2, yaws=(0, 35, 90)),
        },
        "ablation": [
            {"name": "as shipped", "score": 0.64, "ssim": 0.69, "rank1": 0.92},
            {"name": "without distillation", "score": 0.6, "ssim": 0.66, "rank1": 0.9},
        ],
        "recipe": {"base_width": 16, "factorized": ("conv0", "dec128")},
        "curves": {"teacher": {"epoch": [0, 1, 2], "loss": [1.0, 0.5, 0.3], "tv": [0.1, None, 0]}},
    }


def faces(count=4, size=16):
    """Coloured noise in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (count, size, size, 3)).astype(np.float32)
