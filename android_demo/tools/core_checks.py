"""Checks of `core`, where everything lies that can be numerically wrong."""

import copy_assets
import end_to_end
import export_golden
import toolchain


def golden_vectors(_):
    """Fails if the vectors in the folder are stale."""
    export_golden.check()


def compiles(tools):
    """Compiles `core` and its tests; warnings are errors."""
    tools.core_tests()


def unit_tests(tools):
    """Runs every class of `core`'s tests whose name ends with Test."""
    folder = toolchain.CORE / "test/kotlin"
    names = sorted(folder.rglob("*Test.kt"))
    classes = [".".join(name.relative_to(folder).with_suffix("").parts) for name in names]
    runner = toolchain.java(tools.core_tests(), "org.junit.runner.JUnitCore")
    printed = toolchain.run([*runner, *classes])
    return [printed.strip().splitlines()[-1]]


def same_bytes(tools):
    """Compares Kotlin with Python on photographs: all with two students, one with the others."""
    java = toolchain.java(tools.core_tests(), "org.tfgancompress.core.PipeKt")
    pictures = end_to_end.sample_photos()
    one = {"turned": pictures["turned"]}
    lines = []
    for model in copy_assets.students():
        name = "/".join(model.parts[-3:-1])
        chosen = pictures if name in ("demo_student/float16", "demo_student/int8") else one
        lines += [f"{name}, {line}" for line in end_to_end.compare(java, model, chosen)]
    return lines


CHECKS = {
    "golden vectors are what Python computes": golden_vectors,
    "core and its tests compile without a warning": compiles,
    "core passes its tests": unit_tests,
    "Kotlin and Python give the same bytes": same_bytes,
}
