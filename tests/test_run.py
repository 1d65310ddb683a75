"""The stages of a run, alone and as a whole story in small."""

import dataclasses
import types
import warnings

import numpy as np
import pytest
import tensorflow as tf

from tests.export.models import images_for, tiny_generator
from tests.generators.tiny import randomize
from tests.training import nets
from tfgan_compress import run as stages
from tfgan_compress.ablation import ablate
from tfgan_compress.compress import compress
from tfgan_compress.data.batches import batches
from tfgan_compress.discriminators import TPGANDiscriminator
from tfgan_compress.elastic import extract
from tfgan_compress.files import read_json, write_json
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.profile import profile
from tfgan_compress.quantization.twin import in_float
from tfgan_compress.recipes.frontalization import DEMO
from tfgan_compress.run import Run
from tfgan_compress.search.space import search_space

TINY = dataclasses.replace(
    DEMO,
    name="tiny",
    teacher_weights="",
    image_size=32,
    identities=4,
    held_out=2,
    views=2,
    lights=1,
    test_identities=2,
    batch_size=2,
    steps_per_epoch=1,
    coarse_epochs=1,
    teacher_epochs=1,
    adversarial_epochs=1,
    supernet_epochs=1,
    student_epochs=1,
    candidates=2,
    recalibration_batches=1,
    adversarial=2e-3,
    ssim=0.5,
    contrast=0.5,
    jitter=True,
    width_share=0.75,
    narrowest=0.25,
    factorized=(),
    largest_kernel=0,
    dropped=("noise",),
    precomputed=False,
)


def test_directory_takes_no_second_recipe(tmp_path):
    Run(TINY, tmp_path)
    Run(TINY, tmp_path)
    with pytest.raises(ValueError, match=r"other settings \(batch_size, width_share\)"):
        Run(dataclasses.replace(TINY, batch_size=4, width_share=0.5), tmp_path)
    assert read_json(tmp_path / "recipe.json")["batch_size"] == 2


def test_directory_begun_before_a_setting_existed_is_resumed_with_its_default(tmp_path):
    Run(TINY, tmp_path)
    stored = read_json(tmp_path / "recipe.json")
    del stored["architecture"], stored["critic_rate"]
    write_json(tmp_path / "recipe.json", stored)
    with pytest.raises(ValueError, match=r"other settings \(critic_rate\)"):
        Run(dataclasses.replace(TINY, critic_rate=1.0), tmp_path)
    assert Run(TINY, tmp_path).architecture.title == "TP-GAN"


def test_settings_are_checked_before_the_directory_is_begun(tmp_path):
    with pytest.raises(ValueError, match="held_out must leave"):
        Run(dataclasses.replace(TINY, held_out=0), tmp_path / "run")
    assert not (tmp_path / "run").exists()


class Tuning:
    """A run whose training only changes weights, and whose scores are given."""

    def __init__(self, folder, monkeypatch, scores):
        self.run = Run(TINY, folder)
        self.met, self.scores = [], iter(scores)
        scorer = types.SimpleNamespace(settled=lambda: next(self.scores))
        monkeypatch.setattr(stages, "train_student", self.train)
        monkeypatch.setattr(stages, "SubnetScorer", lambda *_, **__: scorer)
        monkeypatch.setattr(stages, "gallery_pictures", lambda source: f"people of {source}")
        for method in ("_held_out", "_calibration", "_callbacks"):
            monkeypatch.setattr(self.run, method, lambda data: [])
        self.supernet = nets.generator(elastic=True)
        self.adversary = TPGANDiscriminator((32, 32, 3), base_width=1)

    def train(self, recipe, student, adversary, feed, folder, **options):
        self.met.append(adversary.get_weights()[0])
        self.gallery = options["gallery"]
        randomize(student, 7)
        randomize(adversary, 8)

    def tuned(self, name="student"):
        data = types.SimpleNamespace(train="train")
        return self.run.tuned(name, nets.NARROW, data, None, self.supernet, self.adversary)


def test_fine_tuning_that_lowers_the_score_is_discarded(tmp_path, monkeypatch):
    kernels = {}
    for after in (0.4, 0.6):
        tuning = Tuning(tmp_path / str(after), monkeypatch, [0.5, after])
        kernels[after] = tuning.tuned().get_layer("last_conv").kernel.numpy()
        scores = scores_of(tmp_path / str(after))
        assert scores == {"extracted": 0.5, "fine_tuned": after, "kept": max(0.5, after)}
    extracted = extract(tuning.supernet, nets.NARROW).get_layer("last_conv").kernel.numpy()
    np.testing.assert_allclose(kernels[0.4], extracted, rtol=1e-3, atol=1e-6)
    assert np.abs(kernels[0.6] - extracted).max() > 0.01


