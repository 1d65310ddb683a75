import dataclasses
import functools

import numpy as np
import pytest

from tests.data import trees
from tfgan_compress import datasets, geometry
from tfgan_compress.data.aligned import AlignedPairs
from tfgan_compress.data.records import finish_record
from tfgan_compress.data.splits import split_source
from tfgan_compress.recipes.frontalization import DEMO

RECIPE = dataclasses.replace(DEMO, image_size=32, held_out=1, train_people=3)


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """A recipe for four people before Multi-PIE's cameras, whose landmarks are known."""
    trees.lay_multipie(tmp_path / "set", lights=(7,))
    monkeypatch.setattr(datasets, "_landmarker", lambda: None)
    return dataclasses.replace(RECIPE, data=f"multipie:{tmp_path / 'set'}")


def test_people_of_a_licensed_set_train_are_held_out_and_test_once(recipe, tmp_path):
    data = datasets.open_data(recipe, tmp_path / "cache")
    people = [set(part.record_identities.tolist()) for part in (data.train, data.held_out)]
    assert [len(who) for who in people] == [2, 1]
    assert {record["name"][:3] for record in data.train} == {"001", "002"}
    assert {record["name"][:3] for record in data.held_out} == {"250"}
    assert {record["name"][:3] for record in data.test} == {"346"}
    assert data.train[0]["input"].shape == (32, 32, 3)


def test_somebody_of_a_licensed_set_must_be_left_to_train_on(recipe, tmp_path):
    with pytest.raises(ValueError, match="held_out=3, identities=3"):
        datasets.open_data(dataclasses.replace(recipe, held_out=3), tmp_path / "cache")


def test_target_data_are_not_among_the_pairs_that_train(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.frll, "load_frll", lambda path, **_: path)
    monkeypatch.setattr(datasets.frll, "split_frll", lambda people: ("views", "judged"))
    data = datasets.open_data(dataclasses.replace(recipe, wild="london"), tmp_path / "cache")
    assert (data.wild, data.real, data.gallery) == ("views", "judged", "london")
    assert {record["name"][:3] for record in data.train} == {"001", "002"}


def london(path, *, image_size, **_):
    """Five people in two views, of the London Set's names."""
    views = [(who, view) for who in range(5) for view in ("neutral_front", "side")]
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (len(views), image_size, image_size, 3), np.uint8)
    points = np.repeat(geometry.frontal_landmarks(image_size)[None], len(views), axis=0)
    rows = [
        {"input": i, "target": 2 * who, "identity": who, "yaw": 0.0, "view": view}
        for i, (who, view) in enumerate(views)
    ]
    return AlignedPairs(images, points.astype(np.float32), rows)


@pytest.fixture
def real_people(recipe, monkeypatch):
    """The recipe with five real people beside, one of whom is held out."""
    monkeypatch.setattr(datasets.frll, "load_frll", london)
    split = functools.partial(split_source, held_out=1, seed=0)
    monkeypatch.setattr(datasets.frll, "split_frll", split)
    return dataclasses.replace(recipe, frll="london")


def test_people_made_of_real_ones_train_beside_them(real_people, tmp_path):
    counts = []
    for many in (0, 3):
        settings = dataclasses.replace(real_people, frll_morphs=many)
        data = datasets.open_data(settings, tmp_path / "cache")
        counts.append(len(set(data.train.record_identities.tolist())))
        assert len(set(data.real.record_identities.tolist())) == 1
    # Two of the licensed set and four of London's five; then three more.
    assert counts == [6, 9]


def test_real_people_are_given_the_shapes_of_rendered_ones(real_people, tmp_path, monkeypatch):
    def studio(folder, people, *, image_size):
        assert list(people) == [real_people.seed, real_people.seed + 1]
        return london(folder, image_size=image_size)

    monkeypatch.setattr(datasets, "Studio", studio)
    settings = dataclasses.replace(real_people, frll_reshaped=4)
    data = datasets.open_data(settings, tmp_path / "cache")
    assert len(set(data.train.record_identities.tolist())) == 6 + 4


@pytest.mark.parametrize("taught", [True, False])
def test_real_people_alone_may_be_left_to_their_truths(real_people, tmp_path, taught):
    settings = dataclasses.replace(real_people, frll_morphs=2, frll_taught=taught)
    train = datasets.open_data(settings, tmp_path / "cache").train
    found = {("view" in record, bool(finish_record(record)["taught"])) for record in train}
    assert found == {(False, True), (True, taught)}
