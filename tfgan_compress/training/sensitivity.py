"""Which layers bear separable convolutions? Measured one stage at a time (Wei et al. 2021, 3.2.1).

Each stage of a trained generator is split into depthwise and pointwise convolutions (the best
rank-1 fit of its kernels), batch norm is recalibrated, and the loss of quality is set against the
MACs saved. Nothing is trained, so the figures rank stages; training wins most of the loss back.
"""

import dataclasses

import keras

from tfgan_compress.elastic import elastic
from tfgan_compress.profile import macs
from tfgan_compress.training.recalibrate import Recalibrator
from tfgan_compress.training.scoring import ImageScore


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """What splitting one stage costs and saves.

    Attributes:
        stage: Name of the stage, as `factorized` takes it.
        score: Mean SSIM with the stage split.
        drop: The whole generator's score minus that.
        saved: Share of the generator's MACs that is saved.
    """

    stage: str
    score: float
    drop: float
    saved: float


def stages_of(generator):
    """Returns the stages of `generator` with a convolution that can be split, sorted.

    A stage is the name of a block up to its first underscore; painting to RGB is none. Where it
    is more than one residual block, that block counts for itself, too.
    """
    names = [
        layer.name.split("_")
        for layer in generator.layers
        if type(layer) is keras.layers.Conv2D and layer.filters != 3 and max(layer.kernel_size) > 1
    ]
    plain = {name[0] for name in names if name[1:2] != ["res"]}
    residual = {f"{name[0]}_res" for name in names if name[1:2] == ["res"] and name[0] in plain}
    return sorted({name[0] for name in names} | residual)


def layer_sensitivity(generator, held_out, calibration, stages):
    """Yields the `Sensitivity` of each of `stages`.

    Args:
        generator: A trained plain generator.
        held_out: Batches to score on.
        calibration: Batches for the batch-norm statistics.
        stages: Names of stages.
    """
    whole, total = ImageScore(generator).score(held_out), macs(generator)
    for stage in stages:
        split = elastic(generator, generator.channels, factorized=(*generator.factorized, stage))
        Recalibrator(split)(calibration)
        score = ImageScore(split).score(held_out)
        yield Sensitivity(stage, score, whole - score, 1 - macs(split) / total)
