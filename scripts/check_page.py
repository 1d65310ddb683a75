"""Checks the page of `tfgan-compress serve` in Node and in a headless Chromium, against Python.

    python scripts/check_page.py                    # everything
    python scripts/check_page.py --screenshots DIR  # and pictures of the page

Needs Node from 20 on and Chromium (Debian: nodejs, chromium); a tool that is missing is a failure.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import chromium
import page_checks
import page_photos

from tfgan_compress.page import Server, build_site

ROOT = Path(__file__).parents[1]
NODE = 20


def main():
    """Makes all checks; returns 1 at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write pictures to DIR")
    parser.add_argument("--only", nargs="+", metavar="TEXT", help="checks named so, and readiness")
    arguments = parser.parse_args()
    try:
        if not arguments.only:
            _step("what the page computes is what Python computes", node_tests)
        with tempfile.TemporaryDirectory() as scratch:
            _browser(arguments, Path(scratch))
    except (ValueError, RuntimeError, OSError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def node_tests():
    """Runs the tests of the page's JavaScript; returns their last lines."""
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError(f"node must be on the PATH, from {NODE} on.")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if int(version[1:].split(".")[0]) < NODE:
        raise ValueError(f"node must be {NODE} or later. Received: {version}.")
    tests = sorted(str(path) for path in (ROOT / "tests" / "page").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"The tests of the page must pass. They printed:\n{done.stdout}")
    return [line for line in done.stdout.splitlines() if line.startswith(("# pass", "# fail"))]


def _browser(arguments, scratch):
    site = build_site()
    switches = page_photos.camera_switches(scratch)
    with Server(site) as server, chromium.browser(*switches) as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        checks = page_checks.Checks(browser, server.url, site, scratch)
        for number, (name, check) in enumerate(checks.all(arguments.screenshots)):
            if number == 0 or not arguments.only or any(part in name for part in arguments.only):
                _step(name, check)
        server.shutdown()


def _step(name, check, *arguments):
    start = time.monotonic()
    lines = check(*arguments) or []
    print(f"ok {time.monotonic() - start:6.1f} s  {name}", flush=True)
    for line in lines:
        print(f"            {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
