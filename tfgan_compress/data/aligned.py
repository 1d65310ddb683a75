"""Aligned pictures of a photographic data set, checked all at once and cached on disk.

Data sets of photographs differ in where their files lie and what they tell of them. What is the
same is here: read every picture, find its five landmarks, align it, keep the result as arrays.
Every problem is found and reported before anything is trained.
"""

import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import threading
from pathlib import Path

import numpy as np

from tfgan_compress import files
from tfgan_compress.data import alignment, photos


@dataclasses.dataclass(frozen=True)
class Picture:
    """A photograph of one face.

    Attributes:
        path: Its file.
        landmarks: Five `(x, y)` points in it as nested tuples, or None to let them be found.
        yaw: Degrees, positive when the nose points to the right; None if not known. It helps to
            find landmarks.
        eyes: Two eye centres marked by hand, where the other landmarks are to be found; with
            the yaw they stand in for all five where nothing is found.
        look_in: Another file to look for landmarks in: the same moment in better light.
    """

    path: Path
    landmarks: tuple | None = None
    yaw: float | None = None
    eyes: tuple | None = None
    look_in: Path | None = None


class AlignedPairs:
    """Source of records whose pictures lie aligned in memory; see `records` for the keys.

    Attributes:
        identities: The data set's own name of each identity; `identity` is the place in it.
        record_identities: `(len,)` int, the identity of each record.
        gallery_records: Places of the rows that have a true `gallery`; None if none has.
    """

    def __init__(self, images, landmarks, rows):
        """Pairs up pictures.

        Args:
            images: `(N, S, S, 3)` uint8 aligned pictures.
            landmarks: `(N, 5, 2)` points of each.
            rows: One dict per record: `input` and `target` are indices of `images`, `identity` is
                any sortable name, `yaw` is in degrees; `light`, `age`, `pitch`, `name`, `private`
                and `gallery` optional.
        """
        self.identities = tuple(sorted({row["identity"] for row in rows}))
        number = {identity: i for i, identity in enumerate(self.identities)}
        self.record_identities = np.array([number[row["identity"]] for row in rows], np.int64)
        self.gallery_records = tuple(i for i, row in enumerate(rows) if row.get("gallery")) or None
        self._images, self._landmarks, self._rows = images, landmarks, tuple(rows)

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, index):
        row = self._rows[index]
        return {
            **row,
            # Copies, because a mapped file must not be written to.
            "input": np.array(self._images[row["input"]]),
            "target": np.array(self._images[row["target"]]),
            "landmarks": np.array(self._landmarks[row["input"]]),
            "identity": int(self.record_identities[index]),
        }


def load_records(rows, *, image_size, landmarker=None, cache=None):
    """Returns the `AlignedPairs` of pictures that are still to be read; each is read once.

    Args:
        rows: One dict per record as `AlignedPairs` takes it, but `input` and `target` are
            `Picture`s. Where `yaw` is missing, the landmarks tell.
        image_size: Side of the aligned images.
        landmarker: See `align_pictures`.
        cache: See `align_pictures`.

    Raises:
        ValueError: Listing every picture that is missing, damaged, or without a face.
    """
    pictures = list(dict.fromkeys(row[name] for row in rows for name in ("input", "target")))
    place = {picture: i for i, picture in enumerate(pictures)}
    images, landmarks = align_pictures(
        pictures, image_size=image_size, landmarker=landmarker, cache=cache
    )
    made = []
    for row in rows:
        own = {**row, "input": place[row["input"]], "target": place[row["target"]]}
        if "yaw" not in row:
            own["yaw"] = alignment.estimate_yaw(landmarks[own["input"]])
        made.append(own)
    return AlignedPairs(images, landmarks, made)


def align_pictures(pictures, *, image_size, landmarker=None, cache=None):
    """Reads and aligns every picture.

    Args:
        pictures: Sequence of `Picture`.
        image_size: Side of the aligned images.
        landmarker: `(image, yaw) -> (5, 2)` for pictures without landmarks, where `yaw` may be
            None; it raises ValueError when it finds no face.
        cache: Folder to keep landmarks and aligned pictures in; the next call with the same
            files maps them into memory. None keeps all in memory and nothing on disk.

    Returns:
        `(images, landmarks)`: `(N, image_size, image_size, 3)` uint8 and `(N, 5, 2)` float32.

    Raises:
        ValueError: Listing every picture that is missing, damaged, or without a face.
    """
    if cache is None:
        fill = functools.partial(_align_into, pictures=pictures, locator=_Locator(landmarker))
        return stored(None, len(pictures), image_size, fill)
    names = [_fingerprint(picture) for picture in pictures]
    digest = hashlib.sha256(json.dumps([image_size, names]).encode()).hexdigest()[:16]

    def fill_and_keep(store):
        found = Path(cache) / "landmarks.json"
        locator = _Locator(landmarker, files.read_json(found) if found.is_file() else {})
        try:
            _align_into(store, pictures, locator)
        finally:
            # Kept even if some pictures fail: finding landmarks is what takes time.
            files.write_json(found, locator.found)

    path = Path(cache) / f"aligned-{image_size}-{digest}.npy"
    return stored(path, len(pictures), image_size, fill_and_keep)


