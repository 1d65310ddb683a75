import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_compress import recognizers
from tfgan_compress.recognizers import faceres, load_recognizer, resnet29, storage

REFERENCE = json.loads((Path(__file__).parent / "reference_embeddings.json").read_text())
MODULES = {"resnet29": resnet29, "faceres": faceres}


def picture(size):
    """The picture of `scripts/convert_recognizers.py`, whose embeddings are the fixture."""
    y, x = np.mgrid[0:size, 0:size] / size
    waves = [np.sin(9 * x + 3 * y), np.cos(7 * y - 2 * x), np.sin(5 * x * y + 1)]
    return (0.8 * np.stack(waves, -1)).astype(np.float32)


@pytest.fixture(scope="module")
def networks():
    return {name: module.build() for name, module in MODULES.items()}


def test_all_recognizers_are_discovered():
    assert recognizers.available_recognizers() == ("faceres", "resnet29")


@pytest.mark.parametrize("name", MODULES)
def test_shipped_weights_give_the_embedding_of_the_published_model(networks, name):
    chip = picture(MODULES[name].FRAMING.chip_size)
    embedding = keras.ops.convert_to_numpy(networks[name](chip[None]))[0]
    reference = np.array(REFERENCE[name])
    assert embedding.shape == (MODULES[name].EMBEDDING_SIZE,)
    assert np.linalg.norm(embedding - reference) < 2e-4 * np.linalg.norm(reference)


@pytest.mark.parametrize("name", MODULES)
def test_networks_are_frozen(networks, name):
    assert not networks[name].trainable_weights


@pytest.mark.parametrize("name", MODULES)
def test_named_features_are_layers_of_the_network(networks, name):
    shapes = [networks[name].get_layer(layer).output.shape for layer in MODULES[name].FEATURES]
    sizes = [shape[1] for shape in shapes]
    assert sizes == sorted(sizes, reverse=True)


def test_embeddings_of_aligned_images_have_unit_length():
    embedding = load_recognizer("resnet29", 64)(picture(64)[None])
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


def test_features_come_with_the_same_embedding():
    plain = load_recognizer("resnet29", 64)(picture(64)[None])
    described = load_recognizer("resnet29", 64, features=("conv32_3",))(picture(64)[None])
    assert described["conv32_3"].shape == (1, 35, 35, 32)
    np.testing.assert_allclose(described["embedding"], plain, atol=1e-6)


def test_recognizers_stay_in_float32_under_mixed_precision():
    expected = load_recognizer("resnet29", 64)(picture(64)[None])
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        embedding = load_recognizer("resnet29", 64)(picture(64)[None])
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(embedding.dtype) == "float32"
    np.testing.assert_allclose(embedding, expected, atol=1e-6)


def test_unknown_recognizer_names_the_known_ones():
    with pytest.raises(ValueError, match=r"faceres.*resnet29.*'arcface'"):
        load_recognizer("arcface", 64)


def test_unknown_feature_names_the_layers():
    with pytest.raises(ValueError, match=r"conv32_3.*'conv99'"):
        load_recognizer("resnet29", 64, features=("conv99",))


def test_missing_weights_say_how_to_make_them(monkeypatch, tmp_path):
    monkeypatch.setattr(storage, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"convert_recognizers\.py"):
        storage.read_weights("resnet29")


TORCH_PROGRAM = """
import sys, numpy as np, torch
from tfgan_compress.recognizers import load_recognizer
image = np.load(sys.argv[1] + "/image.npy")
for name in sys.argv[2:]:
    x = torch.tensor(image, requires_grad=True)
    embedding = load_recognizer(name, image.shape[1])(x)
    embedding[0, :8].sum().backward()
    np.savez(f"{sys.argv[1]}/{name}.npz", embedding=embedding.detach(), gradient=x.grad)
"""


@pytest.fixture(scope="module")
def torch_results(tmp_path_factory):
    """Folder of each recognizer's embedding and gradient on the torch backend."""
    folder = tmp_path_factory.mktemp("torch")
    np.save(folder / "image.npy", picture(64)[None])
    command = [sys.executable, "-c", TORCH_PROGRAM, str(folder), *MODULES]
    subprocess.run(command, env=os.environ | {"KERAS_BACKEND": "torch"}, check=True)
    return folder


@pytest.mark.parametrize("name", MODULES)
def test_embedding_and_gradient_agree_on_tensorflow_and_torch(name, torch_results):
    image = tf.constant(picture(64)[None])
    with tf.GradientTape() as tape:
        tape.watch(image)
        embedding = load_recognizer(name, 64)(image)
        loss = tf.reduce_sum(embedding[0, :8])
    gradient = tape.gradient(loss, image).numpy()
    scale = np.abs(gradient).max()
    torch = np.load(torch_results / f"{name}.npz")
    assert scale > 0
    np.testing.assert_allclose(torch["embedding"], embedding, atol=2e-5)
    np.testing.assert_allclose(torch["gradient"], gradient, atol=2e-3 * scale)
