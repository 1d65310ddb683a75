"""The whole story: data, teacher, supernet, search, student."""

import dataclasses

import keras

from tfgan_compress.datasets import Data
from tfgan_compress.search.result import SearchResult


@dataclasses.dataclass(frozen=True)
class Compressed:
    """What the stages of a run have made; `uniform` is None where it was not asked for."""

    data: Data
    teacher: keras.Model
    student: keras.Model
    found: SearchResult
    uniform: keras.Model | None = None


def compress(run, *, uniform=False):
    """Runs every stage up to the fine-tuned student, or loads what is there.

    Args:
        run: A `Run`.
        uniform: Whether to make the uniformly narrowed student too, to compare with.

    Returns:
        A `Compressed`.
    """
    data = run.data()
    teacher, discriminator = run.teacher(data)
    supernet, adversary = run.supernet(data, teacher, discriminator)
    found = run.search(data, teacher, supernet)
    student = run.student(data, teacher, supernet, adversary, found)
    even = run.uniform(data, teacher, supernet, adversary, found) if uniform else None
    return Compressed(data, teacher, student, found, even)
