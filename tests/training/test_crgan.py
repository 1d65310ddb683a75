import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tests.generators.tiny import difference
from tests.training import crgan_nets as nets
from tests.training.nets import compression, moved, step, values
from tfgan_compress import elastic
from tfgan_compress.discriminators import CRGANDiscriminator
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.models import copy_model
from tfgan_compress.profile import MacCounter
from tfgan_compress.search.space import search_space
from tfgan_compress.search.study import search
from tfgan_compress.training import crgan
from tfgan_compress.training.architectures import ARCHITECTURES
from tfgan_compress.training.scoring import SubnetScorer


def test_views_run_from_60_degrees_to_minus_60_and_the_frontal_is_the_fifth():
    yaws = np.array([60, 45, 7, 0, -8, -60, 90, -75], "float32")
    assert np.asarray(crgan.view_of(yaws, 9)).tolist() == [0, 1, 4, 4, 5, 8, 0, 8]
    assert np.asarray(crgan.view_of(yaws, 13)).tolist() == [2, 3, 6, 6, 7, 10, 0, 11]


def test_views_are_judged_by_their_logits():
    sure = 20 * np.eye(9, dtype="float32")
    # A softmax before the loss would leave it at 1.4 and more.
    assert float(crgan._cross_entropy(sure, np.arange(9))) < 1e-6


def test_penalty_is_differentiated_by_the_critics_weights():
    # Gradient (3, 4): norm 5, penalty 16, derivative 2 (5 - 1) (3, 4) / 5.
    assert nets.penalties() == pytest.approx([16, 4.8, 6.4], rel=1e-5)


class Recorder(crgan.CRGANTrainer):
    """Notes what the pathways are given; `drawn` and `painted` are what is drawn at random."""

    def _generate(self, real, view):
        self.generated = np.asarray(real), np.asarray(view)
        self.fake = keras.ops.zeros_like(real)
        return self.fake

    def _reconstruct(self, source, goal, real, *, used):
        self.reconstructed = [np.asarray(x) for x in (*source, *goal, real)]
        self.used = float(used)

    def _uniform(self, shape):
        return keras.ops.full(shape, self.drawn if len(shape) else self.painted)


@pytest.fixture(scope="module")
def recorder():
    shape = nets.SHAPE
    return Recorder(CRGAN(shape, base_width=2), CRGANDiscriminator(shape, base_width=2))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("painted", [False, True])
def test_pair_is_used_both_ways_and_with_painted_faces(recorder, turned, painted):
    recorder.drawn, recorder.painted = (1.0 if c else -1.0 for c in (turned, painted))
    batch = nets.batch()
    recorder.train_step(batch)
    view = np.asarray(crgan.view_of(batch["yaw"], 9))
    sides = [(batch["input"], view), (batch["target"], np.full(4, 4))]
    first, second = reversed(sides) if turned else sides
    for found, expected in zip(recorder.generated, first, strict=True):
        np.testing.assert_array_equal(found, expected)
    fake = (np.asarray(recorder.fake), first[1])
    expected = [*fake, *fake, first[0]] if painted else [*first, *second, second[0]]
    for found, wanted in zip(recorder.reconstructed, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert recorder.used == (0.0 if painted else 1.0)


@pytest.mark.parametrize("used", [0.0, 1.0])
def test_encoding_a_painted_face_leaves_the_generator_alone(used):
    made, batch = nets.trainer(), nets.batch()
    pictures, view = keras.ops.convert_to_tensor(batch["input"]), crgan.view_of(batch["yaw"], 9)
    parts = [m.trainable_variables for m in (made.encoder, made.decoder, made.discriminator.heads)]
    before = [values(part) for part in parts]
    made._reconstruct((pictures, view), (pictures, view), pictures, used=used)
    after = [values(part) for part in parts]
    changed = [moved(*pair) > 0 for pair in zip(before, after, strict=True)]
    assert changed == [True, used > 0, True]


def test_generator_and_discriminator_must_have_the_same_views():
    with pytest.raises(ValueError, match=r"same views.*13, 9"):
        crgan.CRGANTrainer(
            CRGAN(nets.SHAPE, base_width=2, views=13), CRGANDiscriminator(nets.SHAPE, base_width=2)
        )


def test_second_pathway_learns_to_paint_what_is_asked_for():
    made, batch = nets.trainer(rate=3e-3, reconstruction=40.0), nets.batch()
    view, distances = crgan.view_of(batch["yaw"], 9), []
    frontal = (keras.ops.convert_to_tensor(batch["target"]), keras.ops.full_like(view, 4))
    for _ in range(8):
        made.reset_metrics()
        made._reconstruct((batch["input"], view), frontal, frontal[0])
        distances.append(made.get_metrics_result()["reconstruction"])
    assert distances[-1] < 0.8 * distances[0]


def test_without_a_critic_the_second_pathway_learns_from_pairs_alone():
    made = nets.trainer(rate=3e-3, critic=False)
    found = [step(made, nets.batch()) for _ in range(10)]
    assert set(found[0]) == {"reconstruction", "view"}
    assert found[-1]["reconstruction"] < 0.8 * found[0]["reconstruction"]


@pytest.fixture(scope="module")
def on_torch(facts_on_torch):
    return facts_on_torch["crgan_nets"]


def test_penalty_on_torch_is_that_on_tensorflow_and_losses_are_finite(on_torch):
    assert on_torch["penalties"] == pytest.approx([16, 4.8, 6.4], rel=1e-5)
    assert all(np.isfinite(value) for value in on_torch["losses"].values())


def test_resumed_run_equals_the_uninterrupted_one(on_torch, tmp_path):
    assert nets.resumed(tmp_path) == 0
    assert on_torch["resumed"] == 0


@pytest.fixture(scope="module")
def compressed():
    """A supernet after steps of the common trainer, with its trainer and losses."""
    discriminator = CRGANDiscriminator(nets.SHAPE, base_width=4)
    taps = ARCHITECTURES["crgan"].taps
    trainer = compression(nets.trainer().generator, discriminator, taps, rule="sandwich")
    return trainer.generator, [step(trainer, nets.batch(1)) for _ in range(3)]


def test_common_trainer_distils_a_supernet(compressed):
    _, found = compressed
    assert all(np.isfinite(value) for losses in found for value in losses.values())
    assert found[-1]["distillation"] < found[0]["distillation"]
    assert {"adversarial", "discriminator_loss", "pixel_teacher"} <= set(found[0])


def test_searched_student_equals_its_subnet(compressed):
    supernet, _ = compressed
    space, counter = search_space(supernet.channels), MacCounter(supernet)
    scorer = SubnetScorer(supernet, [nets.batch(2)], [nets.batch(3)])
    budget = counter(space.largest()) // 2
    found = search(space, scorer, counter, macs=budget, trials=3, storage=None, progress=False)
    assert counter(found.channels) <= budget
    # The statistics are another candidate's: where that was narrower, variances are 0.
    scorer(found.channels)
    # Norms of small variance make much of rounding, so both are computed in float64.
    with dtype_policy("float64"):
        exact = copy_model(supernet)
        student, batch = elastic.extract(exact), {"input": nets.batch(4)["input"]}
        assert difference(exact, student, batch) < 1e-6
        assert difference(exact, student, batch, training=True) < 1e-6
