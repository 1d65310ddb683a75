"""Aligned pictures of a photographic data set, checked all at once and cached on disk.

Data sets of photographs differ in where their files lie and what they tell of them. What is the
same is here: read every picture, find its five landmarks, align it, keep the result as arrays.
Every problem is found and reported before anything is trained.
"""

import concurrent.futures
import dataclasses
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
    """

    path: Path
    landmarks: tuple | None = None
    yaw: float | None = None


class AlignedPairs:
    """Source of records whose pictures lie aligned in memory; see `records` for the keys.

    Attributes:
        identities: The data set's own name of each identity; `identity` is the place in it.
        record_identities: `(len,)` int, the identity of each record.
    """

    def __init__(self, images, landmarks, rows):
        """Pairs up pictures.

        Args:
            images: `(N, S, S, 3)` uint8 aligned pictures.
            landmarks: `(N, 5, 2)` points of each.
            rows: One dict per record: `input` and `target` are indices of `images`, `identity` is
                any sortable name, `yaw` is in degrees; `light`, `age`, `pitch`, `name` optional.
        """
        self.identities = tuple(sorted({row["identity"] for row in rows}))
        number = {identity: i for i, identity in enumerate(self.identities)}
        self.record_identities = np.array([number[row["identity"]] for row in rows], np.int64)
        self._images, self._landmarks, self._rows = images, landmarks, tuple(rows)

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, index):
        row = self._rows[index]
        return {
            **row,
            "input": np.asarray(self._images[row["input"]]),
            "target": np.asarray(self._images[row["target"]]),
            "landmarks": np.asarray(self._landmarks[row["input"]]),
            "identity": int(self.record_identities[index]),
        }


def align_pictures(pictures, *, image_size, landmarker=None, cache=None):
    """Reads and aligns every picture.

    Args:
        pictures: Sequence of `Picture`.
        image_size: Side of the aligned images.
        landmarker: `(image, yaw) -> (5, 2)` for pictures without landmarks, where `yaw` may be
            None; it raises ValueError when it finds no face.
        cache: Folder to keep landmarks and aligned pictures in; the next call with the same
            files reads them back. None keeps nothing.

    Returns:
        `(images, landmarks)`: `(N, image_size, image_size, 3)` uint8 and `(N, 5, 2)` float32.

    Raises:
        ValueError: Listing every picture that is missing, damaged, or without a face.
    """
    names = [_fingerprint(picture) for picture in pictures]
    digest = hashlib.sha256(json.dumps([image_size, names]).encode()).hexdigest()[:16]
    store = None if cache is None else Path(cache) / f"aligned-{image_size}-{digest}.npz"
    if store is not None and store.is_file():
        with np.load(store) as arrays:
            return arrays["images"], arrays["landmarks"]
    known = _read_landmarks(cache)
    # A landmarker holds interpreters, which serve one thread at a time.
    lock = threading.Lock()

    def align_one(picture, name):
        image = photos.as_photo(picture.path)
        points = picture.landmarks if picture.landmarks is not None else known.get(name)
        if points is None:
            with lock:
                points = _find_landmarks(landmarker, image, picture)
        known[name] = np.asarray(points, np.float32).tolist()
        return alignment.align(image, known[name], image_size)

    try:
        results = _all_or_problems(align_one, pictures, names)
    finally:
        # Kept even if some pictures fail: finding landmarks is what takes time.
        if cache is not None:
            files.write_json(Path(cache) / "landmarks.json", known)
    images = np.stack([image for image, _ in results])
    landmarks = np.stack([points for _, points in results]).astype(np.float32)
    if store is not None:
        with files.atomic_path(store) as temporary:
            np.savez(temporary, images=images, landmarks=landmarks)
    return images, landmarks


def raise_problems(problems, *, where):
    """Raises one ValueError that lists all `problems`, if there are any."""
    if problems:
        listing = "\n".join(f"- {problem}" for problem in problems)
        raise ValueError(f"{where} has {len(problems)} problem(s) to be mended:\n{listing}")


def _all_or_problems(function, pictures, names):
    """Maps `function` over the pictures; raises once for all that fail."""
    results, problems = [], []
    # Decoding and warping release the GIL; two threads keep two cores busy.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(function, *pair) for pair in zip(pictures, names, strict=True)]
        for picture, future in zip(pictures, futures, strict=True):
            try:
                results.append(future.result())
            except (ValueError, FileNotFoundError) as error:
                message = str(error)
                known = str(picture.path) in message
                problems.append(message if known else f"{picture.path}: {message}")
    raise_problems(problems, where="The data set")
    return results


def _find_landmarks(landmarker, image, picture):
    if landmarker is None:
        raise ValueError(f"{picture.path} has no landmarks, and no landmarker was given.")
    return landmarker(image, picture.yaw)


def _fingerprint(picture):
    """Names a picture by its file and what is known of it: another file, another name."""
    path = Path(picture.path)
    try:
        status = path.stat()
    except OSError:
        return f"{path}|missing"
    return f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}|{picture.landmarks}"


def _read_landmarks(cache):
    path = None if cache is None else Path(cache) / "landmarks.json"
    return files.read_json(path) if path is not None and path.is_file() else {}
