"""Splits people, never pictures, into those to train on and those to judge by."""

import numpy as np


def split_identities(identities, *, held_out, seed):
    """Splits the distinct `identities` at random.

    Args:
        identities: Identities of any sortable type; duplicates count once.
        held_out: How many to hold out (int), or which share of them (float between 0 and 1).
        seed: Decides who is held out.

    Returns:
        `(train, held)`, two sorted tuples without an identity in common.
    """
    # Python's own values, so that the tuples can be written as JSON.
    people = sorted(set(np.asarray(identities).tolist()))
    count = held_out if isinstance(held_out, int) else max(1, round(held_out * len(people)))
    if not 0 < count < len(people):
        raise ValueError(
            "held_out must leave at least one identity on each side. Received: "
            f"{held_out} of {len(people)} identities."
        )
    order = np.random.default_rng(seed).permutation(len(people))
    held = {people[i] for i in order[:count]}
    return tuple(p for p in people if p not in held), tuple(p for p in people if p in held)


def first_identities(identities, train):
    """Splits the distinct `identities` as published protocols do: the first ones train.

    Ids may have gaps: who is first is decided among those who are there.

    Args:
        identities: Identities of any sortable type; duplicates count once.
        train: How many of the first to train on.

    Returns:
        `(train, test)`, two sorted tuples without an identity in common.
    """
    people = tuple(sorted(set(identities)))
    if not 0 < train < len(people):
        raise ValueError(
            f"The first {train} people in the order of their ids train, the rest test: there must "
            f"be at least one of each. Received: {len(people)} people."
        )
    return people[:train], people[train:]


class Selection:
    """The records of some identities of a source, renumbered 0..n-1 in their sorted order.

    Its `gallery_records` are those of the source, where that has any.
    """

    def __init__(self, source, identities):
        """Keeps the records of `source` whose identity is among `identities`."""
        own = np.asarray(source.record_identities)
        self.identities = tuple(sorted(set(identities)))
        unknown = sorted(set(self.identities) - set(own.tolist()))
        if unknown:
            raise ValueError(
                "Every selected identity must have a record in the source. "
                f"Without one: {unknown[:10]}."
            )
        self._source = source
        self._indices = np.flatnonzero(np.isin(own, self.identities))
        self.record_identities = np.searchsorted(self.identities, own[self._indices])
        gallery = getattr(source, "gallery_records", None)
        if gallery is not None:
            gallery = tuple(np.flatnonzero(np.isin(self._indices, gallery)).tolist())
        self.gallery_records = gallery

    def __len__(self):
        return len(self._indices)

    def __getitem__(self, index):
        record = self._source[int(self._indices[index])]
        return {**record, "identity": int(self.record_identities[index])}


def split_source(source, *, held_out, seed):
    """Splits `source` by identity into `(train, held)`; see `split_identities`."""
    split = split_identities(source.record_identities, held_out=held_out, seed=seed)
    train, held = (Selection(source, part) for part in split)
    return train, held
