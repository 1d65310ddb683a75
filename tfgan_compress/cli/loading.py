"""Loads a model that a command line names."""

from pathlib import Path
from typing import Any


def load_generator(path) -> Any:
    """Returns the Keras model in `path`: a folder of `models.save_model`, or a `.keras` file.

    Raises:
        FileNotFoundError: If there is neither.
        ValueError: If it is something else.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"The model must be a saved model's folder or a .keras file. Not found: {path}."
        )
    if not path.is_dir() and path.suffix != ".keras":
        raise ValueError(
            f"The model must be a saved model's folder or a .keras file. Received: {path}."
        )
    import keras

    # A .keras file does not say where its class is; importing it registers it with Keras.
    import tfgan_compress.generators.crgan
    import tfgan_compress.generators.tpgan  # noqa: F401
    from tfgan_compress.models import load_model

    return load_model(path) if path.is_dir() else keras.models.load_model(path, compile=False)
