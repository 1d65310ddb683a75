"""From a photograph to frontal faces: find, align, turn to one side, run the student, turn back."""

import dataclasses

import numpy as np

from tfgan_compress.data import alignment, photos, records
from tfgan_compress.frontalize.landmarker import Face, Landmarker
from tfgan_compress.frontalize.student import load_student

OUTSIDE = 0.25
"""How far outside the picture given landmarks may lie, as a share of its sides."""


@dataclasses.dataclass(frozen=True)
class Frontalized:
    """A face of a photograph and its frontal view.

    Attributes:
        face: Where it is in the photograph.
        input: The aligned face, `(S, S, 3)` uint8.
        image: The frontal face, `(S, S, 3)` uint8.
    """

    face: Face
    input: np.ndarray
    image: np.ndarray


class Frontalizer:
    """A student and a landmarker, ready for any number of photographs.

    Args:
        model_path: A `.tflite` student; None takes the shipped one.
    """

    def __init__(self, model_path=None):
        self.student = load_student(model_path)
        self._landmarker = None

    def __call__(self, image, *, landmarks=None, largest=False):
        """Returns the `Frontalized` faces of `image`, largest first.

        Args:
            image: Path, or array as `data.photos.as_photo` takes it.
            landmarks: `(5, 2)` points of one face, in pixels of the upright picture and the
                order of `geometry.LANDMARKS`; without them faces are looked for.
            largest: Whether to return the largest face only.

        Raises:
            ValueError: If no face is found, or `image` cannot be read.
        """
        photo = photos.as_photo(image)
        faces = self.find(photo) if landmarks is None else [given_face(photo, landmarks)]
        if not faces:
            raise ValueError(
                "no face found. Give its landmarks with --landmarks, or a picture that shows it "
                "larger and upright."
            )
        return [self._frontalize(photo, face) for face in faces[: 1 if largest else None]]

    def find(self, photo):
        """Returns the `Face`s in `photo: (H, W, 3)` uint8, largest first."""
        self._landmarker = self._landmarker or Landmarker()
        return self._landmarker.find(photo)

    def _frontalize(self, photo, face):
        image_size = self.student.contract["image_size"]
        aligned, points = alignment.align(photo, face.landmarks, image_size)
        record = {"input": aligned, "landmarks": points, "yaw": face.yaw}
        # The student has only seen faces that look to the right.
        turned = face.yaw < 0
        record = records.mirror_record(record) if turned else record
        inputs = records.network_inputs(record["input"], record["landmarks"])
        batch = {name: value[None] for name, value in inputs.items()}
        frontal = records.to_uint8(self.student(batch)[0])
        return Frontalized(face, aligned, frontal[:, ::-1].copy() if turned else frontal)


def frontalize(image, model_path=None, *, landmarks=None):
    """Returns the `Frontalized` faces of one photograph; see `Frontalizer`."""
    return Frontalizer(model_path)(image, landmarks=landmarks)


def given_face(photo, landmarks):
    """Returns the `Face` of `landmarks: (5, 2)` given by hand."""
    landmarks = np.asarray(landmarks, np.float32)
    yaw = alignment.estimate_yaw(landmarks)
    size = np.array(photo.shape[1::-1])
    if (landmarks < -OUTSIDE * size).any() or (landmarks > (1 + OUTSIDE) * size).any():
        raise ValueError(
            f"Landmarks must lie in the picture of {size[0]}x{size[1]} pixels. Received: "
            f"{landmarks.tolist()}."
        )
    middle = landmarks.mean(0)
    half = 2 * max(np.abs(landmarks - middle).max(), 1)
    return Face(landmarks, yaw, np.concatenate([middle - half, middle + half]), 1.0, "given")
