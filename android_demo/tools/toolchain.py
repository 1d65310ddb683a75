"""Compiles and runs Kotlin and Java with the tools that `fetch_toolchain` brought."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import fetch_toolchain

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "src"
# As in Gradle's scripts. What D8 of bundletool 1.18 reads: sealed classes of 17 it refuses.
JVM_TARGET = "11"
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
                raise FileNotFoundError(f"{tool} must be on the PATH: install a JDK from 17 on.")
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
        """Compiles `core` unless that was done. Returns the folder of classes."""
        classes = self.build / "core"
        return classes if classes.is_dir() else self.kotlinc([CORE / "main/kotlin"], "core")

    def core_tests(self):
        """Compiles the tests of `core` unless that was done. Returns the class path to run them."""
        path, tests = [self.core(), *self.junit], self.build / "core-test"
        if not tests.is_dir():
            self.kotlinc([CORE / "test/kotlin"], tests.name, classpath=path, friend=path[0])
        return [*path, tests, CORE / "test/resources", self.stdlib]


_JARS = {"junit": "junit4.jar", "hamcrest": "hamcrest.jar"}


def sdk(name):
    """Returns the API level that the app's Gradle script gives `name`, as text."""
    script = (ROOT / "app" / "build.gradle.kts").read_text()
    return re.search(rf"\b{name} = (\d+)", script)[1]


def libraries(packages):
    """Returns the environment in which Debian's programs, unpacked, find their libraries."""
    folders = {str(so.parent) for package in packages.values() for so in package.rglob("*.so*")}
    return {"LD_LIBRARY_PATH": os.pathsep.join(sorted(folders))}


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
        # D8 says something about each class that a newer Kotlin compiled.
        said = [line for line in done.stdout.splitlines() if not line.startswith("Info: ")]
        raise ValueError(f"{name} must succeed. It printed:\n" + "\n".join(said))
    return done.stdout


def _join(paths):
    return os.pathsep.join(map(str, paths))
