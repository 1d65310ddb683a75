"""Warps a photograph to the aligned square image that the networks take.

The geometry is `geometry.alignment_matrix`'s; here are only the pixels.
"""

import cv2
import numpy as np

from tfgan_compress import geometry

EYE_SPREAD, NOSE_REACH = 45.6, 31.2
"""Distance of the eyes seen from the front, and of the nose tip from their middle at profile, in
pixels of the aligned 128; as measured on photographs."""
NOSE_DROP, MOUTH_HALF_WIDTH, MOUTH_REACH = 23.8, 17.5, 5.0
"""Nose tip below the eyes, half the mouth's width, and how far it moves sideways at profile."""
FORESHORTENED = 80.0
"""Degrees of yaw from which the distance of the eyes says nothing of the face's size."""


def align(image, landmarks, image_size):
    """Warps `image` so that its face lies where TP-GAN's alignment puts it.

    Args:
        image: `(H, W, 3)` uint8.
        landmarks: `(5, 2)` points of `image`, in the order of `geometry.LANDMARKS`.
        image_size: Side of the aligned image.

    Returns:
        `(aligned, points)`: the `(image_size, image_size, 3)` uint8 image and the landmarks in
        it, `(5, 2)` float32.
    """
    matrix = geometry.alignment_matrix(landmarks, image_size)
    return warp(image, matrix, image_size), geometry.transform_points(matrix, landmarks)


def estimate_yaw(landmarks):
    """Estimates yaw in degrees from `landmarks: (5, 2)`, to about 10 degrees.

    Turning the head narrows the distance of the eyes and moves the nose tip off their middle; the
    two are sine and cosine of the angle, as measured on frontal and profile photographs.
    """
    points = geometry.transform_points(geometry.alignment_matrix(landmarks, 128), landmarks)
    eyes = (points[1, 0] - points[0, 0]) / EYE_SPREAD
    nose = (points[2, 0] - points[:2, 0].mean()) / NOSE_REACH
    return float(np.degrees(np.arctan2(nose, max(eyes, 0.0))))


def landmarks_from_eyes(eyes, yaw):
    """Places nose and mouth of a mean face by its eyes, the reverse of `estimate_yaw`.

    The size of the face comes from the distance of the eyes and the yaw, so an error of the yaw
    is an error of the size, the larger the more the face is turned. Pitch is not looked at.

    Args:
        eyes: `(2, 2)` eye centres, the viewer's left one first.
        yaw: Degrees, positive when the nose points to the right of the picture.

    Returns:
        `(5, 2)` float32 landmarks in the order of `geometry.LANDMARKS`.

    Raises:
        ValueError: If the eyes coincide, or the face is turned by 80 degrees or more.
    """
    eyes = np.asarray(eyes, np.float64)
    right = eyes[1] - eyes[0]
    if abs(yaw) >= FORESHORTENED or np.hypot(*right) < 1:
        raise ValueError(
            f"Eyes give the landmarks of faces turned by less than {FORESHORTENED:.0f} degrees "
            f"whose eyes lie at least a pixel apart. Received: yaw {yaw}, eyes {eyes.tolist()}."
        )
    cosine, sine = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    right = right / (EYE_SPREAD * cosine)
    half, reach = MOUTH_HALF_WIDTH * cosine, MOUTH_REACH * sine
    drop = geometry.EYE_TO_MOUTH_128
    offsets = [(NOSE_REACH * sine, NOSE_DROP), (reach - half, drop), (reach + half, drop)]
    axes = np.array([right, (-right[1], right[0])])
    return np.concatenate([eyes, eyes.mean(0) + offsets @ axes]).astype(np.float32)


def warp(image, matrix, image_size):
    """Applies the `(2, 3)` similarity `matrix`; edges are repeated, shrinking does not alias.

    A bilinear warp reads four pixels however far apart the samples lie, so an image that shrinks
    is blurred first, as a Gaussian pyramid would.
    """
    matrix = np.asarray(matrix, np.float64)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    image, matrix = _window(image, matrix, image_size, margin=4 / min(scale, 1.0) + 2)
    if scale < 0.25:
        # Halving by area first keeps the blur small on large photographs.
        factor = 2 ** int(np.floor(np.log2(0.5 / scale)))
        image, matrix = _shrink(image, matrix, factor)
        scale *= factor
    if scale < 1:
        image = cv2.GaussianBlur(image, (0, 0), 0.5 * np.sqrt(1 / scale**2 - 1) + 1e-3)
    return cv2.warpAffine(
        image,
        matrix,
        (image_size, image_size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def shrink(image, longest):
    """Shrinks `image` by area so that its longer side is at most `longest`.

    Returns:
        `(small, grow)`: the picture and `(2,)` old over new width and height; points go back as
        `(point + 0.5) * grow - 0.5`.
    """
    factor = min(1.0, longest / max(image.shape[:2]))
    height, width = (max(1, round(side * factor)) for side in image.shape[:2])
    if factor < 1:
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    else:
        small = image
    return small, np.array([image.shape[1] / width, image.shape[0] / height])


def _window(image, matrix, image_size, *, margin):
    """Cuts what the warp will read out of `image`, so that a huge photograph costs no more."""
    corners = np.array([(0, 0), (image_size, 0), (0, image_size), (image_size, image_size)])
    source = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    limits = np.array(image.shape[1::-1])
    low = np.clip(np.floor(source.min(0) - margin), 0, limits - 1).astype(int)
    high = np.clip(np.ceil(source.max(0) + margin), low + 1, limits).astype(int)
    window = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    return window, np.column_stack([matrix[:, :2], matrix[:, 2] + matrix[:, :2] @ low])


def _shrink(image, matrix, factor):
    """Shrinks `image` by an integer factor and adapts `matrix` to the smaller image."""
    small, grow = shrink(image, max(image.shape[:2]) / factor)
    # Pixel centres lie at whole numbers: old = (new + 0.5) * grow - 0.5.
    linear = matrix[:, :2] * grow
    offset = matrix[:, 2] + matrix[:, :2] @ (0.5 * grow - 0.5)
    return small, np.column_stack([linear, offset])
