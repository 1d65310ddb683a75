"""Sets of rendered faces on disk: one memory-mappable file a person, and a manifest.

A shard is one NumPy array of records, views first, then their targets; `target` is the row of a
view's target. Shards are written whole, so an interrupted run resumes; the manifest holds a digest
of the settings and of the renderer, and a set made otherwise is made anew.
"""

import functools
import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from tfgan_compress.data.faces.head import HEAD_FILE
from tfgan_compress.data.faces.identity import sample_identity
from tfgan_compress.data.faces.scene import render
from tfgan_compress.data.faces.views import PRESETS, check_profiles, preset_views
from tfgan_compress.files import atomic_path, read_json, write_json
from tfgan_compress.geometry import flip_landmarks

MANIFEST = "manifest.json"
NOT_DRAWING = ("dataset.py", "sheet.py", "__init__.py")
"""Modules of this package that do not change a picture."""


def render_set(
    root, identities, *, preset="varied", image_size=128, views=20, lights=5, profiles=0.0,
    workers=None, seed=0, progress=True,
):  # fmt: skip
    """Renders a set, or what is missing of it, and returns it.

    Args:
        root: Folder to write to.
        identities: Seeds of the people, e.g. `range(500)`.
        preset: One of `PRESETS`.
        image_size: Side in pixels.
        views: Number of views of each person, for the `varied` preset.
        lights: Number of lights those share.
        profiles: Share of them in profile, see `preset_views`.
        workers: Processes, one for each processor core by default; 0 renders in this one.
        seed: Draws the `varied` views, with each identity's own seed.
        progress: Whether to show a bar.

    Returns:
        The `FaceSet`.
    """
    root, identities = Path(root), [int(identity) for identity in identities]
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {PRESETS}. Received: {preset!r}.")
    check_profiles(profiles)
    if len(set(identities)) != len(identities) or not identities:
        raise ValueError("identities must be one or more different seeds.")
    settings = {"preset": preset, "image_size": image_size, "renderer": renderer_digest()}
    if preset == "varied":
        settings |= {"views": views, "lights": lights, "profiles": profiles, "seed": seed}
    _discard_other(root, settings)
    write_json(root / MANIFEST, {"settings": settings, "identities": identities})
    missing = [identity for identity in identities if not _shard(root, identity).exists()]
    workers = os.cpu_count() if workers is None else workers
    _render_all(root, settings, missing, workers, progress)
    return FaceSet(root)


def renderer_digest():
    """Hash of the modules and data that decide what a picture looks like."""
    digest = hashlib.sha256(HEAD_FILE.read_bytes())
    for module in sorted(Path(__file__).parent.glob("*.py")):
        if module.name not in NOT_DRAWING:
            digest.update(module.read_bytes())
    return digest.hexdigest()[:16]


def record_type(image_size):
    """NumPy type of a shard's rows."""
    return np.dtype(
        [
            ("image", np.uint8, (image_size, image_size, 3)),
            ("landmarks", np.float32, (5, 2)),
            ("yaw", np.float32),
            ("pitch", np.float32),
            ("light", np.int32),
            ("age", np.float32),
            ("target", np.int32),
        ]
    )


