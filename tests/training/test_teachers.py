import dataclasses

import keras
import numpy as np
import pytest

from tests.training import crgan_nets as nets
from tfgan_compress.recipes.frontalization import DEMO
from tfgan_compress.training import teachers
from tfgan_compress.training.architectures import find_architecture


@pytest.mark.parametrize("weight", [2e-3, 0.0])
def test_discriminator_is_trained_only_where_the_generator_heeds_it(weight, tmp_path, monkeypatch):
    phases = []
    monkeypatch.setattr(teachers, "run_phase", lambda r, trainer, *a, **k: phases.append(trainer))
    recipe = dataclasses.replace(DEMO, image_size=32, adversarial=weight)
    pair = find_architecture("tpgan").make(recipe)
    teachers.train_tpgan(recipe, *pair, None, tmp_path, identities=3)
    assert [p.discriminator is not None for p in phases] == [False, False, weight > 0]


def test_zero_of_a_critic_s_scores_is_moved_between_real_and_painted_faces():
    trainer, batch = nets.trainer(), nets.batch()
    critic, generator = trainer.discriminator, trainer.generator
    critic.heads.get_layer("score").bias.assign([5.0])
    teachers._centre(critic, generator, batch)
    painted = generator({"input": batch["input"]}, training=True)["image"]
    real, fake = (
        np.mean(keras.ops.convert_to_numpy(critic(x))) for x in (batch["target"], painted)
    )
    np.testing.assert_allclose(real, -fake, atol=1e-4)
