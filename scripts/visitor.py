"""A visitor of the page: chooses files and models, and reads what is shown."""

import base64

import numpy as np
import page_photos

from tfgan_compress.data import photos

STUDENT = "tpgan_student"
PROBLEM = (
    "(({dataset, textContent}) => ({kind: dataset.kind ?? '', text: textContent}))"
    "(document.getElementById('problem'))"
)
SETTLED = "['done', 'failed', 'dead'].includes(document.body.dataset.state)"


class Visitor:
    """One open page.

    Args:
        browser: A `chromium.Browser`.
        url: The page's address.
        scratch: A folder for files to choose.
    """

    def __init__(self, browser, url, scratch):
        self.browser, self.url, self.scratch = browser, url, scratch
        self.page = None

    def ready(self):
        """Opens the page and waits until its models are loaded."""
        self.page = self.browser.open(self.url)
        self.page.wait(f"document.readyState === 'complete' && {SETTLED}")
        self.expect("document.getElementById('status').textContent", "Ready.")

    def choose_model(self, variant):
        """Chooses a variant of the student in the page's list."""
        self.act(
            "{ const list = document.getElementById('model');"
            "list.value = [...list.options].find("
            f"(option) => option.text.startsWith('{STUDENT}, {variant} ')).value;"
            "list.dispatchEvent(new Event('change')); }"
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

    def act(self, script):
        """Runs a script that sets the page to work, and waits until it has done."""
        self.page.evaluate(f"document.body.dataset.state = 'asked'; {script}")
        self.page.wait(SETTLED)

    def expect(self, expression, value):
        """Fails unless a JavaScript expression has this value."""
        found = self.page.evaluate(expression)
        if found != value:
            raise ValueError(f"{expression} must be {value!r}. Received: {found!r}.")

    def choose_array(self, picture):
        """Chooses `picture: (H, W, 3)` uint8, as a PNG."""
        photos.write_png(self.scratch / "made.png", picture)
        self.choose(self.scratch / "made.png")

    def off(self, canvas, expected):
        """Returns by how much a canvas is off `expected: (H, W, 3)`, at most."""
        found = self.pixels(canvas)
        if found.shape != expected.shape:
            raise ValueError(f"{canvas} must be {expected.shape}. Received: {found.shape}.")
        return int(np.abs(found.astype(int) - expected).max())

    def expect_problem(self, kind, text):
        """Fails unless the page shows this problem; `""` stands for none."""
        said = self.page.evaluate(PROBLEM)
        if said["kind"] != kind or text not in said["text"]:
            raise ValueError(f"The page must say {kind!r}, {text!r}. Received: {said}.")

    def screen(self, width, *, dark=False):
        """Makes the screen `width` pixels wide, None for a desk's, and dark or not."""
        size = {"width": width or 1100, "height": 800, "deviceScaleFactor": 2 if width else 1}
        self.page.call("Emulation.setDeviceMetricsOverride", mobile=bool(width), **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.page.call("Emulation.setEmulatedMedia", features=[scheme])

    def choose_photo(self, name):
        """Chooses one of `page_photos.NAMES` and returns it, `(H, W, 3)` uint8."""
        self.choose(page_photos.path(name))
        return page_photos.read(name)

    def photograph(self, folder):
        """Writes pictures of the page: desk, dark, phone, several faces, a problem."""
        folder.mkdir(parents=True, exist_ok=True)
        self.choose_photo("astronaut")
        screens = (("desk", None, False), ("dark", None, True), ("phone", 360, False))
        for name, width, dark in screens:
            self.screen(width, dark=dark)
            self.page.screenshot(folder / f"{name}.png")
        self.screen(None)
        self.choose_array(page_photos.group())
        self.page.screenshot(folder / "faces.png")
        self.choose_array(np.full((300, 900, 3), 200, np.uint8))
        self.page.screenshot(folder / "problem.png")
