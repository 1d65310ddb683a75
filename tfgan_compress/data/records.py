"""The record: what every data set yields, and the batch that every network takes.

A *source* is any object with `len(source)` and `source[i]`, which returns a record, a flat dict:

| key | shape | type | what |
|---|---|---|---|
| `input` | `(S, S, 3)` | uint8 | aligned view, RGB |
| `target` | `(S, S, 3)` | uint8 | aligned frontal, neutral view: same person, same light |
| `landmarks` | `(5, 2)` | float32 | points of `input`, in the order of `geometry.LANDMARKS` |
| `identity` | `()` | int | 0..n-1 within the source |
| `yaw` | `()` | float | degrees; positive when the nose points to the right of the picture |
| `pitch` `age` `light` | `()` | number | optional; pitch in degrees, positive when it points down |
| `view` | `()` | str | optional: a name that is the same for the same pose of everybody |
| `private` | `()` | bool | optional: the picture must not be shown to others |
| `taught` | `()` | bool | optional: whether a teacher is to be learned from here; it is |
| `answer` | `(S, S, 3)` | uint8 | optional: what a teacher paints; never mirrored |
| `answer_<tap>` | any | float16 | optional: a teacher's features |

A source also has `record_identities`, the identity of each record as an integer array, so that
splitting need not read any picture. It may have `gallery_records`, the place of one record a
person whose `target` is what the person is recognised by; without it, `evaluate` chooses.

`finish_record` makes of it what the networks take: views of negative yaw mirrored, the four
patches cut out, pictures as float32 in [-1, 1]. Stacked records are the batch. Networks that need
both sides of a face take records as they were shot instead.
"""

import numpy as np

from tfgan_compress import geometry

IMAGES = ("input", "target")
ANSWER = "answer"
TAUGHT = "taught"
PATCHES = tuple(geometry.PATCHES_128)
UNKNOWN = {
    "pitch": np.float32(0),
    "light": np.int32(-1),
    "age": np.int32(-1),
    "private": np.bool_(False),
    TAUGHT: np.bool_(True),
}
"""What stands for a value that the data set does not give."""


def finish_record(record, *, as_shot=False):
    """Returns the record as the networks take it.

    Args:
        record: A source's record, with uint8 `input` and `target`. It is not changed.
        as_shot: Whether to undo a mirroring instead of mirroring views of negative yaw.

    Returns:
        A dict of `input`, `target` and the patches as float32 in [-1, 1], `landmarks: (5, 2)`
        float32, and the scalars `identity`, `light`, `age` (int32), `yaw`, `pitch` (float32),
        `private`, `taught`, `mirrored` (bool). Yaw is never negative, unless `as_shot`. Where the
        record has a teacher's answers, they are `answer` in [-1, 1] and its features as they were.
    """
    turned = record.get("mirrored", False) if as_shot else record["yaw"] < 0
    record = mirror_record(record) if turned else record
    return {
        **network_inputs(record["input"], record["landmarks"]),
        "target": to_float(record["target"]),
        "landmarks": np.asarray(record["landmarks"], np.float32),
        "identity": np.int32(record["identity"]),
        "yaw": np.float32(record["yaw"]),
        **{name: type(value)(record.get(name, value)) for name, value in UNKNOWN.items()},
        "mirrored": np.bool_(record.get("mirrored", False)),
        **_answers(record),
    }


def network_inputs(image, landmarks):
    """Returns what a generator may ask for: `input` and the patches, float32 in [-1, 1].

    Args:
        image: Aligned `(S, S, 3)` uint8 image.
        landmarks: `(5, 2)` points of it.
    """
    pictures = {"input": image, **cut_patches(image, landmarks)}
    return {name: to_float(picture) for name, picture in pictures.items()}


def mirror_record(record):
    """Returns the record flipped left to right: pictures, landmarks, yaw; `mirrored` is toggled."""
    flipped = {name: record[name][:, ::-1] for name in IMAGES if name in record}
    width = record["input"].shape[1]
    return {
        **record,
        **flipped,
        "landmarks": geometry.flip_landmarks(record["landmarks"], width),
        "yaw": -record["yaw"],
        "mirrored": not record.get("mirrored", False),
    }


def cut_patches(image, landmarks):
    """Cuts the four patches, centred on their landmarks, edges repeated outside the image.

    Args:
        image: Aligned `(S, S, 3)` image of any type.
        landmarks: `(5, 2)` points of it.

    Returns:
        `{patch: (h, w, 3)}`, of the image's type and of the shapes `geometry.patch_shapes(S)`.
    """
    size = image.shape[0]
    shapes = geometry.patch_shapes(size)
    corners = geometry.patch_corners(landmarks, size)
    return {name: _cut(image, corners[name], shapes[name]) for name in PATCHES}


def _answers(record):
    """A teacher's answers, which are those to the finished record already."""
    found = {key: value for key, value in record.items() if key.startswith(ANSWER)}
    return found | ({ANSWER: to_float(found[ANSWER])} if ANSWER in found else {})


def _cut(image, corner, shape):
    rows = np.clip(np.arange(corner[0], corner[0] + shape[0]), 0, image.shape[0] - 1)
    columns = np.clip(np.arange(corner[1], corner[1] + shape[1]), 0, image.shape[1] - 1)
    return image[rows[:, None], columns]


def to_float(image):
    """Returns a uint8 image as float32 in [-1, 1]."""
    return np.asarray(image, np.float32) / np.float32(127.5) - np.float32(1)


def to_uint8(image):
    """Returns a float image in [-1, 1] as uint8, clipped and rounded."""
    return np.clip(np.rint((np.asarray(image, np.float32) + 1) * 127.5), 0, 255).astype(np.uint8)
