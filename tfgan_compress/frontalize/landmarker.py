"""Finds the faces of a photograph and five landmarks of each, from frontal to profile.

BlazeFace finds a face; up to 60 degrees its mesh gives the landmarks. At profile the mesh is lost,
but BlazeFace's own keypoints are not: averaged over crops of several sizes and their mirror
images they place eye and mouth to a few pixels of the aligned face.
"""

import dataclasses

import numpy as np

from tfgan_compress import geometry
from tfgan_compress.data import alignment
from tfgan_compress.frontalize import blazeface, mesh

LARGEST = 5120
"""Longer side, in pixels, up to which a picture is not halved before landmarks are looked for."""
MESH_YAW = 60.0
"""Yaw in degrees up to which the mesh is trusted."""
MESH_PRESENCE = 0.5
MESH_DISTANCE = 16.0
"""How far mesh and keypoints may disagree on average, in pixels of the aligned 128."""
CROP_CENTRE = (64.0, 62.0)
CROP_SIDES = (185.0, 215.0, 245.0)
"""Crops for the keypoints, in the aligned frame of 128 pixels."""
SURE = 0.7
"""Mean score that a face must reach in these crops; curls and shadows pass one look, not six."""
SMALLEST_FACE = 12.0
"""Least distance from eyes to mouth, in pixels: below it there is nothing to see."""
FRONTAL_SPREAD, EYE_BIAS = 0.95, 0.2
"""Distance of the eye keypoints over that from eyes to mouth: seen from the front, at profile."""
MOUTH_DEPTH = 10.5
MOUTH_RISE, EYE_DROP = 2.6, 1.8
"""Mouth corners behind the lips, in pixels of the aligned 128; and, at profile, what the mouth's
keypoint lies too high and those of the eyes too low."""


@dataclasses.dataclass(frozen=True)
class Face:
    """A face in a photograph.

    Attributes:
        landmarks: `(5, 2)` in the order of `geometry.LANDMARKS`.
        yaw: Degrees, positive when the nose points to the right of the picture.
        box: `(4,)` left, top, right, bottom in pixels.
        score: The detector's, between 0 and 1; 1 for landmarks given by hand.
        source: Where the landmarks come from: `mesh`, `keypoints` or `given`.
    """

    landmarks: np.ndarray
    yaw: float
    box: np.ndarray
    score: float
    source: str

    def grown(self, grow):
        """Returns the face in a picture `grow` times as large."""
        box = (self.box.reshape(2, 2) + 0.5) * grow - 0.5
        landmarks = ((self.landmarks + 0.5) * grow - 0.5).astype(np.float32)
        return dataclasses.replace(self, landmarks=landmarks, box=box.ravel())