def stored(path, count, image_size, fill):
    """Returns `(images, landmarks)`: `(count, S, S, 3)` uint8, S `image_size`, and `(count, 5, 2)`.

    Args:
        path: File that they are mapped from; None keeps them in memory.
        count: How many pictures.
        image_size: Side of each.
        fill: Called where there is no such file with a structured array of `image` and
            `landmarks`, to be filled.
    """
    side = (image_size, image_size, 3)
    row = np.dtype([("image", np.uint8, side), ("landmarks", np.float32, (5, 2))])
    if path is None:
        store = np.empty(count, row)
        fill(store)
        return store["image"], store["landmarks"]
    if not path.is_file():
        with files.atomic_path(path) as temporary:
            # Written in place: a licensed set may be larger than the memory.
            store = np.lib.format.open_memmap(temporary, "w+", row, (count,))
            fill(store)
            store.flush()
    store = np.load(path, mmap_mode="r")
    return store["image"], store["landmarks"]


def raise_problems(problems, *, where):
    """Raises one ValueError that lists all `problems`, if there are any."""
    if problems:
        listing = "\n".join(f"- {problem}" for problem in problems)
        raise ValueError(f"{where} has {len(problems)} problem(s) to be mended:\n{listing}")


class _Locator:
    """Finds landmarks, each file's only once; several threads may ask.

    `found` maps the fingerprints of files to what was found in them.
    """

    def __init__(self, landmarker, found=()):
        self.found, self._missed = dict(found), {}
        # A landmarker holds interpreters, which serve one thread at a time.
        self._landmarker, self._lock = landmarker, threading.Lock()

    def __call__(self, picture, image):
        if picture.landmarks is not None:
            return picture.landmarks
        if picture.eyes is None:
            return self._look(picture, image)
        try:
            return [*picture.eyes, *self._look(picture, image)[2:]]
        except ValueError:
            return alignment.landmarks_from_eyes(picture.eyes, picture.yaw or 0.0)

    def _look(self, picture, image):
        path = picture.look_in or picture.path
        name = _fingerprint(Picture(path))
        with self._lock:
            if name not in self.found and name not in self._missed:
                try:
                    image = image if path == picture.path else photos.as_photo(path)
                    self.found[name] = self._ask(path, image, picture.yaw)
                except (ValueError, FileNotFoundError) as error:
                    self._missed[name] = _named(path, error)
            if name in self._missed:
                raise ValueError(self._missed[name])
            return self.found[name]

    def _ask(self, path, image, yaw):
        if self._landmarker is None:
            raise ValueError(f"{path} has no landmarks, and no landmarker was given.")
        return np.asarray(self._landmarker(image, yaw), np.float32).tolist()


def _align_into(aligned, pictures, locator):
    """Fills `aligned`, a structured array; raises once for all pictures that fail."""

    def align_one(place):
        picture = pictures[place]
        image = photos.as_photo(picture.path)
        points = np.asarray(locator(picture, image), np.float32)
        size = aligned["image"].shape[1]
        aligned["image"][place], aligned["landmarks"][place] = alignment.align(image, points, size)

    problems = []
    # Decoding and warping release the GIL; two threads keep two cores busy.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(align_one, place) for place in range(len(pictures))]
        for picture, future in zip(pictures, futures, strict=True):
            try:
                future.result()
            except (ValueError, FileNotFoundError) as error:
                problems.append(_named(picture.path, error))
    raise_problems(list(dict.fromkeys(problems)), where="The data set")


def _named(path, error):
    """The error's message, with the file's name if it does not say it."""
    message = str(error)
    return message if str(path) in message else f"{path}: {message}"


def _fingerprint(picture):
    """Names a picture by its file and what is known of it: another file, another name."""
    path = Path(picture.path)
    try:
        status = path.stat()
    except OSError:
        return f"{path}|missing"
    name = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}|{picture.landmarks}"
    if picture.eyes is not None:
        name += f"|{picture.eyes}|{picture.yaw}"
    return name if picture.look_in is None else f"{name}|{picture.look_in}"
