"""What the process does in which tfmot runs; `quantization.tfmot` starts it.

It reads what that left in a folder, rebuilds the twin in tf_keras without its roundings, and writes
`report.json` with either `saved_model/` or `kernels.npz`. Keras 3 reads the twin and lends the
layers that tf_keras does not have; tfmot leaves those in float.
"""

import functools
import importlib
import json
from pathlib import Path

import keras
import numpy as np

from tfgan_compress import graph
from tfgan_compress.files import read_json, write_json
from tfgan_compress.frozen import save_frozen
from tfgan_compress.layers import Pad
from tfgan_compress.quantization import fake
from tfgan_compress.quantization.fake import FakeQuant, QuantizedKernel
from tfgan_compress.quantization.twin import in_float

PARITY = 1e-5
_REGISTRY = (
    "tensorflow_model_optimization.python.core.quantization.keras.default_8bit."
    "default_8bit_quantize_registry"
)
_SAME = ("Add", "Concatenate", "Flatten", "Reshape", "ZeroPadding2D", "Cropping2D", "MaxPooling2D")
_OPTIONS = ("axis", "target_shape", "padding", "cropping", "pool_size", "strides")
_RANGES = tuple(f"{place}_min:0" for place in ("output", "post_activation", "pre_activation"))


def main(folder):
    """Does the job that `folder` describes."""
    folder = Path(folder)
    settings = read_json(folder / "settings.json")
    tf_keras, tfmot = map(importlib.import_module, ("tf_keras", "tensorflow_model_optimization"))
    twin = keras.saving.load_model(folder / "twin.keras", compile=False)
    model = rebuild(twin, tf_keras)
    batches = [_inputs(path, model) for path in sorted(folder.glob("batch_*.npz"))]
    # Before anything is wrapped: tfmot changes the layers that it wraps.
    answers = [model.predict_on_batch(batch) for batch in batches]
    report: dict = {"parity": _parity(twin, model, batches[0], answers[0])}
    report["versions"] = _versions(tfmot)
    if settings["job"] == "train":
        made, report["kept_float"] = quantized(model, batches[0], tf_keras, tfmot)
    else:
        made = clustered(model, settings["clusters"], tf_keras, tfmot)
    report |= _train(made, batches, answers, settings, tf_keras)
    if settings["job"] == "train":
        shapes = {tensor.name: (1, *tensor.shape[1:]) for tensor in model.inputs}
        save_frozen(
            lambda named: made([named[name] for name in shapes], training=False),
            shapes,
            folder / "saved_model",
        )
    else:
        _save_kernels(tfmot.clustering.keras.strip_clustering(made), folder / "kernels.npz")
    write_json(folder / "report.json", report)


def rebuild(twin, tf_keras):
    """Returns a functional tf_keras model of what `twin` computes in float, its `image` alone."""
    inputs, tensors, copies = [], {}, {}
    for node in graph.nodes(twin):
        layer, out = node.operation, node.outputs[0]
        sources = [tensors[id(tensor)] for tensor in node.input_tensors]
        if isinstance(layer, keras.layers.InputLayer):
            inputs.append(tf_keras.Input(out.shape[1:], name=layer.name))
            tensors[id(out)] = inputs[-1]
        elif isinstance(layer, (FakeQuant, keras.layers.Dropout, keras.layers.SpatialDropout2D)):
            tensors[id(out)] = sources[0]
        else:
            if id(layer) not in copies:
                copies[id(layer)] = _copy(layer, tf_keras)
            copy = copies[id(layer)]
            tensors[id(out)] = copy(sources if len(sources) > 1 else sources[0])
            if isinstance(layer, QuantizedKernel):
                copy.set_weights([np.asarray(layer.kernel), np.asarray(layer.bias)])
    return tf_keras.Model(inputs, tensors[id(twin.output["image"])])


def _copy(layer, tf_keras):
    """Returns the tf_keras layer that computes what a layer of a twin does."""
    layers, name = tf_keras.layers, type(layer).__name__
    if isinstance(layer, QuantizedKernel):
        return _kernel_layer(layer, layers)
    if name in _SAME:
        config = layer.get_config()
        return getattr(layers, name)(
            name=layer.name, **{key: config[key] for key in _OPTIONS if key in config}
        )
    if isinstance(layer, Pad):
        return layers.ZeroPadding2D(layer.padding, name=layer.name)
    if isinstance(layer, keras.layers.LeakyReLU):
        return layers.LeakyReLU(layer.negative_slope, name=layer.name)
    if isinstance(layer, keras.layers.ReLU):
        return layers.ReLU(layer.max_value, layer.negative_slope, layer.threshold, name=layer.name)
    if isinstance(layer, keras.layers.Activation):
        return layers.Activation(layer.activation.__name__, name=layer.name)
    if isinstance(layer, keras.layers.UpSampling2D):
        return layers.UpSampling2D(layer.size, None, layer.interpolation, name=layer.name)
    return _borrowed(tf_keras)(json.dumps(keras.saving.serialize_keras_object(layer)), layer.name)