class FaceSet:
    """A rendered set, opened for reading: `len(faces)` records, each `faces[i]` a dict.

    `input`, `target`: `(size, size, 3)` uint8; `landmarks`: `(5, 2)`, of `input`; `identity`:
    0..n-1 in the manifest's order; `seed`: the person's; `yaw` (>= 0), `pitch`, `light`, `age`;
    `mirrored`: whether input, landmarks and target were flipped, because the yaw was negative.

    Args:
        root: Folder written by `render_set`.

    Raises:
        FileNotFoundError: If the manifest or a shard is missing.
    """

    def __init__(self, root):
        self.root = Path(root)
        if not (self.root / MANIFEST).exists():
            raise FileNotFoundError(
                f"{root} must be a set of rendered faces, with a {MANIFEST}: make one with "
                f"`tfgan-compress faces --render {root}`."
            )
        manifest = read_json(self.root / MANIFEST)
        self.settings, self.seeds = manifest["settings"], manifest["identities"]
        self.image_size = self.settings["image_size"]
        missing = [seed for seed in self.seeds if not _shard(self.root, seed).exists()]
        if missing:
            raise FileNotFoundError(
                f"{root} lacks {len(missing)} of {len(self.seeds)} people (seed {missing[0]} "
                "first): run the rendering again, it resumes."
            )
        counts = [_view_count(_open(self.root, seed)) for seed in self.seeds]
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self.record_identities = np.repeat(np.arange(len(counts)), counts)

    def __len__(self):
        return int(self._starts[-1])

    def __getitem__(self, position):
        if not -len(self) <= position < len(self):
            raise IndexError(f"position must lie in 0..{len(self) - 1}. Received: {position}.")
        position = int(position) % len(self)
        identity = int(np.searchsorted(self._starts, position, "right")) - 1
        seed = self.seeds[identity]
        shard = _open(self.root, seed)
        row = shard[position - self._starts[identity]]
        picture, target = np.array(row["image"]), np.array(shard[row["target"]]["image"])
        landmarks, mirrored = np.array(row["landmarks"]), bool(row["yaw"] < 0)
        if mirrored:
            picture, target = picture[:, ::-1].copy(), target[:, ::-1].copy()
            landmarks = flip_landmarks(landmarks, self.image_size)
        return {
            "input": picture,
            "target": target,
            "landmarks": landmarks,
            "identity": np.int32(identity),
            "seed": np.int32(seed),
            "yaw": np.abs(row["yaw"]),
            "pitch": row["pitch"],
            "light": row["light"],
            "age": row["age"],
            "mirrored": np.bool_(mirrored),
            "rendered": True,
        }


def _discard_other(root, settings):
    """Removes the shards of a set that was made with other settings or another renderer."""
    if (root / MANIFEST).exists() and read_json(root / MANIFEST)["settings"] != settings:
        for shard in root.glob("face-*.npy"):
            shard.unlink()


def _render_all(root, settings, identities, workers, progress):
    from tqdm import tqdm

    work = functools.partial(_render_shard, root, settings)
    bar = tqdm(total=len(identities), unit="person", disable=not progress, desc="faces")
    with bar:
        if workers < 1 or len(identities) < 2:
            for identity in identities:
                work(identity)
                bar.update()
            return
        # Fork would copy the threads' locks of an imported TensorFlow: it can hang.
        context = multiprocessing.get_context("spawn")
        count = min(workers, len(identities))
        try:
            with ProcessPoolExecutor(count, context, _single_threaded) as pool:
                for done in as_completed([pool.submit(work, i) for i in identities]):
                    done.result()
                    bar.update()
        except BrokenProcessPool as error:
            raise RuntimeError(
                "The rendering processes died. A script that renders must do so below "
                'if __name__ == "__main__":, or with workers=0.'
            ) from error


def _single_threaded():
    """Keeps the libraries of a worker to its own core."""
    import cv2

    cv2.setNumThreads(1)
    os.environ["OMP_NUM_THREADS"] = "1"


def _render_shard(root, settings, seed):
    views = _views(settings, seed)
    # Views that share a light share its target.
    targets = list(dict.fromkeys(view.target() for view in views))
    rows = render(sample_identity(seed), [*views, *targets], image_size=settings["image_size"])
    shard = np.zeros(len(rows), record_type(settings["image_size"]))
    for place, row in enumerate(rows):
        for name, value in row.items():
            shard[name][place] = value
    used = [len(views) + targets.index(view.target()) for view in views]
    shard["target"] = [*used, *range(len(views), len(rows))]
    with atomic_path(_shard(root, seed)) as path:
        np.save(path, shard)
    return seed


def _views(settings, seed):
    if settings["preset"] != "varied":
        return preset_views(settings["preset"], seed)
    return preset_views(
        "varied",
        (settings["seed"], seed),
        count=settings["views"],
        lights=settings["lights"],
        profiles=settings["profiles"],
    )


def _shard(root, seed):
    return Path(root) / f"face-{seed:08d}.npy"


def _open(root, seed):
    return np.load(_shard(root, seed), mmap_mode="r")


def _view_count(shard):
    """Targets stand last and are their own targets."""
    return int(np.argmax(shard["target"] == np.arange(len(shard))))
