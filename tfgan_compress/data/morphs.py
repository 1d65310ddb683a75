"""People made of two others, for sets that show few people.

A network that was shown forty people knows them by heart, and paints one of them of everybody else.
Two photographs of one pose, moved towards each other and blended, show a third person; the same two
at the same share are the same third person in every pose. Morphing attacks are made of the London
Set in this way (Sarkar et al. 2020, arXiv:2012.05344), from dense landmarks of frontal faces.
Profiles have none, so what lies where in the other picture is found by optical flow, from the five
landmarks on.

A head that turns keeps its heights. So the share may be another one at every height, and heights
may be stretched, alike in every pose: the eyes of one with the mouth of the other, a nose longer
than both. People who lie between others at one share all look like the mean of them; these do not.

Rendered people come in any number, and one of the two may be rendered: then the shape is mostly
theirs, and the colours the photograph's.

Left out: morphs of more than two people, and of pictures of different poses.
"""

import concurrent.futures
import dataclasses
import hashlib
import itertools
from pathlib import Path

import cv2
import numpy as np

from tfgan_compress.data import aligned

COLOURS = 0.5
"""Both parameters of the beta distribution of shares in colour: rather one of them than a blur."""
RENDERED_COLOUR = 0.4
"""The greatest share in colour of somebody rendered: the picture is to stay a photograph."""
STRETCH = 0.015
"""Standard deviation of what a level is moved up or down by, in sides of the picture."""
_LEVELS = (0.05, 0.2, 0.31, 0.5, 0.69, 0.86, 1.0)
"""Heights that are drawn for: hair, brow, eyes, nose, mouth, chin, neck, in sides of the picture.
Eyes and mouth stay where the alignment put them."""
_LIFTED = (1, 1, 0, 1, 0, 1, 1)
_FACE = 2
"""The first level below the hair."""
_REACH = 0.35
"""How far a landmark's displacement spreads, in sides of the picture."""
_SMOOTH = 3.0
"""Standard deviation that a flow is blurred by, in pixels: skin and hair must not tear."""


@dataclasses.dataclass(frozen=True)
class Blend:
    """What is the second person's, at each height of the picture, from the top: arrays of `(S,)`.

    Attributes:
        shape: Share of the second in where things lie.
        colour: Share of the second in what is seen there, 0 to 1.
        lift: Pixels that what is at this height of the result was moved up by.
    """

    shape: np.ndarray
    colour: np.ndarray
    lift: np.ndarray

    @classmethod
    def drawn(cls, rng, size, colour=1.0):
        """Returns a blend by chance, `colour` being the second's greatest share in colour."""
        shape = rng.uniform(size=len(_LEVELS))
        colour = colour * rng.beta(COLOURS, COLOURS, len(_LEVELS))
        # Hair is not a shape: what covers one forehead finds nothing on the other.
        shape[:_FACE], colour[:_FACE] = colour[:_FACE], colour[:_FACE]
        lift = rng.normal(0, STRETCH * size, len(_LEVELS)) * _LIFTED
        return cls(*(_by_height(values, size) for values in (shape, colour, lift)))


