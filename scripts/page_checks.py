"""What a visitor of the page does, and what must come of it; `check_page.py` runs it."""

import json

import numpy as np
import page_photos
from visitor import PROBLEM, STUDENT, Visitor

from tfgan_compress import frontalize, shipped, tflite
from tfgan_compress.data import photos

PAPER = "getComputedStyle(document.body).backgroundColor"
ROLES = ("button", "combobox", "radio", "image", "Canvas", "Video")
TOLERANCE = 1
"""Of 255: how far a pixel of the page may be from Python's."""
STEP = 8
"""The same where landmarks differ in their last bits: a 32nd of a pixel, from black to white."""


class Checks(Visitor):
    """The checks, in the eyes of one visitor.

    Args:
        browser: A `chromium.Browser` started with `camera_switches`.
        url: The page's address.
        site: Its server's table, which a check may change and puts back.
        scratch: A folder for files to choose.
    """

    def __init__(self, browser, url, site, scratch):
        super().__init__(browser, url, scratch)
        self.site = site
        self.students = {}

    def all(self, folder=None):
        """Returns `(name, check)` pairs, in the order in which they have to run.

        Args:
            folder: Where to write pictures of the page, if any.
        """
        pictures = ("the page is photographed", lambda: self.photograph(folder))
        return [
            ("the page gets ready", self.ready),
            ("float32: pixels agree with Python to 1/255", self.float32),
            ("int8: pixels agree with Python to 1/255", self.int8),
            ("pictures of every kind are read as in Python", self.kinds),
            ("of several faces any can be chosen", self.several_faces),
            ("the camera's picture is mirrored and frontalized", self.camera),
            ("what cannot be used is said", self.problems),
            ("a model that is not its contract's is refused", self.wrong_models),
            ("a browser without WebAssembly is told", self.no_webassembly),
            ("nothing can be sent elsewhere, nothing was asked elsewhere", self.stays_here),
            ("all that can be used has a name", self.names),
            ("a narrow screen and the dark are served", self.narrow_and_dark),
            *([pictures] if folder else []),
            ("without relaxed SIMD, as in Safari, pixels are nearly the same", self.compat),
        ]

    def float32(self):
        """Compares the float32 student with Python's, on photographs from frontal to profile."""
        lines = self._photographs("float32")
        large = page_photos.large()
        self.choose_array(large)
        return [*lines, self._compare("large", large, variant="float32")]

    def int8(self):
        """Compares the int8 student, whose inputs and outputs are int8, with Python's."""
        lines = self._photographs("int8")
        self.choose_model("float32")
        return lines

    def _photographs(self, variant):
        self.choose_model(variant)
        return [
            self._compare(name, self.choose_photo(name), variant=variant)
            for name in page_photos.NAMES
        ]

    def kinds(self):
        """Compares how pictures are read that are stored turned, with transparency, in gray."""
        lines = []
        for path in page_photos.write_kinds(self.scratch):
            self.choose(path)
            off = self.off("photo", photos.read_photo(path))
            if off > TOLERANCE:
                raise ValueError(f"{path.name} must be read as in Python. Received: off by {off}.")
            lines.append(f"{path.name}: off by at most {off} of 255")
        return lines

    def several_faces(self):
        """Takes the largest of two faces, then the other."""
        group = page_photos.group()
        self.choose_array(group)
        lines = [self._compare("the larger", group, variant="float32")]
        self.expect("document.querySelectorAll('#numbers input').length", 2)
        self.expect("document.querySelectorAll('#boxes rect').length", 2)
        self.act("document.querySelectorAll('#numbers input')[1].click()")
        return [*lines, self._compare("the smaller", group, variant="float32", face=1)]

    def camera(self):
        """Takes a picture with a camera that sees a photograph."""
        self.act("document.getElementById('camera').click()")
        self.expect("document.getElementById('live').hidden", False)
        self.act("document.getElementById('take').click()")
        self.expect("document.getElementById('live').hidden", True)
        photo = self.pixels("photo")
        scene = page_photos.camera_scene()
        if photo.shape != scene.shape:
            raise ValueError(f"The camera must give {scene.shape}. Received: {photo.shape}.")
        apart = [np.abs(photo - side.astype(float)).mean() for side in (scene, scene[:, ::-1])]
        if not apart[1] < 6 < apart[0]:
            raise ValueError(f"The picture must be mirrored. Received: differences {apart}.")
        return [self._compare("the camera's picture", photo, variant="float32")]

    def problems(self):
        """Chooses what is no picture, shows no face, or has no fitting size; refuses the camera."""
        jpeg = page_photos.path("astronaut").read_bytes()
        files = {
            "empty.jpg": (b"", "brokenPicture", "it is empty"),
            "text.jpg": (b"This is a letter.", "brokenPicture", "text.jpg is no picture"),
            "cut.jpg": (jpeg[:300], "brokenPicture", "it is damaged"),
            "wall.png": (page_photos.blank(300, 400), "noFace", "No face found"),
            "panorama.png": (page_photos.blank(300, 900), "panorama", "900 x 300"),
            "tiny.png": (page_photos.blank(15, 20), "tooSmall", "at least 16 pixels"),
        }
        for name, (content, kind, text) in files.items():
            (self.scratch / name).write_bytes(content)
            self.choose(self.scratch / name)
            self.expect_problem(kind, text)
        # As if the visitor had said no: Chromium without a window asks nobody.
        refuse = "Promise.reject(new DOMException('no', 'NotAllowedError'))"
        self.act(
            f"navigator.mediaDevices.getUserMedia = () => {refuse};"
            "document.getElementById('camera').click()"
        )
        self.expect_problem("noCamera", "has not been allowed")
        self.choose_photo("astronaut")
        self.expect_problem("", "")
        return [f"{name}: {kind}" for name, (_, kind, _) in files.items()]

    def wrong_models(self):
        """Serves a model that is not its contract's, a contract for another task, and no model."""
        folder = self.page.evaluate("document.getElementById('model').value")
        model, contract = f"{folder}/model.tflite", f"{folder}/model_contract.json"
        kept = dict(self.site)
        content = kept[model].read_bytes()
        other = json.dumps({**json.loads(kept[contract].read_bytes()), "task": "edges"})
        for change, kind, text in (
            ({model: content[:-1] + b"?"}, "wrongModel", tflite.sha256(content)),
            ({contract: other.encode()}, "badContract", "Received: edges"),
            ({model: None}, "notFetched", "404"),
        ):
            self.site.update(change)
            self.act("document.getElementById('model').dispatchEvent(new Event('change'))")
            self.expect_problem(kind, text)
            self.site.update(kept)
        # The next photo asks for the model again.
        return [self._compare("after that", self.choose_photo("astronaut"), variant="float32")]

    def no_webassembly(self):
        """Opens the page in a browser without WebAssembly."""
        page = self.browser.open(self.url, before="delete globalThis.WebAssembly")
        page.wait("document.body && document.body.dataset.state === 'dead'")
        said = page.evaluate(PROBLEM)
        if said["kind"] != "noWebAssembly" or not page.evaluate(
            "document.getElementById('controls').disabled"
        ):
            raise ValueError(f"It must say so and switch its controls off. Received: {said}.")
        page.call("Page.close")
        return [said["text"]]

    def stays_here(self):
        """Tries to send something to another address; looks at every address asked for."""
        answer = self.page.evaluate(
            "new Promise((done) => {"
            "document.addEventListener('securitypolicyviolation',"
            "  (event) => done(event.violatedDirective), {once: true});"
            "fetch('http://127.0.0.1:9/', {method: 'POST', body: 'photo'})"
            "  .then(() => done('sent'), () => setTimeout(() => done('tried'), 1000)); })"
        )
        if answer != "connect-src":
            raise ValueError(f"The browser must refuse to send a picture. Received: {answer}.")
        asked = [
            event["params"]["request"]["url"]
            for event in self.browser.events
            if event.get("method") == "Network.requestWillBeSent"
        ]
        # The attempt above may be on record, refused.
        known = (self.url, "blob:", "data:", "http://127.0.0.1:9/")
        strange = [url for url in asked if not url.startswith(known)]
        if not asked or strange:
            raise ValueError(f"Only {self.url} may be asked. Received: {strange}.")
        return [f"{len(asked)} addresses, all of this server"]

    def names(self):
        """Looks for buttons, lists and pictures that a screen reader could not name."""
        nodes = self.page.call("Accessibility.getFullAXTree")["nodes"]
        found = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and node["role"]["value"] in ROLES
        ]
        nameless = [role for role, name in found if not name.strip()]
        if nameless or not {"button", "combobox", "image"} <= {role for role, _ in found}:
            raise ValueError(f"All of {ROLES} must have names. Received: {found}.")
        return [", ".join(sorted(f"{role} “{name}”" for role, name in found))]

    def narrow_and_dark(self):
        """Looks at the page as a phone shows it, and in the dark."""
        light = self.page.evaluate(PAPER)
        self.screen(360, dark=True)
        dark = self.page.evaluate(PAPER)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.screen(None)
        if width > 360 or light == dark:
            raise ValueError(
                f"360 pixels must do, and the dark be dark. Received: {width}, {light}, {dark}."
            )

    def compat(self):
        """Puts LiteRT.js's build for browsers without relaxed SIMD in the place of the other."""
        kept = dict(self.site)
        wasm = "/litert/wasm/litert_wasm"
        self.site[f"{wasm}_internal.js"] = self.site[f"{wasm}_compat_internal.js"]
        del self.site[f"{wasm}_internal.wasm"]
        self.page.call("Page.close")
        self.ready()
        self.site.update(kept)
        self.choose_model("float32")
        names = ("astronaut", "rendered_left_profile")
        return [
            self._compare(name, self.choose_photo(name), variant="float32", limit=STEP)
            for name in names
        ]

    def _compare(self, name, photo, *, variant, face=0, limit=TOLERANCE):
        self.expect_problem("", "")
        expected = self._python(variant)(photo)[face]
        pictures = {"photo": photo, "input": expected.input, "frontal": expected.image}
        said = []
        for canvas, ours in pictures.items():
            off = self.off(canvas, ours)
            if off > (0 if canvas == "photo" else limit):
                raise ValueError(
                    f"{name}, {variant}: {canvas} must be Python's to {limit}/255. Received: off "
                    f"by {off}."
                )
            said.append(f"{canvas} {off}")
        return f"{name}: off by at most {', '.join(said)} of 255"

    def _python(self, variant):
        if variant not in self.students:
            path = shipped.find_model(STUDENT) / variant / "model.tflite"
            self.students[variant] = frontalize.Frontalizer(path)
        return self.students[variant]
