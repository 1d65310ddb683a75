"""Compiles and runs Kotlin and Java with the tools that `fetch_toolchain` brought."""

import os
import shutil
import subprocess
from pathlib import Path

import fetch_toolchain

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "src"
JVM_TARGET = "17"
# A short-lived compiler gains nothing from parallel collection and late optimization.
JAVA_OPTIONS = ["-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


class Toolchain:
    """The Kotlin compiler, JUnit and the JDK; what they make lies in `build`.

    Raises:
        FileNotFoundError: If there is no JDK.
    """

    def __init__(self, build):
        for tool in ("java", "javac"):
            if shutil.which(tool) is None:
                raise FileNotFoundError(
                    f"{tool} must be on the PATH: install a JDK from {JVM_TARGET} on."
                )
        self.build = Path(build)
        tools = fetch_toolchain.fetch("core")
        self.kotlin = tools["kotlin"] / "package"
        self.stdlib = self.kotlin / "lib" / "kotlin-stdlib.jar"
        self.coroutines = self.kotlin / "lib" / "kotlinx-coroutines-core-jvm.jar"
        self.junit = [tools[name] / "usr/share/java" / jar for name, jar in _JARS.items()]

    def kotlinc(self, sources, name, *, classpath=(), friend=None, opt_in=()):
        """Compiles Kotlin; warnings are errors. Returns the folder of classes."""
        classes = self.build / name
        options = ["-d", classes, "-jvm-target", JVM_TARGET, "-Werror", "-progressive"]
        options += [f"-opt-in={annotation}" for annotation in opt_in]
        if classpath:
            options += ["-classpath", _join(classpath)]
        if friend is not None:
            # Tests see what is internal.
            options.append(f"-Xfriend-paths={friend}")
        run(["bash", self.kotlin / "bin" / "kotlinc", *options, *sources])
        return classes

    def javac(self, sources, name, *, classpath=()):
        """Compiles Java. Returns the folder of classes."""
        classes = self.build / name
        listing = self.build / f"{name}.txt"
        listing.write_text("\n".join(map(str, sources)))
        path = ["-classpath", _join(classpath)] if classpath else []
        run(["javac", "-nowarn", "-proc:none", "-d", classes, *path, f"@{listing}"])
        return classes

    def core(self):
        """Compiles `core` and its tests. Returns the class path to run them with."""
        main = self.kotlinc([CORE / "main/kotlin"], "core")
        path = [main, *self.junit]
        tests = self.kotlinc([CORE / "test/kotlin"], "core-test", classpath=path, friend=main)
        return [*path, tests, CORE / "test/resources", self.stdlib]


_JARS = {"junit": "junit4.jar", "hamcrest": "hamcrest.jar"}


def java(classpath, main):
    """Returns the command line that runs class `main`."""
    return ["java", *JAVA_OPTIONS, "-cp", _join(classpath), main]


def run(command, **options):
    """Runs a command and returns what it printed.

    Raises:
        ValueError: With all it printed if it fails.
    """
    environment = {**os.environ, "JAVA_OPTS": " ".join(JAVA_OPTIONS), **options.pop("env", {})}
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment,
        **options,
    )
    if done.returncode:
        name = " ".join(Path(str(word)).name for word in command[:3])
        raise ValueError(f"{name} must succeed. It printed:\n{done.stdout.strip()}")
    return done.stdout


def _join(paths):
    return os.pathsep.join(map(str, paths))
