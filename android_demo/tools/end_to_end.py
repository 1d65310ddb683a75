"""Runs photographs through the app's Kotlin and through Python and compares bytes.

Kotlin finds, aligns, cuts, encodes, decodes and mirrors; only the networks are run here, by LiteRT
on the CPU. The pure Python way is `tfgan_compress.frontalize`. Landmarks and pictures have to be
the same to the last bit.
"""

import struct
import subprocess
from pathlib import Path

import cv2
import numpy as np

from tfgan_compress import frontalize, geometry, tflite
from tfgan_compress.data import photos
from tfgan_compress.frontalize import models

PHOTOS = Path(__file__).parents[2] / "tests" / "frontalize" / "photos"


def compare(java, model, pictures):
    """Compares what both make of photographs with the student `model`.

    Args:
        java: Command line of the Kotlin side; the contract's path is appended.
        model: Path of a `.tflite` file.
        pictures: `{name: (H, W, 3) uint8}`.

    Returns:
        One line about each photograph.

    Raises:
        ValueError: Naming the first photograph and picture whose bytes differ.
    """
    frontalizer = frontalize.Frontalizer(model)
    command = [*java, str(model.parent / tflite.CONTRACT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        kotlin = _Kotlin(process, model)
        lines = [
            f"{name}: {_compare_one(frontalizer, kotlin, photo, name)}"
            for name, photo in pictures.items()
        ]
        kotlin.send(0, 0)
    return lines


def sample_photos():
    """Returns `{name: (H, W, 3) uint8}`: turned, profile, two faces, large, none."""
    turned, profile, real = (
        photos.read_photo(PHOTOS / f"{name}.jpg")
        for name in ("rendered_right_45", "rendered_left_profile", "astronaut")
    )
    two = np.full((500, 760, 3), 128, np.uint8)
    two[120:376, 20:276] = profile
    two[90:410, 380:700] = real
    large = np.full((1801, 2701, 3), 90, np.uint8)
    large[700 : 700 + 640, 900 : 900 + 640] = cv2.resize(real, (640, 640))
    grey = np.full((300, 400, 3), 200, np.uint8)
    return {"turned": turned, "profile": profile, "two faces": two, "large": large, "none": grey}


def _compare_one(frontalizer, kotlin, photo, name):
    try:
        expected = frontalizer(photo)
    except ValueError as error:
        expected = str(error)
    found = kotlin.frontalize(photo)
    if isinstance(expected, str) or isinstance(found, str):
        if not isinstance(expected, str) or not isinstance(found, str):
            raise ValueError(f"{name}: Python says {expected!r}, Kotlin {found!r}.")
        return f"both refuse it ({found})"
    best = expected[0]
    size = best.input.shape
    pairs = {
        "landmarks": (best.face.landmarks.astype(np.float64).ravel(), found["landmarks"]),
        "input": (best.input, np.frombuffer(found["input"], np.uint8).reshape(size)),
        "image": (best.image, np.frombuffer(found["image"], np.uint8).reshape(size)),
        "faces": (np.array(len(expected) > 1), np.array(bool(found["notice"]))),
    }
    for what, (here, there) in pairs.items():
        if not np.array_equal(here, there):
            off = np.abs(here.astype(float) - np.asarray(there, float))
            raise ValueError(
                f"{name}: {what} must be the same in Python and Kotlin. Received: "
                f"{(off > 0).sum()} of {off.size} numbers differ, by {off.max():g} at most."
            )
    return f"yaw {best.face.yaw:.1f}, {len(best.image.tobytes())} bytes the same {found['notice']}"


class _Kotlin:
    """The Kotlin side: a process that is fed over Java's DataInput and DataOutput."""

    def __init__(self, process, model):
        self.source, self.sink = process.stdout, process.stdin
        self.contract = tflite.read_contract(model)
        interpreter = tflite.load_interpreter(model.read_bytes())
        self.student = interpreter.get_signature_runner(tflite.SIGNATURE)
        self.networks = {}

    def frontalize(self, photo):
        """Returns what Kotlin makes of `photo`: a dict, or the text of its refusal."""
        height, width = photo.shape[:2]
        self.send(width, height, photo.size, photo.tobytes())
        while (kind := self.text()) == "run":
            name = self.text()
            outputs = self._run(name, {self.text(): self.block() for _ in range(self.number())})
            self.send(len(outputs), *(part for o in outputs for part in (len(o), o)))
        if kind == "problem":
            return self.text()
        count = 2 * len(geometry.LANDMARKS)
        numbers = np.frombuffer(self.read(8 * (count + 1)), ">f8")
        return {"landmarks": numbers[:count], "yaw": numbers[count], "notice": self.text(),
                "input": self.block(), "image": self.block()}  # fmt: skip

    def _run(self, name, inputs):
        if name == "student":
            return [_run_student(self.student, self.contract, inputs)]
        self.networks.setdefault(name, models.load(f"{name}.tflite"))
        return _run_network(self.networks[name], inputs["input"])

    def read(self, count):
        """Returns the next `count` bytes."""
        content = self.source.read(count)
        if len(content) < count:
            raise ValueError("The Kotlin side ended early; what it printed stands above.")
        return content

    def number(self):
        """Returns the next integer."""
        return struct.unpack(">i", self.read(4))[0]

    def text(self):
        """Returns the next text."""
        return self.read(struct.unpack(">H", self.read(2))[0]).decode()

    def block(self):
        """Returns the next bytes, whose count stands before them."""
        return self.read(self.number())

    def send(self, *parts):
        """Sends integers and bytes."""
        for part in parts:
            self.sink.write(part if isinstance(part, bytes) else struct.pack(">i", part))
        self.sink.flush()


def _run_network(network, content):
    side = round((len(content) / 12) ** 0.5)
    picture = np.frombuffer(content, ">f4").astype(np.float32).reshape(1, side, side, 3)
    return [array.astype(">f4").tobytes() for array in network(picture).values()]


def _run_student(student, contract, inputs):
    arrays = {}
    for tensor in contract["inputs"]:
        stored = np.dtype(tensor["dtype"])
        array = np.frombuffer(inputs[tensor["name"]], stored.newbyteorder(">"))
        arrays[tensor["name"]] = array.astype(stored).reshape(tensor["shape"])
    output = student(**arrays)[contract["outputs"][0]["name"]]
    return output.astype(output.dtype.newbyteorder(">")).tobytes()
