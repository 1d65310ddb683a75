import itertools

import keras
import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import batches, splits


class Numbered:
    """Records whose input is filled with the record's number."""

    def __init__(self, count=10, first=0):
        self.record_identities = np.arange(count) // 2
        self.first = first

    def __len__(self):
        return len(self.record_identities)

    def __getitem__(self, index):
        return {
            "input": np.full((32, 32, 3), self.first + index, np.uint8),
            "target": np.zeros((32, 32, 3), np.uint8),
            "landmarks": geometry.frontal_landmarks(32),
            "identity": int(self.record_identities[index]),
            "yaw": 0.0,
        }


def numbers(dataset, count=None):
    taken = itertools.islice(dataset, count)
    return [np.rint((b["input"][:, 0, 0, 0] + 1) * 127.5).astype(int).tolist() for b in taken]


def brighten(record, rng):
    return {**record, "input": record["input"] + np.uint8(rng.integers(20, 200))}


def test_each_record_comes_once_and_in_order_without_shuffling():
    dataset = batches.batches(Numbered(), batch_size=4, seed=0, shuffle=False)
    assert numbers(dataset) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_order_is_the_seeds_alone():
    def order(seed, workers=0):
        made = batches.batches(Numbered(), batch_size=5, seed=seed, shuffle=True, workers=workers)
        return numbers(made)

    assert order(1) == order(1) == order(1, workers=2) != order(2)
    assert sorted(itertools.chain(*order(1))) == list(range(10))


def test_each_round_has_an_order_and_an_augmentation_of_its_own():
    dataset = batches.batches(Numbered(), batch_size=10, seed=0, shuffle=True, repeat=True)
    first, second = numbers(dataset, 2)
    assert sorted(first) == sorted(second) and first != second
    options = {"batch_size": 10, "seed": 0, "shuffle": False, "repeat": True}
    first, second = numbers(batches.batches(Numbered(), augment=brighten, **options), 2)
    assert first != second


def test_a_resumed_run_goes_on_with_the_batches_that_were_left():
    options = {"batch_size": 4, "seed": 3, "shuffle": True, "repeat": True, "augment": brighten}
    whole = numbers(batches.batches(Numbered(), **options), 6)
    rest = numbers(batches.batches(Numbered(), start=4, **options), 2)
    assert rest == whole[4:]


def test_batches_as_shot_hold_negative_yaws():
    class Left(Numbered):
        def __getitem__(self, index):
            return {**super().__getitem__(index), "yaw": -15.0}

    options = {"batch_size": 4, "seed": 0, "shuffle": False}
    for as_shot, yaw in ((True, -15), (False, 15)):
        batch = next(iter(batches.batches(Left(), as_shot=as_shot, **options)))
        assert (batch["yaw"] == yaw).all()


def test_keras_fits_on_batches():
    class Fit(keras.Model):
        def __init__(self):
            super().__init__()
            self.paint = keras.layers.Dense(3)

        def call(self, batch):
            return keras.ops.mean(keras.ops.square(self.paint(batch["input"]) - batch["target"]))

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return y_pred

    model = Fit()
    model.compile("sgd")
    dataset = batches.batches(Numbered(), batch_size=4, seed=0, shuffle=True, repeat=True)
    model.fit(dataset, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0)
    assert model.optimizer.iterations == 4


def test_a_mixture_keeps_the_weights_and_the_identities_apart():
    mixed = batches.mix([Numbered(10), Numbered(10, first=100)], [1, 3])
    origins = [int(mixed[i]["input"][0, 0, 0]) >= 100 for i in range(len(mixed))]
    assert len(mixed) == 40 and sum(origins) == 30
    assert 5 <= sum(origins[:8]) <= 7
    identities = [mixed[i]["identity"] for i in range(len(mixed))]
    assert identities == mixed.record_identities.tolist()
    assert {i for i, other in zip(identities, origins, strict=True) if other} == set(range(5, 10))


def test_a_mixture_shows_every_record_of_every_source():
    mixed = batches.mix([Numbered(4), Numbered(30, first=100)], [1, 1])
    assert len({int(mixed[i]["input"][0, 0, 0]) for i in range(len(mixed))}) == 34


def test_a_mixture_refuses_weights_that_do_not_fit():
    with pytest.raises(ValueError, match="one positive weight for each"):
        batches.mix([Numbered()], [1, 2])
    with pytest.raises(ValueError, match="Empty: sources \\[1\\]"):
        batches.mix([Numbered(), Numbered(0)], [1, 2])


def test_no_identity_is_on_both_sides_of_a_split():
    train, held = splits.split_identities(["c", "a", "b", "a", "d"], held_out=1, seed=0)
    assert len(held) == 1 and sorted(train + held) == ["a", "b", "c", "d"]
    assert (train, held) == splits.split_identities(["d", "c", "b", "a"], held_out=0.25, seed=0)


def test_a_split_needs_someone_on_each_side():
    with pytest.raises(ValueError, match="at least one identity on each side"):
        splits.split_identities([1, 2], held_out=2, seed=0)


def test_the_first_of_those_who_are_there_train():
    ids = ["346", "007", "250", "001", "007"]
    assert splits.first_identities(ids, 3) == (("001", "007", "250"), ("346",))
    with pytest.raises(ValueError, match="Received: 4 people"):
        splits.first_identities(ids, 4)


def test_split_sources_number_their_identities_from_zero():
    train, held = splits.split_source(Numbered(), held_out=2, seed=1)
    assert len(train) == 6 and len(held) == 4
    assert [train[i]["identity"] for i in range(6)] == [0, 0, 1, 1, 2, 2]
    shown = {
        int(source[i]["input"][0, 0, 0]) for source in (train, held) for i in range(len(source))
    }
    assert shown == set(range(10))


def test_selecting_an_identity_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="Without one: \\[9\\]"):
        splits.Selection(Numbered(), [0, 9])