def test_every_student_meets_the_same_adversary(tmp_path, monkeypatch):
    tuning = Tuning(tmp_path, monkeypatch, [0.5, 0.6, 0.5, 0.6])
    tuning.tuned("student")
    tuning.tuned("uniform")
    np.testing.assert_array_equal(*tuning.met)


def test_students_are_told_from_the_people_they_train_on(tmp_path, monkeypatch):
    tuning = Tuning(tmp_path, monkeypatch, [0.5, 0.6])
    tuning.tuned()
    assert tuning.gallery == "people of train"


def test_student_that_exists_is_loaded_and_not_trained_again(tmp_path, monkeypatch):
    tuning = Tuning(tmp_path, monkeypatch, [0.5, 0.6])
    first, again = tuning.tuned(), tuning.tuned()
    assert len(tuning.met) == 1
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("after", "trained"), [(0.4, False), (0.6, True)])
def test_training_of_the_int8_twin_is_kept_where_it_helps(tmp_path, monkeypatch, after, trained):
    tuning = Tuning(tmp_path, monkeypatch, [])
    scores, student = iter([0.5, after]), tiny_generator()
    batch = images_for(student, 8)
    monkeypatch.setattr(stages, "train_twin", lambda twin, *_, **__: randomize(twin, 7))
    monkeypatch.setattr(tuning.run, "score", lambda *_: next(scores))
    monkeypatch.setattr(tuning.run, "_calibration", lambda data: [batch])
    twin = tuning.run.quantized(types.SimpleNamespace(train=None), student)
    with in_float(twin):
        same = np.allclose(twin(batch)["image"], student(batch)["image"], atol=1e-4)
    assert same == (not trained)
    written = read_json(tmp_path / "quantized" / "scores.json")
    assert written == {"calibrated": 0.5, "trained": after}


@pytest.mark.parametrize(("weight", "losses"), [(0.0, []), (0.2, [("identity_teacher", 0.2)])])
def test_the_int8_twin_keeps_the_person_of_its_float_model(tmp_path, monkeypatch, weight, losses):
    run, met = Run(dataclasses.replace(TINY, qat_identity=weight), tmp_path), []
    student = tiny_generator()
    monkeypatch.setattr(stages, "train_twin", lambda *_, **options: met.extend(options["losses"]))
    monkeypatch.setattr(run, "score", lambda *_: 0.5)
    monkeypatch.setattr(run, "_calibration", lambda data: [images_for(student, 8)])
    run.quantized(types.SimpleNamespace(train=None), student)
    assert [(loss.name, loss.weight) for loss in met] == losses


