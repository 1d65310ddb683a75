import json

import keras
import numpy as np
import pytest

from tfgan_compress.data.gallery import gallery_pictures
from tfgan_compress.data.records import to_float
from tfgan_compress.data.splits import Selection
from tfgan_compress.evaluate import (
    Evaluator,
    evaluate_images,
    keras_predictor,
)
from tfgan_compress.geometry import frontal_landmarks

SIZE = 32
YAWS = (0.0, 45.0, -90.0)
LIGHTS = (7, 4)


class People:
    """Three people of a colour each; a view is a frontal picture, shuffled unless it is frontal."""

    def __init__(self, people=3, yaws=YAWS, lights=LIGHTS):
        rng = np.random.default_rng(0)
        self.frontal = rng.integers(0, 256, (people, SIZE, SIZE, 3), dtype=np.uint8)
        self.rows = [(i, yaw, light) for i in range(people) for yaw in yaws for light in lights]
        self.record_identities = np.array([row[0] for row in self.rows])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        identity, yaw, light = self.rows[index]
        target = np.clip(self.frontal[identity] + (light - 7.0), 0, 255).astype(np.uint8)
        other = np.random.default_rng(index).integers(0, 256, target.shape, dtype=np.uint8)
        return {
            "input": target if yaw == 0 else other,
            "target": target,
            "landmarks": frontal_landmarks(SIZE),
            "identity": identity,
            "yaw": yaw,
            "light": light,
        }


def pixels(images, training=False):
    """A judge that goes by the picture itself, not symmetric."""
    return np.asarray(images)[:, ::4, ::4].reshape(len(images), -1)


def truth(batch):
    return batch["target"]


def view(batch):
    return batch["input"]


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(People(), judges={"pixels": pixels}, batch_size=4)


def test_truth_scores_best_and_unprocessed_views_are_measured(evaluator):
    best, unprocessed = evaluator(truth), evaluator.unprocessed()
    assert best["overall"]["ssim"] == pytest.approx(1)
    assert best["overall"]["rank1_pixels"] == 1
    assert best["overall"]["cosine_pixels"] == pytest.approx(1)
    assert list(unprocessed["by_yaw"]) == ["0", "45", "90"]
    assert unprocessed["by_yaw"]["90"]["ssim"] < 0.5 < unprocessed["by_yaw"]["0"]["ssim"]
    assert [row["count"] for row in unprocessed["by_yaw"].values()] == [6, 6, 6]


def test_unprocessed_views_are_the_evaluation_of_the_identity(evaluator):
    first, second = evaluator.unprocessed()["overall"], evaluator(view)["overall"]
    assert first == pytest.approx(second)


def test_an_evaluation_survives_json(evaluator):
    evaluation = evaluator.unprocessed()
    assert json.loads(json.dumps(evaluation, allow_nan=False)) == evaluation


def test_gallery_pictures_are_of_one_light_and_not_mirrored():
    source = People()
    images, identities = gallery_pictures(source)
    assert identities.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(images, to_float(source.frontal))


def test_mirrored_outputs_are_turned_back_before_they_are_judged(evaluator):
    # At yaw -90 records are mirrored, and random pictures do not look like their mirror images.
    assert evaluator(truth)["by_yaw"]["90"]["rank1_pixels"] == 1
    assert evaluator.verdicts(evaluator.sample([90])["target"], evaluator.sample([90]))["pixels"][
        "hit"
    ].all()


def test_the_gallery_picture_itself_is_no_probe():
    alone = Evaluator(People(yaws=(0.0,), lights=(7,)), judges={"pixels": pixels})
    assert alone.unprocessed()["overall"]["rank1_pixels"] is None
    assert alone.unprocessed()["overall"]["cosine_pixels"] == pytest.approx(1)


def test_a_selection_is_looked_for_in_the_gallery_of_all():
    source = People()
    evaluator = Evaluator(
        Selection(source, [2, 1]), judges={"pixels": pixels}, gallery_source=source
    )
    assert evaluator(truth)["overall"]["rank1_pixels"] == 1
    assert len(evaluator.gallery_identities) == 3


