"""Checks of the app's sources, resources and build files, as far as they go without Gradle."""

import re
import tomllib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import copy_assets
import fetch_toolchain
import gen_android_stubs
import toolchain

from tfgan_compress import tflite

ROOT = toolchain.ROOT
APP = ROOT / "app" / "src" / "main"
STUBS = ROOT / "ci-stubs"
NAMESPACE = "org.tfgancompress.demo"
# As Gradle publishes it for gradle/actions/wrapper-validation.
WRAPPER = "9.4"
WRAPPER_SHA256 = "55243ef57851f12b070ad14f7f5bb8302daceeebc5bce5ece5fa6edb23e1145c"


def style(_):
    """Fails on anything that ktlint finds in Kotlin and in Gradle's scripts."""
    ktlint = fetch_toolchain.fetch("app")["ktlint"] / "package" / "resources" / "ktlint"
    command = ["java", *toolchain.JAVA_OPTIONS, "-jar", ktlint, "--log-level=error"]
    printed = toolchain.run([*command, "**/*.kt", "**/*.kts"], cwd=ROOT).strip()
    # Its exit code has been seen to be 0 in spite of findings.
    if printed:
        raise ValueError(f"ktlint must find nothing. It printed:\n{printed}")


def catalog(_):
    """Fails on an alias that is used or declared in vain, or that has no version."""
    declared = tomllib.loads((ROOT / "gradle" / "libs.versions.toml").read_text())
    scripts = "\n".join(path.read_text() for path in sorted(ROOT.rglob("*.gradle.kts")))
    used = set(re.findall(r"\blibs\.([a-z0-9.]+)", scripts))
    names = {name.replace("-", ".") for name in declared["libraries"]}
    names |= {f"plugins.{name.replace('-', '.')}" for name in declared["plugins"]}
    entries = [*declared["libraries"].values(), *declared["plugins"].values()]
    versions = {entry["version"]["ref"] for entry in entries if "version" in entry}
    for what, wrong in {
        "used and not declared": used - names,
        "declared and not used": names - used,
        "versions of no entry, or missing": versions ^ declared["versions"].keys(),
    }.items():
        if wrong:
            raise ValueError(f"The version catalog must fit the scripts. {what}: {sorted(wrong)}.")
    return [f"{len(names)} aliases"]


def wrapper(_):
    """Fails unless Gradle's wrapper is a published one, which fetches a pinned Gradle."""
    folder = ROOT / "gradle" / "wrapper"
    found = tflite.sha256((folder / "gradle-wrapper.jar").read_bytes())
    if found != WRAPPER_SHA256:
        raise ValueError(f"The wrapper must be that of Gradle {WRAPPER}. Its SHA-256 is {found}.")
    pairs = dict(
        line.split("=", 1)
        for line in (folder / "gradle-wrapper.properties").read_text().splitlines()
    )
    source = re.fullmatch(
        r"https\\://services\.gradle\.org/distributions/gradle-([\d.]+)-bin\.zip",
        pairs["distributionUrl"],
    )
    if not source or not re.fullmatch(r"[0-9a-f]{64}", pairs.get("distributionSha256Sum", "")):
        raise ValueError(f"The wrapper must fetch Gradle's own, pinned. Received: {pairs}.")
    return [f"wrapper of Gradle {WRAPPER}, which fetches Gradle {source[1]}"]


def texts(_):
    """Fails on a text that is used and not declared, declared and not used, or not a resource."""
    tree = ElementTree.parse(APP / "res/values/strings.xml").getroot()
    declared = {entry.get("name") for entry in tree}
    sources = {path: path.read_text() for path in sorted(APP.rglob("*.kt"))}
    manifest = (APP / "AndroidManifest.xml").read_text()
    used = set(re.findall(r"R\.(?:string|plurals)\.(\w+)", "\n".join(sources.values())))
    used |= set(re.findall(r"@string/(\w+)", manifest))
    if used != declared:
        raise ValueError(
            "Texts must be declared where used and used where declared. "
            f"Differ: {sorted(used ^ declared)}."
        )
    for path, source in sources.items():
        if re.search(r'\b(?:Text|contentDescription)\W{1,3}"', source):
            raise ValueError(f"{path.name} must take its texts from resources.")
    return [f"{len(declared)} texts"]


