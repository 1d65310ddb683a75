"""Reading and writing the recognizers' shipped weights: compact `.npz` files beside this module.

A kernel is stored as it was published (uint8 or float16) with a scale and an offset per output
channel, into which its batch norm is folded; a bias is float32. `LICENSE.txt` beside the files
says where they come from.
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "weights"


def read_weights(name):
    """Returns `{layer: [kernel, bias]}` (or `[kernel]`), float32, of the recognizer `name`.

    Raises:
        FileNotFoundError: If the package was installed without the recognizer's weights.
    """
    path = FOLDER / f"{name}.npz"
    if not path.is_file():
        raise FileNotFoundError(
            f"The weights of recognizer {name!r} are missing: {path}. Reinstall the package, or "
            "make them with scripts/convert_recognizers.py."
        )
    with np.load(path) as stored:
        arrays = dict(stored)
    weights = {}
    for key in arrays:
        layer, part = key.rsplit(".", 1)
        if part == "kernel":
            bias = arrays.get(f"{layer}.bias")
            kernel = _restore(arrays, layer)
            weights[layer] = [kernel] if bias is None else [kernel, bias]
    return weights


def _restore(arrays, layer):
    """Undoes the storage of one kernel: `stored * scale + offset`, per output channel."""
    kernel = arrays[f"{layer}.kernel"].astype(np.float32)
    scale, offset = arrays[f"{layer}.scale"], arrays.get(f"{layer}.offset", np.float32(0))
    if kernel.ndim == 4 and kernel.shape[-1] == 1:  # depthwise: its channels are the third axis
        return kernel * scale[:, None] + np.reshape(offset, (-1, 1))
    return kernel * scale + offset


def assign_weights(model, name):
    """Sets every weight of `model` from the shipped file of recognizer `name` and freezes it.

    Raises:
        ValueError: If the file and the model do not name the same layers.
    """
    weights = read_weights(name)
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    if layers.keys() - weights.keys():
        raise ValueError(
            f"Every layer of recognizer {name!r} needs stored weights. Missing: "
            f"{sorted(layers.keys() - weights.keys())}. Run scripts/convert_recognizers.py."
        )
    for key, layer in layers.items():
        layer.set_weights(weights[key])
    model.trainable = False
    return model
