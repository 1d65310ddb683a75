"""What a teacher answers to each training record, computed once and not in every step.

A frozen teacher's pass is a third to a half of a student's step. Here it paints every record before
training (Shen and Xing 2022, "A Fast Knowledge Distillation Framework for Visual Recognition"). The
student must see what the teacher saw (Beyer et al. 2022, "Knowledge distillation: A good teacher
is patient and consistent"): each record's augmentation is drawn once, for good. Left out: features
that take more room than pictures are worth (`small_taps`).
"""

import functools
import math
from pathlib import Path

import numpy as np

from tfgan_compress.blocks import tap_output
from tfgan_compress.data.batches import batches
from tfgan_compress.data.records import ANSWER, to_uint8
from tfgan_compress.files import atomic_path
from tfgan_compress.training.base import pick, with_taps

BATCH = 8
SHARD = 32 * BATCH
"""Records to a file; a pass that was killed goes on with the first that is missing."""
ROOM = 4
"""The most that a tap may take, in pictures."""


def small_taps(teacher, taps):
    """Returns those of `taps` whose features, in float16, take at most `ROOM` pictures' room."""
    room = ROOM * math.prod(teacher.image_shape)
    return tuple(tap for tap in taps if 2 * math.prod(_shape(teacher, tap)) <= room)


def answered(source, teacher, folder, *, taps, augment, seed):
    """Returns `source` with the answers of `teacher`, computing what is missing in `folder`.

    Args:
        source: A source of records.
        teacher: A trained generator.
        folder: Holds the answers; of one source, teacher, seed and augmentation alone.
        taps: Blocks whose features are kept.
        augment: As in `data.batches`.
        seed: Decides each record's augmentation.

    Returns:
        An `Answered`.
    """
    from tqdm import tqdm

    folder, fixed = Path(folder), _Fixed(source, augment, seed)
    model = with_taps(teacher, taps)
    with tqdm(total=len(source), unit="record", desc="teacher's answers") as bar:
        for start in range(0, len(source), SHARD):
            if not (path := _path(folder, start)).exists():
                found = _answers(model, teacher, taps, fixed, start)
                with atomic_path(path) as temporary:
                    np.save(temporary, found)
            bar.update(min(SHARD, len(source) - start))
    return Answered(fixed, folder)


def answers_in(batch):
    """Returns the teacher's `outputs` and `features` in `batch`, empty where it has none."""
    features = {
        key.removeprefix(f"{ANSWER}_"): value
        for key, value in batch.items()
        if key.startswith(f"{ANSWER}_")
    }
    outputs = {"image": batch[ANSWER]} if ANSWER in batch else {}
    return {"outputs": outputs, "features": features}


class Answered:
    """Records of `source` with `answer`, a picture, and `answer_<tap>`, features; see `records`.

    Args:
        source: The records that were answered, in this order.
        folder: Of the answers.
    """

    def __init__(self, source, folder):
        self._source, self._folder = source, Path(folder)
        self.record_identities = source.record_identities

    def __len__(self):
        return len(self._source)

    def __getitem__(self, index):
        start = int(index) // SHARD * SHARD
        row = _opened(_path(self._folder, start))[int(index) - start]
        return {**self._source[index], **{name: np.array(row[name]) for name in row.dtype.names}}


class _Fixed:
    """`source`, each record with its one augmentation."""

    def __init__(self, source, augment, seed):
        self._source, self._augment, self._seed = source, augment, seed
        self.record_identities = source.record_identities

    def __len__(self):
        return len(self._source)

    def __getitem__(self, index):
        return self._augment(self._source[index], np.random.default_rng((self._seed, int(index))))


def _answers(model, teacher, taps, source, start):
    """The answers to the records of one file, a structured array."""
    kind = [(ANSWER, np.uint8, teacher.image_shape)]
    kind += [(f"{ANSWER}_{tap}", np.float16, _shape(teacher, tap)) for tap in taps]
    found = np.zeros(min(SHARD, len(source) - start), kind)
    served = batches(source, batch_size=BATCH, seed=0, shuffle=False, start=start // BATCH)
    for done, batch in zip(range(0, len(found), BATCH), served, strict=False):
        made = model.predict_on_batch(pick(model, batch))
        rows = found[done : done + BATCH]
        rows[ANSWER] = to_uint8(made["outputs"]["image"])
        for tap in taps:
            rows[f"{ANSWER}_{tap}"] = made["features"][tap]
    return found


def _shape(teacher, tap):
    return tuple(tap_output(teacher, tap).shape[1:])


def _path(folder, start):
    return folder / f"answers-{start:08d}.npy"


@functools.lru_cache(maxsize=64)
def _opened(path):
    return np.load(path, mmap_mode="r")
