"""People who lie between two photographed ones, for sets that show few people.

A network that was shown forty people knows them by heart and guesses at everybody else. Two
photographs of one pose, moved towards each other and blended, show a third person; the same two at
the same share are the same third person in every pose. Morphing attacks are made of the London Set
in this way (Sarkar et al. 2020, arXiv:2012.05344), from dense landmarks of frontal faces. Profiles
have none, so what lies where in the other picture is found by optical flow, from the five
landmarks on.

Left out: morphs of more than two people, and of pictures of different poses.
"""

import concurrent.futures
import hashlib
import itertools
from pathlib import Path

import cv2
import numpy as np

from tfgan_compress.data import aligned

SHARES = 0.3, 0.7
"""Between these lies the second person's share: nearer, and the morph is one of the two."""
_REACH = 0.35
"""How far a landmark's displacement spreads, in sides of the picture."""
_SMOOTH = 2.0
"""Standard deviation that a flow is blurred by, in pixels: skin and hair must not tear."""


def between(source, people, *, front, seed=0, cache=None):
    """Returns a source of `people` morphs, each in every view that both of its parents have.

    Args:
        source: Source whose records have a `view`, a name that is the same for the same pose of
            everybody.
        people: How many; no pair of parents is taken twice.
        front: The view that is everybody's target.
        seed: Decides on parents and shares.
        cache: Folder to keep the pictures in; 600 people in ten views take a minute. None keeps
            them in memory.

    Raises:
        ValueError: If there are fewer pairs than `people`, or somebody has no view `front`.
    """
    parents = _views(source)
    lacking = [person for person, views in parents.items() if front not in views]
    pairs = list(itertools.combinations(sorted(parents), 2))
    if lacking or not 0 < people <= len(pairs):
        raise ValueError(
            f"Morphs need a view {front!r} of everybody, and there must be 1 to {len(pairs)}, the "
            f"pairs of {len(parents)} people. Received: {people} morphs; without it: {lacking}."
        )
    rng = np.random.default_rng(seed)
    chosen = [pairs[i] for i in rng.choice(len(pairs), people, replace=False)]
    shares = rng.uniform(*SHARES, people).tolist()
    jobs = [
        (number, view, parents[a][view], parents[b][view], share)
        for number, ((a, b), share) in enumerate(zip(chosen, shares, strict=True))
        for view in sorted(parents[a].keys() & parents[b].keys())
    ]
    size = jobs[0][2]["input"].shape[0]
    path = cache and Path(cache) / f"morphs-{size}-{_digest(jobs)}.npy"
    pictures = aligned.stored(path, len(jobs), size, lambda store: _morph_into(store, jobs))
    fronts = {number: i for i, (number, view, *_) in enumerate(jobs) if view == front}
    rows = [
        {"input": i, "target": fronts[number], "identity": number, "yaw": a["yaw"], "view": view}
        for i, (number, view, a, *_) in enumerate(jobs)
    ]
    return aligned.AlignedPairs(*pictures, rows)


def morph(first, second, share):
    """Returns who lies between two people, as `(image, landmarks)`.

    Args:
        first: `(image, landmarks)`: aligned `(S, S, 3)` uint8, and its five points.
        second: Likewise, in the same pose.
        share: Of the second in the result, 0 to 1.
    """
    (one, near), (other, far) = first, second
    grid = _grid(len(one))
    flow = _correspondence(first, second, grid)
    # Of the pixels between, where they came from: the flow there, found by going back along it.
    middle = flow
    for _ in range(3):
        middle = _sample(flow, grid - share * middle)
    one, other = _sample(one, grid - share * middle), _sample(other, grid + (1 - share) * middle)
    image = cv2.addWeighted(one, 1 - share, other, share, 0)
    return image, ((1 - share) * near + share * far).astype(np.float32)


def _views(source):
    """`{identity: {view: record}}`."""
    found = {}
    for i in range(len(source)):
        record = source[i]
        found.setdefault(record["identity"], {})[record.get("view")] = record
    return found


def _digest(jobs):
    digest = hashlib.sha256()
    for number, view, a, b, share in jobs:
        digest.update(f"{number} {view} {share:.6f}".encode())
        digest.update(a["input"].tobytes() + b["input"].tobytes())
    return digest.hexdigest()[:16]


def _morph_into(store, jobs):
    def morph_one(place):
        _, _, a, b, share = jobs[place]
        pair = ((record["input"], record["landmarks"]) for record in (a, b))
        store["image"][place], store["landmarks"][place] = morph(*pair, share)

    from tqdm import tqdm

    # OpenCV releases the GIL.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        made = pool.map(morph_one, range(len(jobs)))
        list(tqdm(made, total=len(jobs), desc="morphs", unit="picture"))


def _correspondence(first, second, grid):
    """`(S, S, 2)`: what shows at `p` in the first picture shows at `p + flow[p]` in the second."""
    (one, near), (other, far) = first, second
    landmarks = _spread(near, far, grid)
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(1)
    rest = finder.calc(_gray(one), _gray(_sample(other, grid + landmarks)), None)
    return cv2.GaussianBlur(rest + _sample(landmarks, grid + rest), (0, 0), _SMOOTH)


def _spread(near, far, grid):
    """Displacements that take the points `near` to `far`, smooth, and none at the border."""
    end = len(grid) - 1
    border = [p for p in itertools.product((0, end / 2, end), repeat=2) if p != (end / 2, end / 2)]
    points = np.concatenate([near, border])
    shifts = np.concatenate([far - near, np.zeros((len(border), 2))])

    def weights(places):
        squares = np.square(places[:, None] - points).sum(-1)
        return np.exp(-squares / (2 * (_REACH * len(grid)) ** 2))

    # The ridge is for points that coincide, as the eyes of a profile may.
    solved = np.linalg.solve(weights(points) + 1e-3 * np.eye(len(points)), shifts)
    return (weights(grid.reshape(-1, 2)) @ solved).reshape(grid.shape).astype(np.float32)


def _grid(size):
    return np.stack(np.meshgrid(*[np.arange(size, dtype=np.float32)] * 2), axis=-1)


def _gray(image):
    return cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)


def _sample(image, places):
    """`image` at `places`, `(x, y)` of each pixel of the result; edges are repeated."""
    return cv2.remap(image, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
