import keras
import numpy as np
import pytest

from tests.dtypes import dtype_policy
from tests.generators.tiny import WIDTHS, Tiny, randomize
from tests.training import nets
from tfgan_compress import elastic
from tfgan_compress.channels import leading_masks
from tfgan_compress.losses.adversarial import AdversarialLoss
from tfgan_compress.losses.classification import ClassificationLoss
from tfgan_compress.losses.pixel import PixelLoss
from tfgan_compress.losses.step import Loss
from tfgan_compress.training.flat import FlatOptimizer
from tfgan_compress.training.trainer import Trainer


def moved(before, after):
    """Which entries of which arrays changed, as one array."""
    pairs = zip(before, after, strict=True)
    return np.concatenate([(a != b).ravel() for a, b in pairs])


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("game", [False, True], ids=["alone", "against_a_discriminator"])
def test_steps_lower_the_loss_on_a_fixed_batch(game):
    trainer, batch = nets.trainer(game=game), nets.batch()
    first, *_, last = [nets.step(trainer, batch) for _ in range(5)]
    assert last["pixel"] < 0.85 * first["pixel"]
    assert last["distillation"] < 0.85 * first["distillation"]


def test_adaptors_start_at_what_a_step_sees():
    trainer, batch = nets.trainer(game=False), nets.batch()
    for layer in trainer.generator.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Of channels that are new, nothing is known yet.
            layer.moving_variance.assign(keras.ops.full(layer.moving_variance.shape, 1e-4))
    (distillation,) = trainer.loss_layers
    distillation.start([trainer.features(batch)])
    assert nets.step(trainer, batch)["distillation"] < 0.5


def test_classification_learns_who_it_is():
    model = nets.with_code(nets.generator())
    loss = ClassificationLoss(nets.CHANNELS["code"], 3, weight=1.0, dropout=0.0)
    trainer = Trainer(model, [loss])
    trainer.compile(keras.optimizers.Adam(1e-2))
    first, *_, last = [nets.step(trainer, nets.batch()) for _ in range(6)]
    assert last["classification"] < 0.7 * first["classification"]


def test_discriminator_learns_to_tell_fake_from_real():
    trainer = nets.trainer(rate=1e-2)
    trainer.optimizer.learning_rate = 0.0
    first, *_, last = [nets.step(trainer, nets.batch()) for _ in range(6)]
    assert last["discriminator_loss"] < 0.95 * first["discriminator_loss"]


def test_inherited_discriminator_is_trained_on_and_the_teacher_is_not():
    trainer = nets.trainer()
    adversary, teacher = trainer.discriminator, trainer._teacher.model
    before = nets.values(adversary.variables), nets.values(teacher.variables)
    nets.step(trainer, nets.batch())
    assert moved(before[0], nets.values(adversary.variables)).all()
    assert not moved(before[1], nets.values(teacher.variables)).any()


def test_adversarial_loss_needs_a_discriminator():
    with pytest.raises(ValueError, match="needs a discriminator"):
        Trainer(nets.generator(), [AdversarialLoss()])
    trainer = Trainer(nets.generator(), [PixelLoss()], discriminator=nets.discriminator())
    with pytest.raises(ValueError, match="discriminator_optimizer"):
        trainer.compile(keras.optimizers.Adam())


class OneSubnet:
    """A sampler whose subnet the test chooses."""

    def __init__(self, *chosen):
        self.chosen = chosen

    def subnets(self):
        return [lambda keep=keep: leading_masks(nets.CHANNELS, keep) for keep in self.chosen]


def supernet_trainer(*chosen, optimizer):
    trainer = Trainer(nets.generator(elastic=True), [PixelLoss()], sampler=OneSubnet(*chosen))
    trainer.compile(optimizer)
    return trainer


def test_weights_that_no_subnet_uses_stay_in_spite_of_momentum():
    trainer = supernet_trainer(nets.CHANNELS, optimizer=keras.optimizers.Adam(1e-2))
    nets.step(trainer, nets.batch())
    trainer.sampler.chosen = (nets.NARROW,)
    weights = trainer.generator.trainable_variables
    before = nets.values(weights)
    nets.step(trainer, nets.batch())
    changed = moved(before, nets.values(weights))

    # The weights that extraction leaves behind are those that must not move.
    marked = nets.generator(elastic=True)
    for variable, places in zip(marked.trainable_variables, before, strict=True):
        variable.assign(np.arange(places.size).reshape(places.shape) + 1.0)
    student = elastic.extract(marked, nets.NARROW)
    used = [
        np.isin(np.arange(old.size) + 1, kept)
        for old, kept in zip(before, map(np.ravel, nets.values(student.trainable_variables)),
                             strict=True)
    ]  # fmt: skip
    used = np.concatenate(used)
    assert not changed[~used].any()
    assert changed[used].mean() > 0.9  # Behind dead units gradients are zero too.


