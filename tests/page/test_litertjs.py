import io
import tarfile

import pytest

from tfgan_compress import packages, tflite
from tfgan_compress.page import litertjs


def archive(path, members):
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Puts archives of our own in the place of npm's; `npm(core=...)` sets LiteRT.js's source."""
    monkeypatch.setenv("TFGAN_PAGE_CACHE", str(tmp_path / "cache"))

    def publish(core=b'import { createWasmLib } from "@litertjs/wasm-utils";'):
        wasm = "package/wasm/litert_wasm"
        contents = {
            "litertjs-core": {
                "package/dist/index.js": core,
                f"{wasm}_internal.js": b"1",
                f"{wasm}_compat_internal.wasm": b"2",
                f"{wasm}_threaded_internal.js": b"3",
            },
            "litertjs-wasm-utils": {"package/dist/index.js": b"export {};"},
        }
        for name, members in contents.items():
            path = archive(tmp_path / f"{name}.tgz", members)
            hashed = tflite.sha256(path.read_bytes())
            keep = litertjs.PACKAGES[name].keep
            package = packages.Package(path.as_uri(), hashed, keep)
            monkeypatch.setitem(litertjs.PACKAGES, name, package)

    return publish


def test_litertjs_is_served_with_addresses_and_without_the_builds_that_are_not_used(npm):
    npm()
    routes = litertjs.routes()
    assert routes["/litert/core.js"] == b'import { createWasmLib } from "./wasm-utils.js";'
    assert routes["/litert/wasm-utils.js"].read_bytes() == b"export {};"
    wasm = sorted(name for name in routes if "/wasm/" in name)
    assert wasm == [
        "/litert/wasm/litert_wasm_compat_internal.wasm",
        "/litert/wasm/litert_wasm_internal.js",
    ]


def test_litertjs_is_fetched_once(npm, tmp_path):
    npm()
    litertjs.routes()
    for path in tmp_path.glob("*.tgz"):
        path.unlink()
    assert "/litert/core.js" in litertjs.routes()


def test_without_a_network_the_remedy_is_said(npm, tmp_path):
    npm()
    (tmp_path / "litertjs-core.tgz").unlink()
    with pytest.raises(ValueError, match=r"must be downloaded once.*copy the folder.*cache"):
        litertjs.routes()


def test_another_litertjs_than_the_pinned_one_is_refused(npm):
    npm(core=b"nothing is imported")
    with pytest.raises(ValueError, match="must hold"):
        litertjs.routes()


def test_the_pinned_packages_are_npms_of_one_version():
    for package in litertjs.PACKAGES.values():
        assert package.url.startswith(f"{packages.NPM}/@litertjs/")
        assert package.url.endswith(f"-{litertjs.VERSION}.tgz")
