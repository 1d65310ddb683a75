"""The pictures that the page is checked with: a real one, rendered ones, and made of these."""

import io

import cv2
import numpy as np
from PIL import Image

from tfgan_compress import shipped
from tfgan_compress.data import photos

PHOTOS = shipped.SHIPPED[1].parent / "tests" / "frontalize" / "photos"
NAMES = ("astronaut", "rendered_right_45", "rendered_left_profile")


def path(name):
    """Returns the path of one of `NAMES`."""
    return PHOTOS / f"{name}.jpg"


def read(name):
    """Returns one of `NAMES`, `(H, W, 3)` uint8."""
    return photos.read_photo(path(name))


def group():
    """Returns a picture with two faces, the one in profile the larger."""
    picture = np.full((500, 760, 3), 128, np.uint8)
    picture[120:376, 20:276] = read("rendered_left_profile")
    picture[90:410, 380:700] = read("astronaut")
    return picture


def large():
    """Returns a picture that is halved before faces are looked for."""
    picture = np.full((860, 2570, 3), 90, np.uint8)
    picture[101 : 101 + 640, 900 : 900 + 640] = cv2.resize(read("astronaut"), (640, 640))
    return picture


def blank(height, width):
    """Returns a PNG in which there is nothing to see."""
    content = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 200, np.uint8)).save(content, "PNG")
    return content.getvalue()


def write_kinds(folder):
    """Writes a picture stored turned, with transparency, in gray, as WebP; returns the paths."""
    picture = Image.open(path("astronaut"))
    turned = picture.getexif()
    turned[0x0112] = 6
    seen = picture.convert("RGBA")
    seen.putalpha(Image.linear_gradient("L").resize(seen.size))
    saved = {
        "turned.jpg": (picture.rotate(90), {"exif": turned, "quality": 95}),
        "transparent.png": (seen, {}),
        "gray.png": (picture.convert("L"), {}),
        "lossless.webp": (picture, {"lossless": True}),
    }
    for name, (image, options) in saved.items():
        image.save(folder / name, **options)
    return [folder / name for name in saved]


def camera_scene():
    """Returns what the camera of `camera_switches` sees, `(480, 640, 3)` uint8."""
    scene = np.full((480, 640, 3), 110, np.uint8)
    scene[80:400, 40:360] = read("astronaut")
    return scene


def camera_switches(scratch):
    """Returns Chromium's switches for a camera that sees `camera_scene`."""
    video = scratch / "camera.mjpeg"
    Image.fromarray(camera_scene()).save(video, "JPEG", quality=98, subsampling=0)
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    )
