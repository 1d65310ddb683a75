"""Whether a picture shows the right person: embeddings, cosine similarity, rank-1 by yaw.

Rank-1, as on Multi-PIE: each probe is given the identity of its most similar gallery picture
(one frontal, neutral picture a person); the share of probes named rightly. The embeddings are
`recognizers`' and must not come from the recognizer that trained the generator if the figure is
to mean much. Left out: verification curves.
"""

import numpy as np
from keras import ops

MOST_ANGLES = 19
"""As many as there are from 0 to 90 degrees in steps of 5."""


def embed(recognizer, images, *, batch_size=32):
    """Returns the embeddings `(n, size)` of `images: (n, height, width, 3)` as a NumPy array.

    Args:
        recognizer: A model of `recognizers.load_recognizer`.
        images: Aligned images in [-1, 1].
        batch_size: Images embedded at a time.
    """
    batches = [
        np.asarray(ops.convert_to_numpy(recognizer(images[i : i + batch_size], training=False)))
        for i in range(0, len(images), batch_size)
    ]
    return np.concatenate(batches)


def cosine(embeddings, others):
    """Returns the cosine similarity `(n,)` of each pair of rows."""
    return np.sum(_unit(embeddings) * _unit(others), axis=-1)


def rank1_hits(probes, probe_ids, gallery, gallery_ids):
    """Returns for each probe whether its most similar gallery picture shows the same person.

    Args:
        probes: `(n, size)` embeddings.
        probe_ids: `(n,)` identities.
        gallery: `(m, size)` embeddings, of every probe's person at least one.
        gallery_ids: `(m,)` identities.

    Returns:
        `(n,)` booleans.

    Raises:
        ValueError: If a probe's person is not in the gallery, so that no answer could be right.
    """
    probe_ids, gallery_ids = np.asarray(probe_ids), np.asarray(gallery_ids)
    missing = np.setdiff1d(probe_ids, gallery_ids)
    if len(missing):
        raise ValueError(
            "The gallery must hold a picture of every probe's person. Missing identities: "
            f"{missing[:10].tolist()}."
        )
    similarity = _unit(probes) @ _unit(gallery).T
    return gallery_ids[similarity.argmax(axis=1)] == probe_ids


def rank1(probes, probe_ids, gallery, gallery_ids):
    """Returns the share of `rank1_hits`, in 0..1."""
    return float(np.mean(rank1_hits(probes, probe_ids, gallery, gallery_ids)))


def by_yaw(values, yaws, *, step=15):
    """Returns `{yaw: mean of values}`, by absolute yaw rounded to multiples of `step` degrees.

    Args:
        values: `(n,)` numbers or booleans, one a picture.
        yaws: `(n,)` degrees.
        step: Width of the groups, in degrees.
    """
    values = np.asarray(values, np.float64)
    groups = _rounded(np.abs(np.asarray(yaws, np.float64)), step)
    return {int(yaw): float(values[groups == yaw].mean()) for yaw in np.unique(groups)}


def angle_groups(degrees):
    """Returns angles as whole degrees `(n,)` that a table can show.

    As they are where they are whole and few, as those of cameras; else rounded to multiples of 15,
    as people move their heads.
    """
    degrees = np.asarray(degrees, np.float64)
    whole = np.rint(degrees)
    if np.allclose(degrees, whole, atol=1e-3) and len(np.unique(whole)) <= MOST_ANGLES:
        return whole.astype(int)
    return _rounded(degrees, 15)


def _rounded(degrees, step):
    """Multiples of `step`, halves away from 0."""
    return (np.sign(degrees) * np.floor(np.abs(degrees) / step + 0.5)).astype(int) * step


def _unit(embeddings):
    embeddings = np.asarray(embeddings, np.float64)
    length = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    return embeddings / np.maximum(length, 1e-12)
