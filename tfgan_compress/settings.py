"""What a recipe's settings have to fulfil, before a run begins, and how those in text are read."""

from tfgan_compress.datasets import check_people
from tfgan_compress.training.architectures import find_architecture
from tfgan_compress.training.capture import check_capture

DTYPES = ("float32", "mixed_bfloat16")
"""Half floats of 16 bits would need their losses scaled, which the trainer does not do."""


def check_settings(recipe):
    """Refuses what does not go with the network or the machine, and what `check_people` refuses.

    Raises:
        ValueError: Naming the rule and the value.
    """
    if recipe.dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}. Received: {recipe.dtype!r}.")
    if recipe.captured:
        check_capture()
    architecture = find_architecture(recipe.architecture)
    if recipe.code_rank < 0:
        raise ValueError(f"code_rank must not be negative. Received: {recipe.code_rank}.")
    if recipe.code_rank and "code_rank" not in architecture.generator.settings:
        raise ValueError(
            "code_rank is for a network whose code may be made by a product, tpgan. Received: "
            f"architecture={recipe.architecture!r}, code_rank={recipe.code_rank}."
        )
    if recipe.wild and not architecture.adapts:
        raise ValueError(
            "wild is for a network that adapts to target data, pim. Received: architecture="
            f"{recipe.architecture!r}."
        )
    if widths(recipe.widened) and not recipe.student_start:
        raise ValueError(
            "widened is for a student that was made before. Received: student_start='', "
            f"widened={recipe.widened}."
        )
    check_people(recipe)


def widths(settings):
    """Returns `{group or pattern: width}` of settings like `"paint1:8"`, `"conv4_inner*:96"`."""
    found = {}
    for setting in settings:
        group, _, width = setting.partition(":")
        if not width.isdecimal():
            raise ValueError(f"widened must read group:width. Received: {setting!r}.")
        found[group] = int(width)
    return found
