"""Models on disk: `model.json` (class and configuration) and `weights.npz`, half the size.

Convolution and dense kernels are kept in float16; norms, biases and masks in float32, whose range
batch variances need. A directory is human-readable and free of code, unlike a pickled model.
"""

import importlib
import zipfile
from pathlib import Path

import keras
import numpy as np

from tfgan_compress.files import atomic_path, read_json, write_json


def save_model(model, directory):
    """Writes `model`, of a registered Keras class, to `directory`."""
    directory = Path(directory)
    arrays = {f"{i:04d}": _compact(w.numpy()) for i, w in enumerate(_weights(model))}
    with atomic_path(directory / "weights.npz") as temporary:
        np.savez(temporary, **arrays)
    described = {
        "class": keras.saving.get_registered_name(type(model)),
        "module": type(model).__module__,
        "config": model.get_config(),
    }
    write_json(directory / "model.json", described)


def copy_model(model, *, trained=True):
    """Returns another model of the same class, with the same weights or those it starts with."""
    made = type(model).from_config(model.get_config())
    if trained:
        made.set_weights(model.get_weights())
    return made


def load_model(directory):
    """Returns the model that `save_model` wrote.

    A class of this package is found by itself; import the module of any other one first.

    Raises:
        FileNotFoundError: If the directory holds no model.
        ValueError: If class or weights do not fit.
    """
    directory = Path(directory)
    for name in ("model.json", "weights.npz"):
        if not (directory / name).exists():
            raise FileNotFoundError(
                f"A saved model has model.json and weights.npz. Missing: {directory / name}."
            )
    described = read_json(directory / "model.json")
    # Importing a class registers it with Keras; a file may have only this package's imported.
    if described.get("module", "").startswith("tfgan_compress."):
        importlib.import_module(described["module"])
    model_class = keras.saving.get_registered_object(described.get("class"))
    if model_class is None:
        raise ValueError(
            f"{directory / 'model.json'} must name a known model class; import the module that "
            f"defines it first. Received: {described.get('class')}."
        )
    model = model_class.from_config(described["config"])
    load_weights(model, directory)
    return model


def load_weights(model, directory):
    """Gives `model` the weights that `save_model` wrote of one like it.

    Raises:
        ValueError: If the weights do not fit.
    """
    path = Path(directory) / "weights.npz"
    weights, values = _weights(model), _read(path)
    shapes, expected = [v.shape for v in values], [tuple(w.shape) for w in weights]
    if shapes != expected:
        wrong = next(
            (pair for pair in zip(shapes, expected, strict=False) if pair[0] != pair[1]), ""
        )
        raise ValueError(
            f"{path} must hold {len(expected)} weights in the model's shapes. Received: "
            f"{len(shapes)}; first that differs (file, model): {wrong}."
        )
    for weight, value in zip(weights, values, strict=True):
        weight.assign(value)


def _read(path):
    try:
        # Opened here, because NumPy does not close what it can not read.
        with path.open("rb") as file, np.load(file) as arrays:
            return [arrays[name].astype("float32") for name in sorted(arrays.files)]
    except (zipfile.BadZipFile, ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} must be a whole file of weights; copy it anew. {error}"
        ) from error


def _weights(model):
    """All weights but random states, in the graph's order."""
    return [w for w in model.weights if "seed_generator" not in w.path]


def _compact(value):
    return value.astype("float16") if value.ndim > 1 else value.astype("float32")
