"""Serves any source of records as batches to `model.fit`, on every Keras backend, through `grain`.

Order and augmentation depend on the seed alone, so a run that was killed goes on where it stopped
(`start`). Splitting by identity is the business of `splits`.

Keras cannot ask a `grain` data set for its length. To train, give `repeat=True` here, and
`steps_per_epoch` and `shuffle=False` (or it warns) to `fit`; to evaluate, give `steps`.
"""

import functools

import numpy as np

from tfgan_compress.data import records


def batches(
    source, *, batch_size, seed, shuffle, augment=None, repeat=False, workers=0, start=0,
    as_shot=False,
):  # fmt: skip
    """Returns a `grain.IterDataset` of batches; see `records` for their keys.

    Args:
        source: Object with `len` and `[i]` that yields records.
        batch_size: Records to a batch. Without `repeat` the last batch may be smaller.
        seed: Decides the order (with `shuffle`) and the augmentation.
        shuffle: Whether to draw the records in random order, another one each time round.
        augment: Optional `(record, rng) -> record` on unfinished records, `rng` a NumPy generator.
        repeat: Whether to go round for ever; `fit` then needs `steps_per_epoch`.
        workers: Threads that prepare batches ahead; 0 prepares each when it is asked for.
        start: Batches to leave out at the beginning: `epoch * steps_per_epoch` to resume.
        as_shot: Whether no view is mirrored and yaw may be negative; see `records.finish_record`.
    """
    # Heavy, and not needed by those who only read records.
    import grain

    dataset = grain.MapDataset.source(source).seed(seed)
    if shuffle:
        dataset = dataset.shuffle()
    if repeat:
        dataset = dataset.repeat()
    if augment is not None:
        dataset = dataset.random_map(augment)
    finish = functools.partial(records.finish_record, as_shot=as_shot)
    dataset = dataset.map(finish).batch(batch_size)
    if start:
        dataset = dataset[start:]
    return dataset.to_iter_dataset(
        grain.ReadOptions(num_threads=workers, prefetch_buffer_size=2 * workers)
    )


class Mixed:
    """Several sources as one, each with its share of the records, evenly interleaved.

    Goes through every source at least once; those that their weight asks more of come round
    again. Identities are numbered on, so that no two sources share one.
    """

    def __init__(self, sources, weights):
        """Mixes `sources` (a sequence) in the proportions of `weights` (positive numbers)."""
        weights = np.asarray(weights, np.float64)
        if len(sources) != len(weights) or not len(sources) or not (weights > 0).all():
            raise ValueError(
                "mix needs at least one source and one positive weight for each. Received: "
                f"{len(sources)} sources, weights {weights.tolist()}."
            )
        empty = [i for i, source in enumerate(sources) if not len(source)]
        if empty:
            raise ValueError(f"A source to be mixed must hold records. Empty: sources {empty}.")
        self._sources = tuple(sources)
        weights = weights / weights.sum()
        total = max(len(source) / weight for source, weight in zip(sources, weights, strict=True))
        counts = [
            max(len(source), round(total * weight))
            for source, weight in zip(sources, weights, strict=True)
        ]
        # Each source's records lie evenly on [0, 1); their common order interleaves the sources.
        places = np.concatenate([(np.arange(count) + 0.5) / count for count in counts])
        order = np.argsort(places, kind="stable")
        self._which = np.repeat(np.arange(len(sources)), counts)[order]
        self._index = np.concatenate(
            [np.arange(n) % len(source) for n, source in zip(counts, sources, strict=True)]
        )[order]
        sizes = [int(np.max(source.record_identities)) + 1 for source in sources]
        self._offsets = np.cumsum([0, *sizes[:-1]])

    def __len__(self):
        return len(self._which)

    def __getitem__(self, index):
        which = self._which[index]
        record = self._sources[which][int(self._index[index])]
        return {**record, "identity": record["identity"] + self._offsets[which]}

    @property
    def record_identities(self):
        """Identity of each record, `(len,)` int."""
        identities = [np.asarray(source.record_identities) for source in self._sources]
        result = np.empty(len(self), np.int64)
        for which, own in enumerate(identities):
            chosen = self._which == which
            result[chosen] = own[self._index[chosen]] + self._offsets[which]
        return result


class Marked:
    """The records of `source`, each with `marks`, keyword arguments."""

    def __init__(self, source, **marks):
        self._source, self._marks = source, marks
        self.record_identities = source.record_identities

    def __len__(self):
        return len(self._source)

    def __getitem__(self, index):
        return {**self._source[index], **self._marks}


def mix(sources, weights):
    """Returns one source that draws from `sources` in the proportions of `weights`."""
    return Mixed(sources, weights)
