"""Facts about the measurement of layer sensitivity."""

import numpy as np
from keras import ops

from tests.generators.tiny import Tiny, random_batch, randomize
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.training.sensitivity import layer_sensitivity, stages_of


def batch_of(model, seed):
    batch = {k: v.astype("float32") for k, v in random_batch(model, seed).items()}
    # SSIM's window needs eleven pixels, more than the tiny generator paints.
    return batch | {"target": np.zeros_like(batch["input"])}


def test_stages_are_those_with_a_kernel_to_split():
    assert stages_of(Tiny()) == ["down1", "down2", "last", "res", "wide"]


def test_a_residual_block_of_a_longer_stage_counts_for_itself():
    found = stages_of(TPGAN((32, 32, 3), base_width=8))
    assert {"conv0", "conv0_res", "sel128"} < set(found) and "sel128_res" not in found


def test_each_stage_saves_macs_and_has_its_drop(monkeypatch):
    from tfgan_compress.training import scoring

    monkeypatch.setattr(scoring, "ssim", lambda a, b: -ops.mean(ops.square(a - b), axis=(1, 2, 3)))
    model = randomize(Tiny())
    held_out, calibration = [batch_of(model, 0)], [batch_of(model, 1)]
    rows = list(layer_sensitivity(model, held_out, calibration, ["down2", "wide"]))
    assert [row.stage for row in rows] == ["down2", "wide"]
    assert all(0 < row.saved < 1 for row in rows)
    assert all(row.drop != 0 for row in rows)
