"""One training on several GPUs or machines: data parallel, in step, through `tf.distribute`.

Each replica takes its share of a batch; gradients are averaged before they are clipped, batch norm
takes its statistics from the whole batch, and so do losses that divide by them. The weights are
therefore those that one device would have reached with the whole batch, up to rounding. Random
numbers (noise, dropout) are the same on every replica.
"""

import contextlib
import json
import os

import keras

from tfgan_compress.models import copy_model

STRATEGIES = ("mirrored", "multi_worker")


def make_strategy(name, batch_size):
    """Returns the strategy of that name. TensorFlow must not have computed anything before.

    Args:
        name: "mirrored" for all GPUs of this machine (all CPU devices where it has none),
            "multi_worker" for the machines that the environment's TF_CONFIG names.
        batch_size: Records to a batch, those of all replicas together.

    Raises:
        ValueError: If the backend is not tensorflow, the name is unknown, TF_CONFIG lacks workers,
            or a batch can not be shared evenly.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "A strategy needs the tensorflow backend. Received: KERAS_BACKEND="
            f"{keras.backend.backend()}."
        )
    if name not in STRATEGIES:
        raise ValueError(f"strategy must be one of {STRATEGIES}. Received: {name!r}.")
    import tensorflow as tf

    if name == "multi_worker":
        _check_cluster(os.environ.get("TF_CONFIG", ""))
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    else:
        listed = tf.config.list_logical_devices
        strategy = tf.distribute.MirroredStrategy([d.name for d in listed("GPU") or listed("CPU")])
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise ValueError(
            f"batch_size must be a multiple of the {replicas} replicas. Received: {batch_size}."
        )
    return strategy


def scope_of(strategy):
    """Returns a context in which new variables live on every replica of `strategy`, if not None."""
    return contextlib.nullcontext() if strategy is None else strategy.scope()


@contextlib.contextmanager
def replicated(strategy, *models):
    """Inside, what is made lives on every replica; gives copies of `models` to train there.

    At the end the models get their copies' weights. Without a strategy (None) they are given
    themselves.

    Args:
        strategy: Of `make_strategy`, or None.
        models: Of classes that come back from their configuration; None stays None.
    """
    if strategy is None:
        yield models
        return
    with strategy.scope():
        copies = [None if model is None else _synchronized(copy_model(model)) for model in models]
        yield copies
    for model, copy in zip(models, copies, strict=True):
        if model is not None:
            model.set_weights(copy.get_weights())


def _synchronized(model):
    """Lets batch norms take the statistics of the whole batch; only of copies: it is saved."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
    return model


def _check_cluster(text):
    try:
        config = json.loads(text)
        workers = len(config["cluster"]["worker"])
        task = config["task"]["type"], config["task"]["index"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(
            'TF_CONFIG must read {"cluster": {"worker": ["host:port", ...]}, "task": {"type": '
            f'"worker", "index": 0}}}}, the index another one on each machine. Received: {text!r}.'
        ) from error
    if workers < 2 or task[0] != "worker" or task[1] not in range(workers):
        raise ValueError(
            "TF_CONFIG must name at least two workers, and this one by an index below their "
            f"number. Received: {text}."
        )
