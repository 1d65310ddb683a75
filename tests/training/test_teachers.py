import keras
import numpy as np

from tests.training import crgan_nets as nets
from tfgan_compress.training import teachers


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