class Chance(Loss):
    """Adds what it draws."""

    name = "chance"

    def __init__(self):
        super().__init__()
        self.random = keras.random.SeedGenerator(3)

    def __call__(self, step):
        return keras.random.uniform((), seed=self.random)


def test_what_losses_draw_by_chance_goes_on_after_a_backup(tmp_path):
    def trainer():
        made = Trainer(nets.generator(), [PixelLoss(), Chance()])
        made.compile(keras.optimizers.SGD(0.1))
        return made

    one, other = trainer(), trainer()
    one.train_on_batch(nets.batch())
    one.save_weights(tmp_path / "backup.weights.h5")
    other.load_weights(tmp_path / "backup.weights.h5")
    drawn = [np.asarray(keras.random.uniform((), seed=t.loss_seeds[0])) for t in (one, other)]
    assert drawn[0] == drawn[1] != np.asarray(keras.random.uniform((), seed=Chance().random))


def test_gradients_of_all_subnets_add_up():
    def step_of(*chosen):
        trainer = supernet_trainer(*chosen, optimizer=keras.optimizers.SGD(1.0))
        before = nets.values(trainer.generator.trainable_variables)
        nets.step(trainer, nets.batch())
        after = nets.values(trainer.generator.trainable_variables)
        return [b - a for a, b in zip(before, after, strict=True)]

    wide, narrow = step_of(nets.CHANNELS), step_of(nets.NARROW)
    for a, b, both in zip(wide, narrow, step_of(nets.CHANNELS, nets.NARROW), strict=True):
        np.testing.assert_allclose(both, a + b, atol=1e-5)


def test_flat_optimizer_steps_as_the_optimizer_itself_does():
    def variables():
        return [keras.Variable(np.arange(6.0).reshape(2, 3)), keras.Variable([5.0, -1.0])]

    def adam():
        return keras.optimizers.Adam(0.1, global_clipnorm=1.0)

    gradients = [keras.ops.ones((2, 3)), keras.ops.convert_to_tensor([3.0, 0.0])]
    one_by_one, at_once = variables(), variables()
    optimizer, flat = adam(), FlatOptimizer(adam(), at_once)
    for _ in range(3):
        optimizer.apply(gradients, one_by_one)
        flat.apply(gradients)
    for a, b in zip(nets.values(one_by_one), nets.values(at_once), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_mixed_precision_gives_float32_pictures_and_weights(bfloat16):
    made, adversary = randomize(Tiny(WIDTHS)), nets.discriminator()
    trainer = Trainer(made, [PixelLoss(), AdversarialLoss(0.1)], discriminator=adversary)
    trainer.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
    losses = nets.step(trainer, nets.batch())
    assert all(np.isfinite(value) for value in losses.values())
    assert made.get_layer("last_conv").compute_dtype == "bfloat16"
    assert trainer(nets.batch())["image"].dtype == "float32"
    assert {v.dtype for v in made.trainable_variables} == {"float32"}


def test_evaluation_changes_nothing():
    trainer, batch = nets.trainer(), nets.batch()
    before = nets.state(trainer)
    trainer.test_step({name: keras.ops.convert_to_tensor(v) for name, v in batch.items()})
    after = nets.state(trainer)
    assert all((before[name] == after[name]).all() for name in before)


def test_machines_can_gather_what_a_half_precision_generator_predicts():
    with dtype_policy("mixed_bfloat16"):
        image = keras.Input((8, 8, 3), name="input")
        painted = keras.layers.Conv2D(3, 1)(image)
        trainer = Trainer(keras.Model({"input": image}, {"image": painted}), [PixelLoss()])
    assert painted.dtype == "bfloat16"
    assert keras.backend.standardize_dtype(trainer(nets.batch())["image"].dtype) == "float32"
