"""What each part of the method is worth: supernets trained without it, scored at equal channels.

The paper's claims (Wei et al. 2021, 3.1): distillation of features helps; inheriting the teacher's
discriminator helps. And one of ours to settle: uniform sampling against the sandwich rule, at
equal numbers of steps, of which a sandwich costs four times as much.
"""

import dataclasses
import time

from tfgan_compress.run import Run

ABLATIONS = {
    "without distillation": {"distillation": 0.0},
    "discriminator started at random": {"inherit_discriminator": False},
    "sandwich rule": {"sampling": "sandwich"},
}


def ablate(run, compressed):
    """Returns the rows of the ablation table, the run's own supernet first.

    Args:
        run: A `run.Run` with a trained teacher and supernet.
        compressed: Its `Compressed`; every supernet is scored at the channels that were found,
            not fine-tuned.

    Returns:
        List of `{"name", "ssim", "minutes"}`: held-out SSIM, and the minutes that training took
        in this call (0 where a result was found). Without an adversary there is no row on it.

    Raises:
        ValueError: If the run has no supernet.
    """
    data, found = compressed.data, compressed.found
    if found is None:
        raise ValueError(
            "The ablation compares supernets, which student_start spares. Received: "
            f"student_start={run.recipe.student_start!r}; leave it out."
        )
    rows = [_row("as shipped", run, data, found)]
    for name, changes in ABLATIONS.items():
        if "inherit_discriminator" in changes and not run.recipe.adversarial:
            continue
        directory = run.directory / "ablation" / name.replace(" ", "_")
        recipe = dataclasses.replace(run.recipe, **changes)
        other = Run(recipe, directory, faces=run.faces, strategy=run.strategy)
        rows.append(_row(name, other, data, found, of=run))
    return rows


def _row(name, run, data, found, *, of=None):
    started = time.monotonic()
    # Loaded anew for each: training changes the discriminator.
    teacher, discriminator = (of or run).teacher(data)
    supernet, _ = run.supernet(data, teacher, discriminator)
    minutes = (time.monotonic() - started) / 60
    return {"name": name, "ssim": run.scorer(supernet, data)(found.channels), "minutes": minutes}
