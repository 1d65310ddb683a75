"""Reads pictures of any common kind as upright 8-bit RGB, or says in one line why not; writes PNG.

EXIF rotation is applied; gray, palette, CMYK and 16-bit pictures are converted; transparency is
laid over white. Of an animation the first frame is read.
"""

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tfgan_compress import files


def read_photo(path):
    """Returns the picture at `path` as an `(H, W, 3)` uint8 RGB array.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a picture, is truncated, or is too large to be decoded safely.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no picture at {path}.")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} must be a picture; it is empty.")
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 megapixels on and refuses twice that; only the refusal matters.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                return _to_rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        return _read_with_opencv(path)
    except Image.DecompressionBombError as error:
        raise ValueError(f"{path} is too large; shrink it first. {error}") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValueError(f"{path} is truncated or damaged: {error}.") from error


def as_photo(image, *, minimum=16):
    """Returns an array or a path as an `(H, W, 3)` uint8 RGB array.

    Args:
        image: Path, or array of `(H, W)`, `(H, W, 1)`, `(H, W, 3)` or `(H, W, 4)` of uint8 or
            uint16.
        minimum: Least height and width in pixels.
    """
    if isinstance(image, str | Path):
        photo, name = read_photo(image), str(image)
    else:
        photo, name = _array_to_rgb(np.asarray(image)), "The image"
    if min(photo.shape[:2]) < minimum:
        raise ValueError(
            f"{name} must be at least {minimum} pixels high and wide. Received: "
            f"{photo.shape[1]}x{photo.shape[0]}."
        )
    return photo


def write_png(path, image):
    """Writes `image: (H, W, 3)` uint8 RGB as PNG, whole or not at all."""
    with files.atomic_path(path) as temporary:
        Image.fromarray(image).save(temporary, format="PNG")


def _to_rgb(image):
    if image.mode.startswith("I") or image.mode == "F":
        return _array_to_rgb(_sixteen_bits(np.asarray(image)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _sixteen_bits(values):
    # Modes I and F have no declared range: 8-bit values stay, others are taken for 16-bit.
    values = np.nan_to_num(values.astype(np.float64))
    return (values if values.max() > 255 else values * 257).clip(0, 65535).astype(np.uint16)


def _array_to_rgb(array):
    if array.dtype == np.uint16:
        array = np.rint(array / 257.0).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ValueError(f"An image must be of type uint8 or uint16. Received: {array.dtype}.")
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"An image array must be (H, W), or (H, W, 1, 3 or 4). Received: shape {array.shape}."
        )
    if array.shape[-1] == 4:
        alpha = array[..., 3:] / 255.0
        array = np.rint(array[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:2], 3)))


def _read_with_opencv(path):
    """Reads what Pillow does not know, such as 16-bit RGB TIFF."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        image = None
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"{path} is not a picture that can be read (PNG, JPEG, WebP, TIFF, BMP).")
    return _array_to_rgb(image[..., ::-1])
