import keras
import numpy as np
import pytest

from tests.generators.tiny import difference, random_batch
from tests.training import pim_nets as nets
from tests.training.nets import compression, moved, step, values
from tfgan_compress import elastic
from tfgan_compress.channels import leading_masks
from tfgan_compress.discriminators import PIMDiscriminator, TPGANDiscriminator
from tfgan_compress.profile import MacCounter
from tfgan_compress.search.space import search_space
from tfgan_compress.search.study import search
from tfgan_compress.training import pim
from tfgan_compress.training.architectures import ARCHITECTURES

REVERSED = [[2, -3], [-0.5, -2]]


@pytest.fixture(scope="module")
def stepped():
    """A trainer after a step, its losses, and how far the step moved each part."""
    made = nets.trainer()
    enforced, domain = made.loss_layers
    parts = {
        "generator": made.generator,
        "discriminator": made.discriminator.siamese,
        "recognizer": enforced.classifier.network,
        "domain": domain,
    }
    before = {name: values(part.trainable_variables) for name, part in parts.items()}
    losses = step(made, nets.batch())
    after = {name: values(part.trainable_variables) for name, part in parts.items()}
    return made, losses, {name: moved(before[name], after[name]) for name in parts}


def test_a_step_trains_generator_discriminator_recognizer_and_domain_classifier(stepped):
    _, losses, moves = stepped
    assert {"pixel", "adversarial", "enforced", "domain", "discriminator_loss"} < set(losses)
    assert all(np.isfinite(value) for value in losses.values())
    assert all(move > 1e-4 for move in moves.values()), moves


def test_gradient_is_reversed_and_scaled():
    assert nets.reversed_gradient() == REVERSED


def test_only_faces_of_two_people_are_shown_as_no_pair(stepped):
    made, batch = stepped[0], nets.batch()
    one = batch | {"identity": np.zeros(4, "int32")}
    assert float(made._strangers(one)) == 0
    # Person 0 is both the first and the last of the batch, so three are apart.
    logits = made._judge(keras.ops.roll(batch["target"], 1, axis=0), batch)
    logits = np.asarray(logits)[..., 1]
    each = np.log1p(np.exp(logits)).mean((1, 2))
    assert float(made._strangers(batch)) == pytest.approx(each[1:].mean(), rel=1e-4)


def test_wild_views_are_joined_from_the_same_place():
    found = next(nets.batches(3))[0]
    np.testing.assert_array_equal(found["input"], nets.views(3)["input"])
    np.testing.assert_array_equal(found["wild"], nets.views(103)["input"])


def test_domain_loss_without_wild_views_is_refused(stepped):
    with pytest.raises(ValueError, match=r"under 'wild'.*Received: \['code', 'image'"):
        stepped[0].train_step(nets.views())


def test_discriminator_that_compares_nothing_is_refused(stepped):
    with pytest.raises(ValueError, match="Received: TPGANDiscriminator"):
        pim.PIMTrainer(stepped[0].generator, [], TPGANDiscriminator(nets.SHAPE, base_width=1))


def test_common_trainer_distils_a_supernet_whose_student_equals_its_subnet(stepped):
    teacher, batch = stepped[0].generator, nets.views(1)
    discriminator = PIMDiscriminator(nets.SHAPE, base_width=2)
    trainer = compression(teacher, discriminator, ARCHITECTURES["pim"].taps)
    found = [step(trainer, batch) for _ in range(2)]
    assert all(np.isfinite(value) for losses in found for value in losses.values())
    assert {"distillation", "adversarial", "pixel_teacher"} <= set(found[0])
    supernet = trainer.generator
    space, counter = search_space(supernet.channels), MacCounter(supernet)
    budget = counter(space.largest()) // 2
    best = search(
        space, lambda c: sum(c.values()), counter, macs=budget, trials=3, storage=None,
        progress=False,
    )  # fmt: skip
    assert counter(best.channels) <= budget
    elastic.set_masks(supernet, leading_masks(supernet.channels, best.channels))
    student = elastic.extract(supernet)
    assert student.channels == best.channels
    # In float32; the generators' own test compares in float64.
    assert difference(supernet, student, random_batch(student)) < 1e-4


@pytest.fixture(scope="module")
def on_torch(facts_on_torch):
    return facts_on_torch["pim_nets"]


def test_first_step_on_torch_loses_what_it_loses_on_tensorflow(on_torch, stepped):
    assert on_torch["reversed"] == REVERSED
    for name, value in stepped[1].items():
        assert on_torch["losses"][name] == pytest.approx(value, rel=0.01), name


def test_both_phases_of_a_teacher_are_trained_on_torch(on_torch):
    pixel, adversarial = (on_torch["staged"][phase] for phase in ("pixel", "adversarial"))
    assert "domain" not in pixel and {"domain", "enforced"} <= set(adversarial)


def test_resumed_run_equals_the_uninterrupted_one_on_torch(on_torch):
    assert on_torch["resumed"] == 0