class Landmarker:
    """Detector and mesh, ready to run. Not for several threads at once."""

    def __init__(self):
        self._detector = blazeface.BlazeFace()
        self._mesh = mesh.FaceMesh()

    def __call__(self, image, yaw=None):
        """Returns the `(5, 2)` landmarks of the largest face in `image: (H, W, 3)` uint8.

        Args:
            image: The photograph.
            yaw: The face's yaw in degrees if it is known.

        Raises:
            ValueError: If no face is found.
        """
        faces = self.find(image, yaw=yaw)
        if not faces:
            raise ValueError("no face found; give its landmarks, or a picture that shows it larger")
        return faces[0].landmarks

    def find(self, image, *, yaw=None):
        """Returns all `Face`s in `image`, largest first; `yaw` as in calling."""
        small, grow = alignment.shrink(image, LARGEST)
        refined = [self._refine(small, detection) for detection in self._detector.detect(small)]
        sure = blazeface.suppress([detection for detection in refined if detection is not None])
        faces = [self._face(small, detection, yaw).grown(grow) for detection in sure]
        return sorted(faces, key=lambda face: -(face.box[2] - face.box[0]))

    def _refine(self, image, detection):
        """Looks again, closer and upright; None if most of the looks see no face."""
        try:
            upright = geometry.alignment_matrix(_rough(detection.keypoints), 128)
        except ValueError:
            return None
        if 48 / geometry.scale_of(upright) < SMALLEST_FACE:
            return None
        seen = []
        for side in CROP_SIDES:
            matrix = mesh.crop_matrix(upright, CROP_CENTRE, side, blazeface.INPUT_SIZE)
            seen += self._best(image, matrix, detection, flip=False)
            seen += self._best(image, matrix, detection, flip=True)
        if len(seen) <= len(CROP_SIDES) or np.mean([d.score for d in seen]) < SURE:
            return None
        return blazeface.Detection(
            np.mean([d.box for d in seen], axis=0),
            np.mean([d.keypoints for d in seen], axis=0),
            float(np.mean([d.score for d in seen])),
        )

    def _best(self, image, matrix, detection, *, flip):
        """The best face of one crop or its mirror image, as a list of one or none."""
        if flip:
            matrix = matrix * [[-1], [1]] + [[0, 0, blazeface.INPUT_SIZE - 1], [0, 0, 0]]
        found = self._detector.detect_crop(image, matrix, score=0.5)
        middle = (detection.box[:2] + detection.box[2:]) / 2
        side = detection.box[2] - detection.box[0]
        near = [d for d in found if _distance((d.box[:2] + d.box[2:]) / 2, middle) < side / 2]
        if not near:
            return []
        best = max(near, key=lambda d: d.score)
        if flip:
            best = dataclasses.replace(best, keypoints=best.keypoints[[1, 0, 2, 3, 5, 4]])
        return [best]

    def _face(self, image, detection, yaw):
        points = profile_landmarks(detection.keypoints)
        estimate = alignment.estimate_yaw(points)
        source = "keypoints"
        if abs(estimate if yaw is None else yaw) <= MESH_YAW:
            fine, presence = self._mesh.locate(image, _rough(detection.keypoints))
            if presence >= MESH_PRESENCE and _agree(fine, detection.keypoints):
                points, source = fine, "mesh"
                estimate = alignment.estimate_yaw(points)
        return Face(
            points.astype(np.float32),
            float(estimate if yaw is None else yaw),
            detection.box,
            detection.score,
            source,
        )


def profile_landmarks(keypoints):
    """Returns `(5, 2)` landmarks from BlazeFace's `keypoints: (6, 2)`.

    They give the middle of the lips; the corners lie to its sides, and behind it as the head turns.
    """
    rough = _rough(keypoints)
    # At profile the hidden eye's keypoint stays beside the other; in truth they coincide.
    middle, half = rough[:2].mean(0), (rough[1] - rough[0]) / 2
    spread = 2 * np.hypot(*half) / max(_distance(rough[3], middle), 1e-6)
    half = (
        half
        * np.clip((spread - EYE_BIAS) / (FRONTAL_SPREAD - EYE_BIAS), 0, None)
        * (FRONTAL_SPREAD / max(spread, 1e-6))
    )
    rough = np.array([middle - half, middle + half, *rough[2:]])
    matrix = geometry.alignment_matrix(rough, 128)
    framed = geometry.transform_points(matrix, rough)
    yaw = np.radians(alignment.estimate_yaw(rough))
    side, depth = alignment.MOUTH_HALF_WIDTH * np.cos(yaw), MOUTH_DEPTH * np.sin(yaw)
    framed[3:] += [(-side - depth, 0), (side - depth, 0)]
    framed[3:, 1] += MOUTH_RISE * abs(np.sin(yaw))
    framed[:2, 1] -= EYE_DROP * abs(np.sin(yaw))
    return geometry.untransform_points(matrix, framed)


def _rough(keypoints):
    """Keypoints as landmarks, with the middle of the mouth for both corners."""
    return np.asarray(keypoints)[[0, 1, 2, 3, 3]]


def _agree(landmarks, keypoints):
    try:
        matrix = geometry.alignment_matrix(landmarks, 128)
    except ValueError:
        return False
    means = np.array([landmarks[0], landmarks[1], landmarks[2], landmarks[3:].mean(0)])
    difference = geometry.transform_points(matrix, means) - geometry.transform_points(
        matrix, keypoints[:4]
    )
    return bool(np.hypot(*difference.T).mean() < MESH_DISTANCE)


def _distance(first, second):
    return float(np.hypot(*(first - second)))
