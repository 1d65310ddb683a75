import json
import subprocess
import sys

import numpy as np
import pytest

from tests.generators.tiny import WIDTHS, Tiny, difference, random_batch, randomize
from tfgan_compress import models
from tfgan_compress.models import load_model, save_model
from tfgan_compress.shipped import find_model


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """`(model, folder)`; not to be changed."""
    model, folder = randomize(Tiny()), tmp_path_factory.mktemp("saved") / "tiny"
    save_model(model, folder)
    return model, folder


def copy(saved, folder):
    for file in saved[1].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_model_returns_as_it_was_but_for_half_precision(saved):
    model, folder = saved
    again = load_model(folder)
    assert again.get_config() == model.get_config()
    for old, new in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(old, new, rtol=1e-3, atol=1e-7)
    assert 0 < difference(model, again, random_batch(model)) < 0.05


def test_class_of_the_package_needs_no_import(tmp_path):
    folder = find_model("demo_student") / "generator"
    code = f"from tfgan_compress.models import load_model; print(load_model({str(folder)!r}).name)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "tpgan"


def test_only_this_package_is_imported_on_a_file_s_word(saved, tmp_path):
    folder = copy(saved, tmp_path)
    described = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(described | {"module": "antigravity"}))
    load_model(folder)
    assert "antigravity" not in sys.modules


def test_saving_again_changes_nothing_more(saved, tmp_path):
    once = load_model(saved[1])
    save_model(once, tmp_path)
    assert difference(once, load_model(tmp_path), random_batch(once)) == 0
    assert (tmp_path / "model.json").read_text() == (saved[1] / "model.json").read_text()


def test_kernels_take_two_bytes_and_statistics_keep_their_range(saved, tmp_path):
    model = Tiny()
    model.get_layer("down2_norm").moving_variance.assign(np.full(WIDTHS["down2"], 1e6))
    save_model(model, tmp_path)
    with np.load(tmp_path / "weights.npz") as arrays:
        kinds = {arrays[name].ndim: arrays[name].dtype for name in arrays.files}
    assert kinds == {1: "float32", 2: "float16", 4: "float16"}
    norm = load_model(tmp_path).get_layer("down2_norm")
    assert (norm.moving_variance.numpy() == 1e6).all()


def test_killed_save_leaves_the_old_model(saved, tmp_path, monkeypatch):
    folder = copy(saved, tmp_path)

    def killed(path, **arrays):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(models.np, "savez", killed)
    with pytest.raises(KeyboardInterrupt):
        save_model(randomize(Tiny(), 1), folder)
    assert sorted(p.name for p in folder.iterdir()) == ["model.json", "weights.npz"]
    assert difference(load_model(saved[1]), load_model(folder), random_batch(saved[0])) == 0


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
def test_missing_file_is_named(saved, tmp_path, name):
    (copy(saved, tmp_path) / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"Missing: .*{name}"):
        load_model(tmp_path)


def test_truncated_weights_are_refused(saved, tmp_path):
    weights = copy(saved, tmp_path) / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"weights\.npz must be"):
        load_model(tmp_path)


def test_weights_of_another_model_are_refused(saved, tmp_path):
    save_model(Tiny(WIDTHS | {"up": 3}), tmp_path)
    copied = (saved[1] / "model.json").read_bytes()
    (tmp_path / "model.json").write_bytes(copied)
    with pytest.raises(ValueError, match="first that differs"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("described", "message"),
    [({"class": "elsewhere>Net", "config": {}}, "elsewhere>Net"), ({"nodes": []}, "class")],
)
def test_unknown_class_is_named(saved, tmp_path, described, message):
    (copy(saved, tmp_path) / "model.json").write_text(json.dumps(described))
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path)
