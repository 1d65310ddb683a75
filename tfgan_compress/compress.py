"""The whole story: data, teacher, supernet, search, student."""

import dataclasses

import keras

from tfgan_compress.datasets import Data
from tfgan_compress.search.result import SearchResult


@dataclasses.dataclass(frozen=True)
class Compressed:
    """What the stages of a run have made.

    Attributes:
        data: The run's people.
        teacher: The trained teacher.
        student: The fine-tuned student.
        found: What the search found; None where the recipe names a student to start from.
        uniform: The uniformly narrowed student; None where it was not asked for.
    """

    data: Data
    teacher: keras.Model
    student: keras.Model
    found: SearchResult | None = None
    uniform: keras.Model | None = None


def compress(run, *, uniform=False):
    """Runs every stage up to the fine-tuned student, or loads what is there.

    Args:
        run: A `Run`.
        uniform: Whether to make the uniformly narrowed student too, to compare with.

    Returns:
        A `Compressed`.

    Raises:
        ValueError: If a uniform student is asked for where there is no supernet to take it from.
    """
    start = run.recipe.student_start
    if start and uniform:
        raise ValueError(
            "A uniform student comes out of a supernet, which student_start spares. Received: "
            f"student_start={start!r}; leave one of both out."
        )
    data = run.data()
    teacher, discriminator = run.teacher(data)
    if start:
        return Compressed(data, teacher, run.retuned(data, teacher, discriminator))
    supernet, adversary = run.supernet(data, teacher, discriminator)
    found = run.search(data, teacher, supernet)
    student = run.student(data, teacher, supernet, adversary, found)
    even = run.uniform(data, teacher, supernet, adversary, found) if uniform else None
    return Compressed(data, teacher, student, found, even)
