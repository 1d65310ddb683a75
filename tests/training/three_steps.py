"""Trains a few steps and tells what happened, on any backend."""

import keras
import numpy as np

from tests.generators.tiny import difference
from tests.training import nets
from tfgan_compress import elastic
from tfgan_compress.channels import leading_masks
from tfgan_compress.losses.pixel import PixelLoss
from tfgan_compress.models import load_model, save_model
from tfgan_compress.training.recalibrate import Recalibrator
from tfgan_compress.training.trainer import Trainer


def losses():
    """Losses of three steps of distillation against a discriminator."""
    trainer = nets.trainer()
    return [nets.step(trainer, nets.batch(seed)) for seed in range(3)]


def unused_weights_moved():
    """How far a supernet's weights move that the second step's subnet does not use."""
    trainer = Trainer(nets.generator(elastic=True), [PixelLoss()], sampler=_Narrowing())
    trainer.compile(keras.optimizers.Adam(1e-2))
    nets.step(trainer, nets.batch())
    kernel = trainer.generator.get_layer("last_conv").kernel
    (before,) = nets.values([kernel])
    nets.step(trainer, nets.batch())
    moved = np.abs(nets.values([kernel])[0] - before)
    keep = nets.NARROW["wide"]
    return {"unused": float(moved[..., keep:].max()), "used": float(moved[..., :keep].mean())}


class _Narrowing:
    """Trains the whole supernet first and then its narrowest subnet."""

    def __init__(self):
        self.rounds = [nets.NARROW, nets.CHANNELS]

    def subnets(self):
        keep = self.rounds.pop()
        return [lambda: leading_masks(nets.CHANNELS, keep)]


def student_differs(folder):
    """Largest difference of a recalibrated subnet from its recalibrated, saved, loaded student."""
    supernet, batches = nets.generator(elastic=True), [nets.batch(1), nets.batch(2)]
    elastic.set_masks(supernet, leading_masks(nets.CHANNELS, nets.NARROW))
    student = elastic.extract(supernet)
    for model in (supernet, student):
        Recalibrator(model)(batches)
    save_model(student, f"{folder}/student")
    image = {"input": keras.ops.convert_to_tensor(nets.batch(9)["input"])}
    loaded = load_model(f"{folder}/student")
    return [difference(supernet, student, image), difference(student, loaded, image)]


def facts(folder):
    return {
        "losses": losses(),
        "moved": unused_weights_moved(),
        "resumed": nets.resumed_differs(
            lambda: nets.trainer(elastic=True), nets.batches, folder, steps=2
        ),
        "student": student_differs(folder),
    }
