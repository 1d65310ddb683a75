"""LiteRT.js, Google's runtime for `.tflite` files in browsers, from npm (Apache-2.0).

It is fetched at first use and not shipped: its two WebAssembly files have 19 MB, which every copy
of this package would carry for one command. Version and SHA-256 are pinned.
"""

import os
from pathlib import Path

from tfgan_compress import packages

VERSION = "2.5.3"
PACKAGES = {
    "litertjs-core": packages.Package(
        f"{packages.NPM}/@litertjs/core/-/core-{VERSION}.tgz",
        "a97660833e9e7e1063c95e12016718881240b14f7438728a2f62785e912d30fd",
        # With relaxed SIMD, and without it, for Safari. Not the builds with threads or for WebNN.
        (
            "package/dist/index.js",
            "package/wasm/litert_wasm_internal",
            "package/wasm/litert_wasm_compat_internal",
        ),
    ),
    "litertjs-wasm-utils": packages.Package(
        f"{packages.NPM}/@litertjs/wasm-utils/-/wasm-utils-{VERSION}.tgz",
        "ce2a1f8379c067be49e59752e5a7f40db6be09f6e497f0f11e59f17b515366a7",
        "package/dist/index.js",
    ),
}
IMPORT = b'from "@litertjs/wasm-utils"'


def cache():
    """Returns the folder that LiteRT.js is kept in: `$TFGAN_PAGE_CACHE`, or one in the home."""
    default = Path.home() / ".cache" / "tfgan_compress" / "page"
    return Path(os.environ.get("TFGAN_PAGE_CACHE", default))


def routes():
    """Returns `{address: file or bytes}` of LiteRT.js; downloads it (12 MB) if it is missing.

    Raises:
        ValueError: If it cannot be downloaded, or is not what is pinned.
    """
    try:
        core, utils = (
            packages.fetch(name, package, cache()) / "package" for name, package in PACKAGES.items()
        )
    except OSError as error:
        raise ValueError(
            "LiteRT.js must be downloaded once (12 MB). Without a network, copy the folder "
            f"{cache()} from a machine that has one. Received: {error}."
        ) from error
    found = {f"/litert/wasm/{path.name}": path for path in (core / "wasm").iterdir()}
    return {
        **found,
        "/litert/wasm-utils.js": utils / "dist/index.js",
        "/litert/core.js": _with_address((core / "dist/index.js").read_bytes()),
    }


def _with_address(source):
    # A worker knows no import maps, so the name of the other package becomes its address.
    if source.count(IMPORT) != 1:
        raise ValueError(f"LiteRT.js {VERSION} must hold {IMPORT.decode()} once.")
    return source.replace(IMPORT, b'from "./wasm-utils.js"')