def _kernel_layer(layer, layers):
    options = {"strides": layer.strides, "padding": layer.padding, "name": layer.name}
    size, filters = layer.kernel_shape[:2], layer.bias.shape[0]
    if layer.kind == fake.DENSE:
        return layers.Dense(filters, name=layer.name)
    if layer.kind == fake.TRANSPOSED:
        return layers.Conv2DTranspose(filters, size, **options)
    options["dilation_rate"] = layer.dilation_rate
    if layer.kind == fake.DEPTHWISE:
        return layers.DepthwiseConv2D(size, depth_multiplier=layer.kernel_shape[-1], **options)
    return layers.Conv2D(filters, size, **options)


@functools.cache
def _borrowed(tf_keras):
    """The tf_keras layer that calls a layer of Keras 3, which has no weights."""

    class Borrowed(tf_keras.layers.Layer):
        """Args: `config`, JSON of the layer of Keras 3 (a dict tf_keras would look into)."""

        def __init__(self, config, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.config = config
            # The bound method, because tf_keras tracks layers that it finds in attributes.
            self.compute = keras.saving.deserialize_keras_object(json.loads(config)).call

        def call(self, inputs):
            return self.compute(inputs)

        def get_config(self):
            return {**super().get_config(), "config": self.config}

    return Borrowed


def quantized(model, batch, tf_keras, tfmot):
    """Returns `(model with tfmot's roundings, names of the layers that it left in float)`."""
    registry = importlib.import_module(_REGISTRY).Default8BitQuantizeRegistry()
    quantization, kept = tfmot.quantization.keras, []

    def annotated(layer):
        if registry.supports(layer):
            return quantization.quantize_annotate_layer(layer)
        kept.append(layer.name)
        return layer

    watched = [layer.name for layer in model.layers if layer.name not in model.input_names]
    probe = tf_keras.Model(model.inputs, [model.get_layer(name).output for name in watched])
    ends = {
        name: (float(np.min(values)), float(np.max(values)))
        for name, values in zip(watched, probe.predict_on_batch(batch), strict=True)
    }
    with quantization.quantize_scope({"Borrowed": _borrowed(tf_keras)}):
        wrapped = tf_keras.models.clone_model(model, clone_function=annotated)
        made = quantization.quantize_apply(wrapped)
    _set_ranges(made, ends)
    return made, kept


def _set_ranges(made, ends):
    """Starts tfmot's ranges where the activations are: its own, of +-6, move by 0.1% a step."""
    for layer in made.layers:
        weights = {weight.name.split("/")[-1]: weight for weight in layer.weights}
        # An input's range has no layer in it.
        inner = getattr(getattr(layer, "layer", None), "name", None)
        low, high = ends.get(inner, (-1.0, 1.0))
        for name in (*_RANGES, "quantize_layer_min:0"):
            if name in weights:
                weights[name].assign(min(low, 0.0))
                weights[name.replace("_min", "_max")].assign(max(high, 0.0))


def clustered(model, clusters, tf_keras, tfmot):
    """Returns `model` with tfmot's clustering around every kernel that is large enough."""
    clustering, layers = tfmot.clustering.keras, tf_keras.layers
    start = clustering.CentroidInitialization.KMEANS_PLUS_PLUS

    def wrapped(layer):
        # A transposed convolution is one too, a depthwise one is not: tfmot would refuse it.
        fits = isinstance(layer, (layers.Conv2D, layers.Dense))
        if not fits or layer.get_weights()[0].size <= clusters:
            return layer
        return clustering.cluster_weights(
            layer, number_of_clusters=clusters, cluster_centroids_init=start
        )

    return tf_keras.models.clone_model(model, clone_function=wrapped)


def _train(made, batches, answers, settings, tf_keras):
    """Has `made` learn the float model's images; returns the first and the last loss."""
    steps, optimizers = settings["steps"], tf_keras.optimizers
    schedule = optimizers.schedules.CosineDecay(settings["rate"], steps, alpha=0.05)
    made.compile(optimizers.Adam(schedule), loss="mae")
    losses = [
        float(made.train_on_batch(batches[i % len(batches)], answers[i % len(batches)]))
        for i in range(steps)
    ]
    return {"loss_first": losses[0], "loss_last": losses[-1]}


def _inputs(path, model):
    with np.load(path) as batch:
        return [batch[name].astype(np.float32) for name in model.input_names]


def _parity(twin, model, batch, answer):
    """Returns the largest difference to `twin` in float; raises if it is no rounding error."""
    with in_float(twin):
        exact = twin(dict(zip(model.input_names, batch, strict=True)), training=False)["image"]
    difference = float(np.max(np.abs(np.asarray(exact) - answer)))
    if not difference <= PARITY:
        raise ValueError(
            f"The tf_keras model must agree with the twin to {PARITY:g}. Received: {difference:g}."
        )
    return difference


def _versions(tfmot):
    tensorflow = importlib.import_module("tensorflow")
    return {
        "tensorflow": tensorflow.__version__,
        "tensorflow_model_optimization": tfmot.__version__,
    }


def _save_kernels(model, path):
    found = {}
    for layer in model.layers:
        if weights := layer.get_weights():
            found |= {f"{layer.name}/kernel": weights[0], f"{layer.name}/bias": weights[1]}
    np.savez(path, **found)
