"""The pictures that people are recognised by: one frontal, neutral picture of each."""

import collections

import numpy as np

from tfgan_compress.data import records


def gallery_pictures(source):
    """Returns one frontal, neutral picture a person: the source's `gallery_records`, or a choice.

    Args:
        source: Source of records. Where it does not say, all pictures are taken under one light:
            the one that most people have, among equals the one that comes first; people without
            it give their first picture.

    Returns:
        `(images, identities)`: `(n, S, S, 3)` float32 in [-1, 1], never mirrored, and `(n,)`.
    """
    chosen = getattr(source, "gallery_records", None)
    chosen = [source[i] for i in (_choose(source) if chosen is None else chosen)]
    pictures = [
        records.to_float(
            record["target"][:, ::-1] if record.get("mirrored", False) else record["target"]
        )
        for record in chosen
    ]
    return np.stack(pictures), np.array([int(record["identity"]) for record in chosen])


def _choose(source):
    """Places of one record a person, of one light where all have it."""
    first = {}
    for i in range(len(source)):
        record = source[i]
        by_light = first.setdefault(int(record["identity"]), {})
        by_light.setdefault(int(record.get("light", -1)), i)
    counts = collections.Counter(light for by_light in first.values() for light in by_light)
    light = counts.most_common(1)[0][0]
    return [by_light.get(light, next(iter(by_light.values()))) for by_light in first.values()]