def resources(tools):
    """Links resources, manifest and assets with aapt2; models have to lie uncompressed."""
    packages = fetch_toolchain.fetch("app")
    aapt2 = packages["aapt"] / "usr/lib/android-sdk/build-tools/debian/aapt2"
    environment = toolchain.libraries(packages)
    copied = copy_assets.copy_assets(tools.build / "assets")
    toolchain.run(
        [aapt2, "compile", "--dir", APP / "res", "-o", tools.build / "res.zip"], env=environment
    )
    linked = toolchain.run(
        [
            aapt2, "link", "--warn-manifest-validation",
            "-o", tools.build / "base.apk", "-A", tools.build / "assets",
            "-I", packages["framework-res"] / "usr/share/android-framework-res/framework-res.apk",
            "--manifest", _manifest(tools.build), "--java", tools.build / "gen", "-0", ".tflite",
            "--min-sdk-version", toolchain.sdk("minSdk"),
            "--target-sdk-version", toolchain.sdk("targetSdk"),
            tools.build / "res.zip",
        ],
        env=environment,
    )  # fmt: skip
    # Debian's aapt2 is of Android 10 and does not know this element of Android 12; nor does it know
    # all that is in the framework of Android 14.
    known = ("<uses-native-library>", "LoadedArsc.cpp")
    unknown = [t for t in linked.splitlines() if t.strip() and not any(k in t for k in known)]
    if unknown:
        raise ValueError(f"aapt2 must have nothing to say. It printed: {unknown}.")
    with zipfile.ZipFile(tools.build / "base.apk") as package:
        models = [entry for entry in package.infolist() if entry.filename.endswith(".tflite")]
    if len(models) != len(copied) or any(m.compress_type != zipfile.ZIP_STORED for m in models):
        raise ValueError(f"All {len(copied)} models must lie uncompressed. Received: {models}.")
    return [f"{len(models)} models in it, uncompressed"]


def types(tools):
    """Compiles the app against Android's API 34, `core`, and our stubs of AndroidX and LiteRT."""
    if not (tools.build / "gen").is_dir():
        resources(tools)
    api = fetch_toolchain.fetch("app")["android-api"] / "core/api/current.txt"
    sources = [p for p in (*APP.rglob("*.kt"), *STUBS.rglob("*")) if p.suffix in (".kt", ".java")]
    android = gen_android_stubs.generate(api, sources, tools.build / "android-src")
    java_sources = [*android, *STUBS.rglob("*.java"), *(tools.build / "gen").rglob("*.java")]
    source_path = [tools.build / "android-src"]
    classes = tools.javac(java_sources, "android", classpath=source_path)
    path = [tools.core(), classes, tools.coroutines]
    # The compiler brings coroutines from before limitedParallelism was called stable.
    opt_in = ["kotlinx.coroutines.ExperimentalCoroutinesApi"]
    tools.kotlinc([STUBS, APP / "kotlin"], "app", classpath=path, opt_in=opt_in)
    return [f"{len(android)} classes of Android's API"]


def _manifest(build):
    """Writes the manifest as AGP would: with the package, which is in Gradle's script here."""
    text = (APP / "AndroidManifest.xml").read_text()
    path = Path(build) / "AndroidManifest.xml"
    path.write_text(text.replace("<manifest ", f'<manifest package="{NAMESPACE}" ', 1))
    return path


CHECKS = {
    "ktlint finds nothing": style,
    "the version catalog fits the scripts": catalog,
    "the Gradle wrapper is a published one": wrapper,
    "texts are resources, each used": texts,
    "resources and manifest link": resources,
    "the app type-checks against API 34": types,
}
