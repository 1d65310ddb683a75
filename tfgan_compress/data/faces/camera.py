"""Backgrounds, exposure and everything a camera adds: blur, noise, gray, JPEG."""

import cv2
import numpy as np


def background(choice, size):
    """Linear RGB `(size, size, 3)`: a plain colour, or a random picture drawn by an integer seed.

    The random kinds are a plain colour, a gradient, blurred blobs and stripes, none in focus.
    """
    if not isinstance(choice, int):
        return np.broadcast_to(np.asarray(choice, np.float32), (size, size, 3))
    rng = np.random.default_rng(choice)
    base = rng.uniform(0.02, 0.7) * (1 + rng.normal(0, 0.12, 3))
    kind = rng.integers(4)
    if kind == 0:
        cells = np.zeros((2, 2, 3))
    elif kind == 1:
        cells = rng.normal(0, 0.35, (2, 2, 1)) + rng.normal(0, 0.1, (2, 2, 3))
    elif kind == 2:
        side = int(rng.integers(3, 10))
        cells = rng.normal(0, 0.5, (side, side, 1)) + rng.normal(0, 0.12, (side, side, 3))
    else:
        count = int(rng.integers(4, 16))
        stripes = rng.normal(0, 0.4, (1, count, 1)) + rng.normal(0, 0.1, (1, count, 3))
        cells = np.repeat(stripes, 2, 0)
        cells = cells.transpose(1, 0, 2) if rng.random() < 0.3 else cells
    picture = cv2.resize(cells.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(base * np.exp(picture), 0, 1.5).astype(np.float32)


def develop(linear, camera):
    """Turns linear light `(size, size, 3)` into a picture, uint8 sRGB of the same shape."""
    size = linear.shape[0]
    cast = np.exp(camera.warmth * np.array((0.12, 0, -0.15))).astype(np.float32)
    exposed = linear * (camera.exposure * cast)
    if camera.blur:
        exposed = cv2.GaussianBlur(exposed, (0, 0), camera.blur * size / 128)
    picture = np.clip(exposed / (1 + 0.18 * exposed), 0, 1)
    picture = np.where(
        picture < 0.0031308, 12.92 * picture, 1.055 * np.maximum(picture, 1e-6) ** (1 / 2.4) - 0.055
    )
    if camera.gray:
        picture = np.repeat(picture @ np.array((0.299, 0.587, 0.114)), 3).reshape(picture.shape)
    if camera.noise:
        rng = np.random.default_rng(camera.seed)
        grain = rng.standard_normal((size, size, 1 if camera.gray else 3), np.float32)
        picture = picture + camera.noise * grain
    return _compress((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8), camera.jpeg)


def _compress(picture, quality):
    if not quality:
        return picture
    coded = cv2.imencode(".jpg", picture[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return np.ascontiguousarray(decoded[..., ::-1])