def between(source, people, *, front, rendered=None, seed=0, cache=None):
    """Returns a source of `people` morphs, each in every view that both of its parents have.

    Args:
        source: Source whose records have a `view`, a name that is the same for the same pose of
            everybody.
        people: How many. Pairs of parents are taken again when all have been, at other shares.
        front: The view that is everybody's target.
        rendered: Source of the second parents, if these are not of `source`, too; likewise.
        seed: Decides on parents and shares.
        cache: Folder to keep the pictures in; 600 people in ten views take a minute. None keeps
            them in memory.

    Raises:
        ValueError: If there are fewer than two parents, no `people`, or somebody has no view
            `front`.
    """
    first = _people(source, front)
    second = None if rendered is None else _people(rendered, front)
    pairs = list(itertools.product(first, second) if second else itertools.combinations(first, 2))
    if not pairs or people < 1:
        raise ValueError(
            "Morphs need two people or more, and there must be 1 or more. Received: "
            f"{people} morphs of {len(first) + len(second or ())} people."
        )
    rng = np.random.default_rng(seed)
    rounds = [rng.permutation(len(pairs)) for _ in range(-(-people // len(pairs)))]
    size = len(first[0][front]["input"])
    jobs = []
    for number, place in enumerate(np.concatenate(rounds)[:people]):
        a, b = pairs[place]
        blend = Blend.drawn(rng, size, RENDERED_COLOUR if second else 1.0)
        jobs += [(number, view, a[view], b[view], blend) for view in sorted(a.keys() & b.keys())]
    path = cache and Path(cache) / f"morphs-{size}-{_digest(jobs)}.npy"
    pictures = aligned.stored(path, len(jobs), size, lambda store: _morph_into(store, jobs))
    fronts = {number: i for i, (number, view, *_) in enumerate(jobs) if view == front}
    rows = [
        {"input": i, "target": fronts[number], "identity": number, "yaw": a["yaw"], "view": view}
        for i, (number, view, a, *_) in enumerate(jobs)
    ]
    return aligned.AlignedPairs(*pictures, rows)


def morph(first, second, blend):
    """Returns who is made of two people, as `(image, landmarks)`.

    Args:
        first: `(image, landmarks)`: aligned `(S, S, 3)` uint8, and its five points.
        second: Likewise, in the same pose.
        blend: A `Blend` for `S` heights; in every pose the same.
    """
    (one, near), (other, far) = first, second
    grid = _grid(len(one))
    flow = _correspondence(first, second, grid)
    lifted = grid + np.stack([np.zeros_like(blend.lift), blend.lift], -1)[:, None]
    lifted = lifted.astype(np.float32)
    shape, colour = (x[:, None, None].astype(np.float32) for x in (blend.shape, blend.colour))
    # Of the pixels between, where they came from: the flow there, found by going back along it.
    middle = _sample(flow, lifted)
    for _ in range(4):
        middle = _sample(flow, lifted - shape * middle)
    one, other = (_sample(x, lifted + by * middle) for x, by in ((one, -shape), (other, 1 - shape)))
    image = (1 - colour) * one + colour * other
    return image.round().astype(np.uint8), _landmarks(near, far, blend)


def _people(source, front):
    """One `{view: record}` for each person, in the order of identities, without targets."""
    found = {}
    for i in range(len(source)):
        record = source[i]
        kept = {name: record[name] for name in ("input", "landmarks", "yaw")}
        found.setdefault(int(record["identity"]), {})[record.get("view")] = kept
    lacking = [person for person, views in found.items() if front not in views]
    if lacking:
        raise ValueError(f"Morphs need a view {front!r} of everybody. Without it: {lacking}.")
    return [found[person] for person in sorted(found)]


def _digest(jobs):
    digest = hashlib.sha256()
    for number, view, a, b, blend in jobs:
        digest.update(f"{number} {view}".encode())
        digest.update(np.stack(dataclasses.astuple(blend)).round(6).tobytes())
        digest.update(a["input"].tobytes() + b["input"].tobytes())
    return digest.hexdigest()[:16]


def _morph_into(store, jobs):
    def morph_one(place):
        _, _, a, b, blend = jobs[place]
        pair = ((record["input"], record["landmarks"]) for record in (a, b))
        store["image"][place], store["landmarks"][place] = morph(*pair, blend)

    from tqdm import tqdm

    # OpenCV releases the GIL.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        made = pool.map(morph_one, range(len(jobs)))
        list(tqdm(made, total=len(jobs), desc="morphs", unit="picture"))


def _by_height(values, size):
    """`(size,)`: the `values` of the levels, and a smooth way from one to the next."""
    steps = np.interp(np.arange(size), np.array(_LEVELS) * size, values)
    smooth = cv2.GaussianBlur(steps[:, None], (0, 0), 0.05 * size, borderType=cv2.BORDER_REPLICATE)
    return smooth[:, 0]


def _landmarks(near, far, blend):
    """Where the landmarks lie in the result."""
    heights = np.arange(len(blend.shape))
    rows = (near[:, 1] + far[:, 1]) / 2
    for _ in range(4):
        share = np.interp(rows, heights, blend.shape)[:, None]
        points = (1 - share) * near + share * far
        rows = points[:, 1] - np.interp(rows, heights, blend.lift)
    return np.column_stack([points[:, 0], rows]).astype(np.float32)


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
