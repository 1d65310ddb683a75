import dataclasses
import types

import pytest

from tfgan_compress import ablation
from tfgan_compress.recipes.frontalization import DEMO


class Recorder:
    """A run whose supernet is its recipe, and whose score tells which channels it was given."""

    made: list

    def __init__(self, recipe, directory, *, faces=None, strategy=None):
        self.recipe, self.directory, self.faces = recipe, directory, faces
        self.strategy = strategy
        self.asked = []
        type(self).made.append(self)

    def teacher(self, data):
        self.asked.append("teacher")
        return "teacher", "discriminator"

    def supernet(self, data, teacher, discriminator):
        assert (data, teacher, discriminator) == ("data", "teacher", "discriminator")
        self.asked.append("supernet")
        return self.recipe, None

    def scorer(self, supernet, data):
        return lambda channels: (supernet.distillation, supernet.sampling, channels)


@pytest.fixture
def ablate(tmp_path, monkeypatch):
    """Makes the rows of an ablation with that weight of the adversarial loss, by name."""
    Recorder.made = []
    monkeypatch.setattr(ablation, "Run", Recorder)

    def rows(adversarial):
        found = types.SimpleNamespace(channels="found")
        compressed = types.SimpleNamespace(data="data", found=found)
        recipe = dataclasses.replace(DEMO, adversarial=adversarial)
        run = Recorder(recipe, tmp_path, faces=tmp_path / "faces", strategy="two GPUs")
        return {row["name"]: row["ssim"] for row in ablation.ablate(run, compressed)}

    return rows


@pytest.fixture
def rows(ablate):
    return ablate(2e-3)


def test_where_there_is_no_adversary_nothing_is_said_of_one(ablate):
    rows = ablate(0.0)
    assert "discriminator started at random" not in rows and len(rows) == 3


def test_each_row_leaves_out_one_part_and_is_scored_at_the_same_channels(rows):
    shipped = (DEMO.distillation, "uniform", "found")
    assert rows == {
        "as shipped": shipped,
        "without distillation": (0.0, "uniform", "found"),
        "discriminator started at random": shipped,
        "sandwich rule": (DEMO.distillation, "sandwich", "found"),
    }
    assert [run.recipe.inherit_discriminator for run in Recorder.made] == [True, True, False, True]


def test_every_supernet_starts_from_the_run_s_own_teacher(rows):
    shipped, *others = Recorder.made
    assert shipped.asked == ["teacher", "supernet", *["teacher"] * 3]
    assert all(other.asked == ["supernet"] for other in others)
    assert len({run.directory for run in Recorder.made}) == 4
    assert {run.faces for run in Recorder.made} == {shipped.faces}
    assert {run.strategy for run in Recorder.made} == {"two GPUs"}
