import keras
import numpy as np

from tfgan_compress import geometry
from tfgan_compress.data.splits import split_source
from tfgan_compress.evaluate import Evaluator
from tfgan_compress.models import save_model
from tfgan_compress.recognizers.lightcnn import LightCNN29
from tfgan_compress.training.recognition import train_recognizer

SIZE = 32


class People:
    """People who are a pattern of four by four gray fields, seen in any brightness and noise."""

    def __init__(self, people=12, views=6):
        rng = np.random.default_rng(0)
        self.patterns = rng.uniform(60, 196, (people, 4, 4, 1)).repeat(8, 1).repeat(8, 2)
        self.record_identities = np.arange(people).repeat(views)

    def __len__(self):
        return len(self.record_identities)

    def __getitem__(self, index):
        rng, person = np.random.default_rng(index), int(self.record_identities[index])
        view = self.patterns[person] + rng.uniform(-50, 50) + rng.normal(0, 12, (SIZE, SIZE, 3))
        return {
            "input": np.clip(view, 0, 255).astype("uint8"),
            "target": (self.patterns[person] * np.ones(3)).astype("uint8"),
            "landmarks": geometry.frontal_landmarks(SIZE),
            "identity": person,
            "yaw": float(rng.choice((-30, 30))),
        }


def train(source, folder, epochs, steps=20):
    keras.utils.set_random_seed(0)
    network = LightCNN29(SIZE, base_width=2)
    train_recognizer(
        network, source, folder, epochs=epochs, steps_per_epoch=steps, batch_size=16, rate=3e-3,
        dropout=0.2,
    )  # fmt: skip
    return network


def test_trained_recognizer_knows_people_it_has_never_seen(tmp_path):
    known, unseen = split_source(People(), held_out=4, seed=0)
    network = train(known, tmp_path, 3)
    save_model(network, tmp_path / "mine")
    evaluation = Evaluator(unseen, judges=(tmp_path / "mine",)).unprocessed()
    assert evaluation["overall"]["rank1_mine"] > 0.7  # One in four by chance.


def test_resumed_training_equals_the_uninterrupted_one(tmp_path):
    source = People(3)
    whole = train(source, tmp_path / "whole", 2, steps=2)
    train(source, tmp_path / "resumed", 1, steps=2)
    resumed = train(source, tmp_path / "resumed", 2, steps=2)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
