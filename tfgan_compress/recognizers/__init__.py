"""Face recognizers: frozen judges of identity, fed with aligned images.

One trains (as identity-preserving loss), the other reports (rank-1). A shipped recognizer is a
module here with `build()`, `FRAMING`, `FEATURES` and `EMBEDDING_SIZE`; its weights are listed in
`weights/LICENSE.txt`. One of your own is a `lightcnn.LightCNN29`, or any `keras.Model` with
the properties `framing` and `features`.
"""

import importlib
import pkgutil
from pathlib import Path

import keras

from tfgan_compress.models import load_model
from tfgan_compress.recognizers.crop import Crop

_NOT_SHIPPED = ("crop", "lightcnn", "storage")


def available_recognizers():
    """Returns the names of the shipped recognizers, sorted."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if name not in _NOT_SHIPPED))


def default_features(name):
    """Returns the layers whose activations describe a face best, from fine to coarse."""
    return _shipped(name).FEATURES if _is_shipped(name) else _own(name).features


def load_recognizer(name, image_size, *, features=(), dtype="float32"):
    """Returns a frozen `keras.Model` from aligned images to face embeddings.

    It maps `(batch, image_size, image_size, 3)` in [-1, 1] to L2-normalised embeddings
    `(batch, n)`; or, with `features`, to a dict of `embedding` and these layers' activations.
    It is differentiable with respect to the images.

    Args:
        name: One of `available_recognizers()`: `resnet29` (dlib's) or `faceres`; or a recognizer
            of your own, or the folder that `models.save_model` wrote it to. It is copied.
        image_size: Side of the aligned images, in pixels.
        features: Names of layers to return too; each module's `FEATURES` lists sensible ones.
        dtype: Policy of the network's layers, whatever the global one is. Judges are float32; half
            floats tell a loss as much in a fraction of the time, where a processor knows them.

    Raises:
        ValueError: If there is no such recognizer or layer.
    """
    if _is_shipped(name):
        network, framing = _shipped(name).build(), _shipped(name).FRAMING
    else:
        network = _own(name)
        framing = network.framing
    for layer in network.layers:
        layer.dtype_policy = keras.DTypePolicy(dtype)
    image = keras.Input((image_size, image_size, 3), dtype="float32", name="image")
    chip = Crop(framing, image_size, name="crop")(image)
    outputs = _with_features(network, features)(chip)
    unit = keras.layers.UnitNormalization(dtype="float32", name="embedding")
    if not features:
        return _frozen(image, unit(outputs), network.name)
    outputs["embedding"] = unit(outputs["embedding"])
    return _frozen(image, outputs, network.name)


def _is_shipped(name):
    return isinstance(name, str) and name in available_recognizers()


def _shipped(name):
    return importlib.import_module(f"{__name__}.{name}")


def _own(name):
    """Returns a copy of a recognizer that is not shipped: a model, or a folder's."""
    if isinstance(name, keras.Model):
        network = type(name).from_config(name.get_config())
        network.set_weights(name.get_weights())
    elif isinstance(name, (str, Path)) and Path(name).is_dir():
        importlib.import_module(f"{__name__}.lightcnn")  # Registers its class.
        network = load_model(name)
    else:
        raise ValueError(
            f"recognizer must be one of {available_recognizers()}, a recognizer's folder or a "
            f"model. Received: {name!r}."
        )
    if not hasattr(network, "framing"):
        raise ValueError(
            "A recognizer of your own must have the properties framing and features, as "
            f"lightcnn.LightCNN29 has. Received: a {type(network).__name__}."
        )
    return network


def _with_features(network, features):
    """The network itself, or a model of a dict of its output and these layers' outputs."""
    if not features:
        return network
    layers = {layer.name: layer.output for layer in network.layers}
    unknown = [feature for feature in features if feature not in layers]
    if unknown:
        raise ValueError(
            f"features must be layers of {network.name}, one of {sorted(layers)}. "
            f"Received: {unknown}."
        )
    outputs = {feature: layers[feature] for feature in features}
    return keras.Model(network.input, {"embedding": network.output, **outputs}, name=network.name)


def _frozen(image, outputs, name):
    model = keras.Model(image, outputs, name=f"{name}_recognizer")
    model.trainable = False
    return model
