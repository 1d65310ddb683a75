"""Trains a supernet for three steps on two CPU devices; a script, for devices come before all.

By hand also between two processes, each with a folder and a TF_CONFIG of its own:

    python -m tests.training.two_devices FOLDER multi_worker
"""

import sys

import keras
import numpy as np
import tensorflow as tf

from tests.training import nets
from tfgan_compress.training.callbacks import ImageGrid
from tfgan_compress.training.distribution import make_strategy, replicated
from tfgan_compress.training.graphs import skip_graph_rewrites
from tfgan_compress.training.stage import run_stage

STEPS = 3


def supernet_trainer(given):
    """A trainer whose optimizers tell sums of gradients from means, and clip."""
    trainer = nets.trainer(elastic=True, given=given)
    trainer.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, global_clipnorm=0.5), keras.optimizers.SGD(0.1)
    )
    return trainer


def main(folder, name="mirrored"):
    if name == "mirrored":
        (cpu,) = tf.config.list_physical_devices("CPU")
        halves = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, halves)
    strategy = make_strategy(name, nets.batch()["input"].shape[0])
    assert strategy.num_replicas_in_sync == 2
    skip_graph_rewrites()
    models = nets.models(elastic=True)
    with replicated(strategy, *models) as copies:
        trainer = supernet_trainer(copies)
        pictures = ImageGrid(nets.batch(), f"{folder}/images")
        run_stage(
            trainer, nets.batches, directory=folder, epochs=1, steps_per_epoch=STEPS,
            callbacks=[pictures], verbose=0,
        )  # fmt: skip
        np.savez(f"{folder}/trained.npz", *nets.state(trainer).values())
    np.savez(f"{folder}/returned.npz", *models[0].get_weights())
    np.savez(f"{folder}/copied.npz", *copies[0].get_weights())


if __name__ == "__main__":
    main(*sys.argv[1:])
