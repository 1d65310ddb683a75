"""Where a face lies in an aligned image: landmarks, the aligning similarity, the four patches.

The alignment is TP-GAN's (Huang et al. 2017): eyes level, 48 pixels from the eyes down to the
mouth at 128x128, the point between the eyes at (64, 40). Everything scales with the image size.

Points are `(x, y)` in pixels, and the centre of the top-left pixel is (0, 0). "Left" and "right"
are the viewer's. Pure NumPy: warping pixels is the business of `data`.
"""

import numpy as np

LANDMARKS = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
"""Order of the five points of a `(5, 2)` array: eye centres, nose tip, mouth corners."""

FLIPPED_LANDMARKS = (1, 0, 2, 4, 3)
"""Index of each landmark's partner after a horizontal flip."""

# TP-GAN's published means are 1-based; here the first pixel is 0.
MEAN_LANDMARKS_128 = np.array(
    [(42.6, 40.0), (85.4, 40.0), (63.1, 63.8), (46.6, 87.9), (81.6, 88.1)], np.float32
)
PATCHES_128 = {"left_eye": (40, 40), "right_eye": (40, 40), "nose": (32, 40), "mouth": (32, 48)}
EYE_CENTRE_128 = np.array((64.0, 40.0), np.float32)
EYE_TO_MOUTH_128 = 48.0


def patch_shapes(image_size):
    """Returns `{patch: (height, width)}`, TP-GAN's at 128, multiples of 8 at every size.

    The patch networks halve their input three times, hence the multiples of 8 (rounded up).
    """
    scale = image_size / 128
    return {
        name: tuple(int(np.ceil(side * scale / 8)) * 8 for side in shape)
        for name, shape in PATCHES_128.items()
    }


def patch_centres(landmarks):
    """Returns `{patch: (x, y)}` from `landmarks: (5, 2)`; the mouth is the mean of its corners."""
    landmarks = np.asarray(landmarks, np.float32)
    return {
        "left_eye": landmarks[0],
        "right_eye": landmarks[1],
        "nose": landmarks[2],
        "mouth": landmarks[3:].mean(0),
    }


def patch_corners(landmarks, image_size):
    """Returns `{patch: (row, column)}` of each patch's top-left pixel, centred on its landmark."""
    shapes = patch_shapes(image_size)
    return {
        name: (round(float(y) - shapes[name][0] / 2), round(float(x) - shapes[name][1] / 2))
        for name, (x, y) in patch_centres(landmarks).items()
    }


def frontal_landmarks(image_size):
    """Returns the mean landmarks of an aligned frontal face, `(5, 2)`."""
    return MEAN_LANDMARKS_128 * (image_size / 128)


def alignment_matrix(landmarks, image_size):
    """Returns the `(2, 3)` similarity that takes source pixels to aligned pixels.

    Args:
        landmarks: `(5, 2)` points in the source image, in the order of `LANDMARKS`.
        image_size: Side of the aligned square image, in pixels.

    Raises:
        ValueError: If the points are not `(5, 2)` and finite, or eyes and mouth coincide.
    """
    landmarks = np.asarray(landmarks, np.float64)
    if landmarks.shape != (5, 2) or not np.isfinite(landmarks).all():
        raise ValueError(
            f"landmarks must be five finite (x, y) points in the order {LANDMARKS}. "
            f"Received: shape {landmarks.shape}, {landmarks.tolist()}."
        )
    eyes, mouth = landmarks[:2].mean(0), landmarks[3:].mean(0)
    angle = _roll(landmarks, float(np.hypot(*(mouth - eyes))))
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    drop = (rotation @ (mouth - eyes))[1]
    if drop < 1.0:
        raise ValueError(
            "The mouth must lie at least one pixel below the eyes once they are level: is the "
            f"image upright, and are the points in the order {LANDMARKS}? Received: "
            f"{drop:.2f} pixels, {landmarks.tolist()}."
        )
    scale = image_size / 128
    linear = rotation * (EYE_TO_MOUTH_128 * scale / drop)
    return np.column_stack([linear, EYE_CENTRE_128 * scale - linear @ eyes]).astype(np.float32)


def _roll(landmarks, eye_to_mouth):
    """Angle of the eye line in radians, fading to 0 towards profile, where it says nothing.

    At 90 degrees both eyes project onto nearly one point and the direction between them is noise.
    """
    dx, dy = landmarks[1] - landmarks[0]
    spread = np.clip((np.hypot(dx, dy) / max(eye_to_mouth, 1e-6) - 0.15) / 0.35, 0, 1)
    return float(np.arctan2(dy, dx) * spread) if dx > 0 else 0.0


def transform_points(matrix, points):
    """Applies a `(2, 3)` affine `matrix` to `points: (..., 2)`."""
    points = np.asarray(points, np.float32)
    return points @ matrix[:, :2].T + matrix[:, 2]


def flip_landmarks(landmarks, width):
    """Mirrors `landmarks: (5, 2)` in an image of `width` pixels; left and right change names."""
    flipped = np.asarray(landmarks, np.float32)[list(FLIPPED_LANDMARKS)].copy()
    flipped[:, 0] = width - 1 - flipped[:, 0]
    return flipped


def check_image_shape(image_shape):
    """Raises ValueError unless it is `(S, S, 3)` with S a multiple of 32."""
    if len(image_shape) != 3 or image_shape[0] != image_shape[1] or image_shape[0] % 32:
        raise ValueError(
            f"image_shape must be (S, S, 3), S a multiple of 32. Received: {image_shape}."
        )