def scores_of(folder):
    """What the run in `folder` says of its student before and after it was tuned."""
    return read_json(folder / "student" / "scores.json")


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Folder of rendered faces, for all stories."""
    return tmp_path_factory.mktemp("faces")


def told(recipe, folder, faces):
    """`(folder, Compressed)` of a whole run."""
    # Tracing graphs of hundreds of layers takes longer than the few steps themselves.
    tf.config.run_functions_eagerly(True)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*not apply to tf.data functions")
            return folder, compress(Run(recipe, folder, faces=faces))
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def story(tmp_path_factory, faces):
    return told(TINY, tmp_path_factory.mktemp("story"), faces)


@pytest.fixture(scope="module")
def crgan_story(tmp_path_factory, faces):
    own = {"name": "crgan", "architecture": "crgan", "base_width": 4, "frontal_epochs": 1}
    own |= {"dropped": ()}
    recipe = dataclasses.replace(TINY, **own)
    return told(recipe, tmp_path_factory.mktemp("crgan"), faces)


def test_story_ends_in_a_student_within_the_budget(story):
    made = story[1]
    student, data = made.student, made.data
    whole, small = profile(made.teacher), profile(student)
    assert small.macs_paper <= whole.macs_paper / TINY.macs_ratio
    assert small.params <= whole.params / TINY.params_ratio
    assert (student.elastic, student.channels["noise"]) == (False, 0)
    (batch,) = batches(data.test, batch_size=len(data.test), seed=0, shuffle=False)
    image = student.predict_on_batch({name: batch[name] for name in student.input})["image"]
    assert image.shape == batch["target"].shape
    assert np.abs(image).max() <= 1


def test_no_subnet_is_narrower_than_the_recipe_allows(tmp_path):
    run = Run(dataclasses.replace(TINY, narrowest=0.5), tmp_path)
    space = run._space({"code": 64, "noise": 0})
    assert space.smallest() == {"code": 32, "noise": 0}


def test_every_stage_leaves_its_result(story):
    folder = story[0]
    for stage in ("teacher/coarse", "teacher/pixel", "teacher/adversarial", "supernet", "student"):
        assert (folder / stage / "backup" / "epoch_00001.weights.h5").exists()
        assert (folder / stage / "images" / "epoch_00001.png").exists()
        logged = (folder / stage / "log.csv").read_text(encoding="utf-8").splitlines()[0]
        assert {"pixel", "ssim"} <= set(logged.split(","))
    scores = scores_of(folder)
    assert scores["kept"] == max(scores["extracted"], scores["fine_tuned"])
    assert len(read_json(folder / "search" / "result.json")["trials"]) == TINY.candidates


def test_finished_run_is_loaded_and_not_trained_again(story, faces, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("Nothing is left to do.")

    for work in ("train_student", "search"):
        monkeypatch.setattr(stages, work, refused)
    folder, made = story
    run = Run(TINY, folder, faces=faces)
    run.architecture = dataclasses.replace(run.architecture, make=refused, train=refused)
    again = compress(run).student
    for one, other in zip(made.student.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_uniform_student_is_the_searched_one_where_the_search_found_no_better(
    story, faces, monkeypatch
):
    folder, made = story
    run = Run(TINY, folder, faces=faces)
    supernet, adversary = run.supernet(made.data, made.teacher, None)
    channels = search_space(supernet.channels).channels(made.found.uniform.setting)
    monkeypatch.setattr(stages, "train_student", None)
    found = dataclasses.replace(made.found, channels=channels)
    even = run.uniform(made.data, made.teacher, supernet, adversary, found)
    for one, other in zip(made.student.get_weights(), even.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not (folder / "uniform").exists()


def test_student_that_a_recipe_starts_from_is_tuned_without_a_supernet(story, faces, tmp_path):
    folder, made = story
    recipe = dataclasses.replace(
        TINY, teacher_weights=str(folder / "teacher"), student_start=str(folder / "student")
    )
    _, tuned = told(recipe, tmp_path, faces)
    assert tuned.found is None and not (tmp_path / "supernet").exists()
    assert tuned.student.channels == made.student.channels
    scores = scores_of(tmp_path)
    assert scores["extracted"] == pytest.approx(scores_of(folder)["kept"], abs=0.01)
    with pytest.raises(ValueError, match="comes out of a supernet"):
        compress(Run(recipe, tmp_path, faces=faces), uniform=True)
    with pytest.raises(ValueError, match="compares supernets"):
        ablate(Run(recipe, tmp_path, faces=faces), tuned)


def test_student_that_a_recipe_starts_from_gets_the_structure_of_the_recipe(story, faces, tmp_path):
    folder, _ = story
    recipe = dataclasses.replace(
        TINY, teacher_weights=str(folder / "teacher"), student_start=str(folder / "student"),
        largest_kernel=3, dropped=("noise", "sel64_inner"), factorized=("dec128",), code_rank=6,
    )  # fmt: skip
    _, tuned = told(recipe, tmp_path, faces)
    layers = {layer.name: layer for layer in tuned.student.layers}
    assert "sel64_res_add" not in layers and "dec128_res_conv1_depthwise" in layers
    assert layers["conv0"].kernel_size == (3, 3)
    assert layers["fc1_shared"].units == 6


def test_student_that_a_recipe_widens_grows_and_learns_from_answers_given_before(
    story, faces, tmp_path
):
    folder, made = story
    width = made.student.channels["paint2"] + 3
    recipe = dataclasses.replace(
        TINY, teacher_weights=str(folder / "teacher"), student_start=str(folder / "student"),
        widened=(f"paint2:{width}",), precomputed=True,
    )  # fmt: skip
    _, tuned = told(recipe, tmp_path, faces)
    assert tuned.student.channels == {**made.student.channels, "paint2": width}
    assert len(list((tmp_path / "answers").iterdir())) == 1
    # Nothing has been lost on the way to another width.
    assert scores_of(tmp_path)["extracted"] == pytest.approx(scores_of(folder)["kept"], abs=0.01)


def test_cr_gan_goes_the_same_way(crgan_story):
    folder, made = crgan_story
    whole, small = profile(made.teacher), profile(made.student)
    assert type(made.teacher) is type(made.student) is CRGAN
    assert made.student.views == 13 and not made.student.elastic
    assert small.macs_paper <= whole.macs_paper / TINY.macs_ratio
    assert small.params <= whole.params / TINY.params_ratio
    phases = ("teacher/pixel", "teacher/adversarial", "teacher/frontal")
    for stage in (*phases, "supernet", "student"):
        assert (folder / stage / "images" / "epoch_00001.png").exists()


def test_teacher_of_another_network_is_refused(crgan_story, tmp_path):
    folder, made = crgan_story
    recipe = dataclasses.replace(TINY, teacher_weights=str(folder / "teacher"))
    with pytest.raises(ValueError, match=r"architecture must be.*'tpgan'.* is a CRGAN"):
        Run(recipe, tmp_path).teacher(made.data)
