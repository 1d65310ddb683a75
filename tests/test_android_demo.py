"""The app's Python side; `android_demo/tools/check_android.py` checks its Kotlin."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from tfgan_compress import tflite

TOOLS = Path(__file__).parents[1] / "android_demo" / "tools"


def tool(name):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_golden_vectors_are_what_the_package_computes(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["export_golden.py", "--check"])
    assert tool("export_golden").main() == 0


def test_stale_golden_vectors_are_named(monkeypatch):
    golden = tool("export_golden")
    monkeypatch.setattr(sys, "argv", ["export_golden.py", "--check"])
    monkeypatch.setattr(golden, "latency", lambda: {"cases": []})
    with pytest.raises(SystemExit, match=r"written anew.*Stale: \['latency'\]"):
        golden.main()


def test_models_are_copied_with_their_contracts(tmp_path):
    copied = tool("copy_assets").copy_assets(tmp_path / "assets")
    assert "demo_student-int8" in copied and "face_mesh" in copied
    for path in (tmp_path / "assets" / "models").glob("*/model.tflite"):
        assert tflite.read_contract(path)["task"] == "face-frontalization"
    hashes = json.loads((tmp_path / "assets/detectors/sha256.json").read_text())
    for name, expected in hashes.items():
        content = (tmp_path / "assets/detectors" / f"{name}.tflite").read_bytes()
        assert tflite.sha256(content) == expected


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ANDROID_TOOLS", str(tmp_path / "cache"))
    fetch = tool("fetch_toolchain")
    archive = tmp_path / "tool.tgz"
    archive.write_bytes(b"something else")
    monkeypatch.setitem(fetch.GROUPS, "core", {"tool": fetch.Package(archive.as_uri(), "0" * 64)})
    with pytest.raises(ValueError, match="must have the SHA-256 0000"):
        fetch.fetch("core")
    assert not (tmp_path / "cache").exists()
