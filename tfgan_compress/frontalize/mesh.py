"""MediaPipe's face mesh: 468 points on a face, from which the five landmarks are taken.

Kartynnik et al. (2019). Good up to about 60 degrees of yaw; at profile it loses the face, and its
presence score falls.
"""

import numpy as np

from tfgan_compress import geometry
from tfgan_compress.data import alignment
from tfgan_compress.frontalize import models

INPUT_SIZE = 192
LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
NOSE_TIP = (1,)
MOUTH_CORNERS = (61, 291)
"""Mesh points of each landmark, left being the viewer's; those of an eye are averaged."""

FIRST_CENTRE, FIRST_SIDE = (64.0, 62.0), 170.0
"""Crop in the aligned frame of 128 pixels, before the mesh itself says where the face is."""
MARGIN = 1.5
"""Side of the second crop over the longer side of the mesh."""


class FaceMesh:
    """The mesh network, ready to run. Not for several threads at once."""

    def __init__(self):
        self._run = models.load("face_mesh.tflite")

    def locate(self, image, landmarks):
        """Finds the five landmarks of a face whose place is roughly known.

        Args:
            image: `(H, W, 3)` uint8.
            landmarks: `(5, 2)` rough landmarks.

        Returns:
            `(landmarks, presence)`: `(5, 2)` points and how sure the network is of a face, 0 to 1.
        """
        upright = geometry.alignment_matrix(landmarks, 128)
        points, _ = self._crop(image, upright, np.array(FIRST_CENTRE), FIRST_SIDE)
        framed = geometry.transform_points(upright, points)
        low, high = framed.min(0), framed.max(0)
        side = float((high - low).max()) * MARGIN
        points, presence = self._crop(image, upright, (low + high) / 2, side)
        return five_points(points), presence

    def _crop(self, image, upright, centre, side):
        """Runs the mesh on a square of the upright frame; returns `(468, 2)` points in `image`."""
        matrix = crop_matrix(upright, centre, side, INPUT_SIZE)
        crop = alignment.warp(image, matrix, INPUT_SIZE)
        outputs = self._run(crop[None].astype(np.float32) / 255)
        points = outputs["conv2d_20"].reshape(468, 3)[:, :2]
        presence = 1 / (1 + np.exp(-float(np.clip(outputs["conv2d_30"], -50, 50).item())))
        return geometry.untransform_points(matrix, points), presence


def crop_matrix(upright, centre, side, size):
    """Returns the `(2, 3)` similarity from the image to a crop of `size` pixels.

    Args:
        upright: `(2, 3)` similarity from the image to the upright frame.
        centre: Middle of the crop in the upright frame.
        side: Its side there.
        size: Its side in pixels.
    """
    scale = size / side
    matrix = np.asarray(upright, np.float64) * scale
    matrix[:, 2] += (size - 1) / 2 - np.asarray(centre, np.float64) * scale
    return matrix


def five_points(points):
    """Returns the `(5, 2)` landmarks of `points: (468, 2)`."""
    groups = (LEFT_EYE, RIGHT_EYE, NOSE_TIP, *([corner] for corner in MOUTH_CORNERS))
    return np.array([points[list(group)].mean(0) for group in groups], np.float32)
