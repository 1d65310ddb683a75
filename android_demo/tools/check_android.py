"""Checks what can be checked of the Android app without Gradle, AndroidX and a device.

    python android_demo/tools/check_android.py core   # the numbers: JUnit, golden vectors, bytes
    python android_demo/tools/check_android.py app    # the app: types, resources, style
    python android_demo/tools/check_android.py        # both

Tools are downloaded once (see `fetch_toolchain`). A check that cannot be made fails.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import app_checks
import end_to_end
import toolchain

from tfgan_compress import shipped

HERE = Path(__file__).parent
VARIANTS = ("float16", "int8")


def main():
    """Makes the checks named on the command line; returns 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("group", nargs="?", choices=("core", "app", "all"), default="all")
    group = parser.parse_args().group
    with tempfile.TemporaryDirectory() as build:
        try:
            _check(group, Path(build))
        except (ValueError, OSError) as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
    return 0


def _check(group, build):
    tools = toolchain.Toolchain(build)
    if group in ("core", "all"):
        _step("golden vectors are what Python computes", golden_vectors)
        path = _step("core compiles", tools.core)
        _step("core passes its tests", unit_tests, path)
        for variant in VARIANTS:
            _step(f"Kotlin and Python give the same bytes, {variant}", same_bytes, path, variant)
    if group in ("app", "all"):
        for name, check in app_checks.CHECKS.items():
            _step(name, check, tools)


def _step(name, check, *arguments):
    start = time.monotonic()
    result = check(*arguments)
    lines = result if isinstance(result, list) and isinstance(result[0], str) else []
    print(f"ok {time.monotonic() - start:6.1f} s  {name}", flush=True)
    for line in lines:
        print(f"            {line}", flush=True)
    return result


def golden_vectors():
    """Fails if the vectors in the folder are stale."""
    toolchain.run([sys.executable, HERE / "export_golden.py", "--check"])


def unit_tests(path):
    """Runs every class of `core`'s tests whose name ends with Test."""
    names = sorted((toolchain.CORE / "test/kotlin").rglob("*Test.kt"))
    folder = toolchain.CORE / "test/kotlin"
    classes = [".".join(name.relative_to(folder).with_suffix("").parts) for name in names]
    printed = toolchain.run([*toolchain.java(path, "org.junit.runner.JUnitCore"), *classes])
    return [printed.strip().splitlines()[-1]]


def same_bytes(path, variant):
    """Compares Kotlin with Python on photographs, with a shipped student."""
    model = shipped.find_model("demo_student") / variant / "model.tflite"
    return end_to_end.compare(toolchain.java(path, "org.tfgancompress.core.PipeKt"), model)


if __name__ == "__main__":
    sys.exit(main())