def test_a_sample_has_one_view_per_person_and_yaw(evaluator):
    batch = evaluator.sample([45, 90], people=2)
    assert batch["identity"].tolist() == [0, 0, 1, 1]
    assert batch["yaw"].tolist() == [45, 90, 45, 90]
    assert batch["left_eye"].shape[0] == 4
    with pytest.raises(ValueError, match=r"yaws must be among \[0, 45, 90\]"):
        evaluator.sample([30])


def test_a_picture_is_embedded_once():
    seen = []

    def judge(images, training):
        seen.append(len(images))
        return pixels(images)

    evaluator = Evaluator(People(), judges={"counted": judge}, batch_size=4)
    evaluator.unprocessed()
    evaluator.unprocessed()
    # Three gallery pictures, three targets in the other light, as inputs too; twelve turned views,
    # and targets of six records mirrored.
    assert sum(seen) == 3 + 3 + 12


@pytest.mark.parametrize("wrong", [lambda b: b["input"][:, :-1], lambda b: b["input"] * np.nan])
def test_unusable_predictions_are_refused(evaluator, wrong):
    with pytest.raises(ValueError, match="must return finite images"):
        evaluator(wrong)


def test_a_keras_generator_gets_the_inputs_it_names_and_a_real_judge_answers():
    nose = keras.Input((8, 16, 3), name="nose")
    view = keras.Input((SIZE, SIZE, 3), name="input")
    image = keras.layers.Rescaling(1.0)(view)
    model = keras.Model([view, nose], {"image": image, "part": nose})
    source = People(people=2, yaws=(45.0,))
    both = evaluate_images(keras_predictor(model), source, judges=("resnet29",), batch_size=3)
    assert both["output"]["overall"] == pytest.approx(both["input"]["overall"], abs=1e-5)
    assert -1 <= both["output"]["overall"]["cosine_resnet29"] < 1


class Tilted(People):
    """The same people, with a pitch that their yaw decides."""

    def __getitem__(self, index):
        record = super().__getitem__(index)
        return {**record, "pitch": 15.0 if record["yaw"] == 45 else -15.0}


def test_several_pitches_are_told_apart_and_one_is_not_named(evaluator):
    tilted = Evaluator(Tilted(), judges={"pixels": pixels}).unprocessed()
    assert {p: list(e["by_yaw"]) for p, e in tilted["by_pitch"].items()} == {
        "-15": ["0", "90"], "15": ["45"],
    }  # fmt: skip
    assert tilted["by_pitch"]["15"]["overall"] == tilted["by_yaw"]["45"]
    assert "by_pitch" not in evaluator.unprocessed()


def test_a_few_whole_angles_are_kept_and_others_rounded_to_15_degrees():
    few = Evaluator(People(yaws=(0.0, -22.0, 67.0)), judges={}).unprocessed()
    assert list(few["by_yaw"]) == ["0", "22", "67"]
    odd = Evaluator(People(yaws=(0.4, -22.0, 67.0)), judges={}).unprocessed()
    assert list(odd["by_yaw"]) == ["0", "15", "60"]


class Chosen(People):
    gallery_records = (1, 7, 13)


def test_a_source_may_choose_its_gallery_and_a_selection_keeps_the_choice():
    images, identities = gallery_pictures(Chosen())
    assert identities.tolist() == [0, 1, 2]
    assert Chosen()[7]["light"] == 4
    np.testing.assert_array_equal(images[1], to_float(Chosen()[7]["target"]))
    assert Selection(Chosen(), [2, 1]).gallery_records == (1, 7)
    assert Selection(People(), [1]).gallery_records is None


class Hidden(People):
    def __getitem__(self, index):
        record = super().__getitem__(index)
        return {**record, "private": record["identity"] != 1}


def test_private_pictures_are_judged_but_not_shown():
    evaluator = Evaluator(Hidden(), judges={"pixels": pixels})
    assert evaluator.sample([0, 45], people=2)["identity"].tolist() == [1, 1]
    assert evaluator.unprocessed()["overall"]["count"] == 18
    assert evaluator.showable


def test_source_of_private_pictures_alone_has_nothing_to_show():
    hidden = Selection(Hidden(), [0, 2])
    assert not Evaluator(hidden, judges={"pixels": pixels}).showable


def test_judges_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"different names.*\['mine', 'mine'\]"):
        Evaluator(People(), judges=("one/mine", "other/mine"))
