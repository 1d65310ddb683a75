"""Checks what can be checked of the Android app without Gradle, AndroidX and a device.

    python android_demo/tools/check_android.py core   # the numbers: JUnit, golden vectors, bytes
    python android_demo/tools/check_android.py app    # the app: types, resources, style, an APK
    python android_demo/tools/check_android.py        # both

Tools are downloaded once (see `fetch_toolchain`). A check that cannot be made fails. The last lines
are a table of all checks.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import apk_checks
import app_checks
import core_checks
import toolchain

GROUPS = {"core": core_checks.CHECKS, "app": app_checks.CHECKS | apk_checks.CHECKS}


def main():
    """Makes the checks named on the command line; returns 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("group", nargs="?", choices=(*GROUPS, "all"), default="all")
    group = parser.parse_args().group
    names = GROUPS if group == "all" else [group]
    checks = {name: check for group in names for name, check in GROUPS[group].items()}
    with tempfile.TemporaryDirectory() as build:
        try:
            tools = toolchain.Toolchain(Path(build))
        except (ValueError, OSError) as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
        verdicts = [
            _make(f"[{i}/{len(checks)}] {name}", check, tools)
            for i, (name, check) in enumerate(checks.items(), 1)
        ]
    print("\nverdict  seconds  check")
    for (passed, seconds), name in zip(verdicts, checks, strict=True):
        print(f"{'ok' if passed else 'FAILED':7}  {seconds:7.1f}  {name}")
    return 0 if all(passed for passed, _ in verdicts) else 1


def _make(title, check, tools):
    """Makes one check and says how it goes; returns whether it passed, and how long it took."""
    print(title, flush=True)
    start, passed = time.monotonic(), True
    try:
        for line in check(tools) or ():
            print(f"    {line}", flush=True)
    except (ValueError, OSError) as error:
        passed = False
        print(f"    FAILED: {error}", flush=True)
    return passed, time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
