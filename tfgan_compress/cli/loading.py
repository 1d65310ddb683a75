"""Loads a model that a command line names."""

from pathlib import Path
from typing import Any


def load_generator(name) -> Any:
    """Returns the Keras model that `name` names.

    Args:
        name: A folder of `models.save_model` or one with such a folder `generator` in it, the
            name of a shipped model, or a `.keras` file.

    Raises:
        FileNotFoundError: If there is none of these.
        ValueError: If it is a file of another kind.
    """
    folder = _find(name)
    import keras

    # A .keras file does not say where its class is; importing it registers it with Keras.
    import tfgan_compress.generators.crgan
    import tfgan_compress.generators.pim
    import tfgan_compress.generators.tpgan  # noqa: F401
    from tfgan_compress.models import load_model

    if folder.is_file():
        return keras.models.load_model(folder, compile=False)
    return load_model(folder)


def _find(name):
    from tfgan_compress.shipped import find_model

    wanted, path = "The model must be a saved model's folder or a .keras file.", Path(name)
    if path.is_file():
        if path.suffix != ".keras":
            raise ValueError(f"{wanted} Received: {path}.")
        return path
    try:
        folder = find_model(name)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{wanted} {error}") from None
    inner = folder / "generator"
    return inner if inner.is_dir() else folder


def image_size_of(model):
    """Returns the side of the view that a generator takes."""
    sizes = {tensor.name: tensor.shape[1] for tensor in model.inputs}
    if "input" not in sizes:
        raise ValueError(f"{model.name} must have an input named input. Received: {sorted(sizes)}.")
    return sizes["input"]
