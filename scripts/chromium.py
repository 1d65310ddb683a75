"""A headless Chromium to test pages with: the DevTools protocol over two pipes, nothing else.

Only the standard library: a pipe, unlike the usual socket, needs no WebSocket client.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 900.0
"""Seconds that any one answer may take; a busy machine is no failure."""


def find():
    """Returns the path of Chromium.

    Raises:
        FileNotFoundError: If there is none on the PATH.
    """
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(f"One of {NAMES} must be on the PATH: apt-get install chromium.")


@contextlib.contextmanager
def browser(*switches):
    """Yields a running `Browser`, ended afterwards."""
    command = [
        find(),
        "--headless=new",
        "--no-sandbox",  # Containers have no user namespaces; only our own pages are opened.
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--disable-sync",
        "--force-prefers-reduced-motion",  # What turns is painted anew all the time.
        "--no-first-run",
        "--remote-debugging-pipe",
        *switches,
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        ours, answers = os.pipe()
        questions, theirs = os.pipe()
        process = subprocess.Popen(
            # Chromium reads from descriptor 3 and writes to 4.
            ["bash", "-c", f'exec "$@" 3<&{questions} 4>&{answers}', "-", *command,
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(questions, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(questions)
        os.close(answers)
        try:
            yield Browser(ours, theirs)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(ours)
            os.close(theirs)


class Browser:
    """The other end of the pipes.

    Attributes:
        events: What the browser has reported so far, dicts of the protocol.
    """

    def __init__(self, source, sink):
        self._source, self._sink = source, sink
        self._rest, self._count = b"", 0
        self.events = []

    def call(self, method, session=None, **parameters):
        """Calls a method of the protocol and returns its result.

        Raises:
            RuntimeError: If the browser refuses, ends or does not answer.
        """
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._sink, json.dumps(message).encode() + b"\0")
        while (answer := self._next(method)).get("id") != self._count:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method} must be understood. Received: {answer['error']}.")
        return answer["result"]

    def open(self, url, *, before=""):
        """Opens `url` in a new `Page`; `before` is JavaScript that runs before any of its own."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        if before:
            page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        page.call("Page.navigate", url=url)
        return page

    def _next(self, method):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            left = max(deadline - time.monotonic(), 0)
            ready, _, _ = select.select([self._source], [], [], left)
            part = os.read(self._source, 1 << 20) if ready else b""
            if not part:
                raise RuntimeError(f"Chromium must answer {method} in {PATIENCE:.0f} s.")
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


class Page:
    """One page of a `Browser`."""

    def __init__(self, browser, session):
        self._browser, self._session = browser, session

    def call(self, method, **parameters):
        """Calls a method of the protocol on this page."""
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression):
        """Returns the value of a JavaScript expression, awaited if it is a promise.

        Raises:
            RuntimeError: If it throws.
        """
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def wait(self, expression):
        """Waits until a JavaScript expression is true and returns its value.

        Raises:
            RuntimeError: If it is not in `PATIENCE`.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.5)
        raise RuntimeError(f"{expression} must come true in {PATIENCE:.0f} s.")

    def choose_file(self, selector, path):
        """Puts a file into a file input."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(Path(path).resolve())])

    def screenshot(self, path):
        """Writes a PNG of the whole page."""
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(picture["data"]))
