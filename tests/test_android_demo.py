"""The app's Python side; `android_demo/tools/check_android.py` checks its Kotlin."""

import importlib
import json
from pathlib import Path

import pytest

from tfgan_compress import tflite

TOOLS = Path(__file__).parents[1] / "android_demo" / "tools"


@pytest.fixture
def tool(monkeypatch):
    """Returns what imports one of the tools, which import each other by bare names."""
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module


def test_golden_vectors_are_what_the_package_computes(tool):
    tool("export_golden").check()


def test_stale_golden_vectors_are_named(tool, monkeypatch):
    monkeypatch.setattr(tool("golden_vectors"), "compute", lambda: {"latency": {"cases": []}})
    with pytest.raises(ValueError, match=r"written anew.*Stale: \['latency'\]"):
        tool("export_golden").check()


def test_models_are_copied_with_their_contracts(tool, tmp_path):
    copied = tool("copy_assets").copy_assets(tmp_path / "assets")
    assert "demo_student-int8" in copied and "face_mesh" in copied
    for path in (tmp_path / "assets" / "models").glob("*/model.tflite"):
        assert tflite.read_contract(path)["task"] == "face-frontalization"
    hashes = json.loads((tmp_path / "assets/detectors/sha256.json").read_text())
    for name, expected in hashes.items():
        content = (tmp_path / "assets/detectors" / f"{name}.tflite").read_bytes()
        assert tflite.sha256(content) == expected


@pytest.fixture
def pinned(tool, tmp_path, monkeypatch):
    """Returns `(archive, fetch)`: where the only tool is fetched from, and what fetches it."""
    monkeypatch.setenv("TFGAN_ANDROID_TOOLS", str(tmp_path / "cache"))
    fetch = tool("fetch_toolchain")
    archive = tmp_path / "tool.tgz"
    monkeypatch.setitem(fetch.GROUPS, "core", {"tool": fetch.Package(archive.as_uri(), "0" * 64)})
    return archive, lambda: fetch.fetch("core")


def test_a_package_that_is_not_the_pinned_one_is_refused(pinned, tmp_path):
    archive, fetch = pinned
    archive.write_bytes(b"something else")
    with pytest.raises(ValueError, match="must have the SHA-256 0000"):
        fetch()
    assert not (tmp_path / "cache").exists()


def test_a_package_that_cannot_be_downloaded_is_named(pinned):
    with pytest.raises(OSError, match=r"tool\.tgz must be there to download, or lie unpacked in"):
        pinned[1]()


def test_one_failed_check_fails_the_whole_and_the_rest_is_still_checked(tool, monkeypatch, capsys):
    check = tool("check_android")

    def fail(_):
        raise ValueError("There must be a compiler.")

    checks = {"broken": fail, "sound": lambda _: ["3 tests"]}
    monkeypatch.setattr(check, "GROUPS", {"core": checks})
    monkeypatch.setattr(check.toolchain, "Toolchain", lambda build: None)
    monkeypatch.setattr("sys.argv", ["check_android.py", "core"])
    assert check.main() == 1
    printed = capsys.readouterr().out
    assert "FAILED: There must be a compiler." in printed
    assert [line.split()[0] for line in printed.splitlines()[-2:]] == ["FAILED", "ok"]
    monkeypatch.setattr(check, "GROUPS", {"core": {"sound": checks["sound"]}})
    assert check.main() == 0


def test_a_missing_jdk_fails(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="java must be on the PATH"):
        tool("toolchain").Toolchain(tmp_path)
