"""The stages of a recipe, each resumable: data, teacher, supernet, search, student.

Every stage leaves its result in the run's directory and is skipped when it is found; a stage that
was killed goes on from its last epoch or candidate.
"""

import dataclasses
import itertools
import json
import zlib
from pathlib import Path

import keras
import numpy as np

from tfgan_compress.channels import leading_masks
from tfgan_compress.data import frll
from tfgan_compress.data.augment import Augmentation
from tfgan_compress.data.batches import batches, mix
from tfgan_compress.data.faces import render_set
from tfgan_compress.data.splits import Selection
from tfgan_compress.discriminators import TPGANDiscriminator
from tfgan_compress.elastic import elastic, extract, set_masks
from tfgan_compress.files import read_json, write_json
from tfgan_compress.generators.tpgan import TPGAN
from tfgan_compress.models import copy_model, load_model, load_weights, save_model
from tfgan_compress.profile import MacCounter
from tfgan_compress.replicas import check_same
from tfgan_compress.search.result import SearchResult
from tfgan_compress.search.space import search_space, uniform_setting
from tfgan_compress.search.study import search
from tfgan_compress.shipped import find_model
from tfgan_compress.training.callbacks import ImageGrid
from tfgan_compress.training.distribution import make_strategy, scope_of
from tfgan_compress.training.graphs import skip_graph_rewrites
from tfgan_compress.training.recalibrate import Recalibrator
from tfgan_compress.training.sampling import SubnetSampler
from tfgan_compress.training.scoring import ImageScore, SubnetScorer
from tfgan_compress.training.stages import train_student, train_teacher

TEST_SEED = 100_000
"""Identities from this seed on are never trained on."""


@dataclasses.dataclass(frozen=True)
class Data:
    """Sources of records. No person is in two of them.

    Attributes:
        train: To train on.
        held_out: To score candidates on and to decide whether fine-tuning helped.
        test: To report on.
        real: The held-out people of the real set; None without one.
        gallery: Everybody of the real set; None without one.
    """

    train: object
    held_out: object
    test: object
    real: object = None
    gallery: object = None


class Run:
    """The stages of a recipe, each a method that resumes or loads its result.

    Making one sets Keras's dtype policy to the recipe's.

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        directory: Holds all that is made; the same recipe again resumes.
        faces: Folder of the rendered faces; `faces/` in the directory by default.
        strategy: Trains on several devices or machines: "mirrored", "multi_worker", or what
            `training.distribution` made of it. Each machine needs a directory of its own.
        storage: Optuna URL of an empty database where several machines share this run's search;
            a file in the directory by default.

    Raises:
        ValueError: If the directory was begun with other settings, or the people do not suffice.
    """

    def __init__(self, recipe, directory, *, faces=None, strategy=None, storage=None):
        self.recipe, self.directory = recipe, Path(directory)
        self.faces = Path(faces or self.directory / "faces")
        self.storage = storage or self.directory / "search" / "study.db"
        _check(recipe)
        if isinstance(strategy, str):
            strategy = make_strategy(strategy, recipe.batch_size)
        self.strategy = strategy
        self._check_recipe()
        keras.config.set_dtype_policy(recipe.dtype)
        skip_graph_rewrites()

    def data(self):
        """Renders what is missing of the synthetic faces and opens all sources."""
        r = self.recipe
        size = {"image_size": r.image_size}
        people = range(r.seed, r.seed + r.identities)
        varied = {**size, "preset": "varied", "views": r.views, "lights": r.lights}
        faces = render_set(self.faces / "train", people, **varied)
        unseen = range(TEST_SEED, TEST_SEED + r.test_identities)
        test = render_set(self.faces / "test", unseen, preset="evaluation", **size)
        ids = np.unique(faces.record_identities)
        held_out = Selection(faces, ids[-r.held_out :])
        train = Selection(faces, ids[: -r.held_out])
        if not r.frll:
            return Data(train, held_out, test)
        from tfgan_compress.frontalize.landmarker import Landmarker

        people = frll.load_frll(r.frll, **size, landmarker=Landmarker(), cache=self.faces / "frll")
        real_train, real = frll.split_frll(people)
        mixed = mix([train, real_train], [1 - r.frll_share, r.frll_share])
        return Data(mixed, held_out, test, real, people)

    def teacher(self, data):
        """Returns the trained teacher and its discriminator."""
        r, folder = self.recipe, self.directory / "teacher"
        if r.teacher_weights:
            folder = find_model(r.teacher_weights)
        if not _saved(folder):
            self._restart_random()
            shape = (r.image_size, r.image_size, 3)
            generator = TPGAN(shape, base_width=r.base_width)
            adversary = TPGANDiscriminator(shape, base_width=r.base_width)
            if r.teacher_start:
                generator, adversary = _load(find_model(r.teacher_start))
            people = 1 + int(np.max(data.train.record_identities))
            train_teacher(
                r, generator, adversary, self._feed(data.train), folder,
                identities=people, callbacks=self._callbacks(data), strategy=self.strategy,
            )  # fmt: skip
            Recalibrator(generator)(self._calibration(data))
            return _save(folder, generator, adversary)
        generator, adversary = _load(folder)
        if generator.image_shape[0] != r.image_size:
            raise ValueError(
                f"image_size must be the teacher's. Received: {r.image_size}; the teacher in "
                f"{folder} has {generator.image_shape[0]}."
            )
        return generator, adversary

    def supernet(self, data, teacher, discriminator):
        """Returns the trained supernet and its adversary, started from the teacher's weights."""
        r, folder = self.recipe, self.directory / "supernet"
        if not _saved(folder):
            self._restart_random()
            largest = self._largest(teacher)
            supernet = elastic(teacher, largest, factorized=r.factorized)
            space = search_space(largest)
            with scope_of(self.strategy):
                sampler = SubnetSampler(space, rule=r.sampling, seed=r.seed)
            discriminator = copy_model(discriminator, trained=r.inherit_discriminator)
            train_student(
                r, supernet, discriminator, self._feed(data.train), folder,
                teacher=teacher, sampler=sampler, callbacks=self._callbacks(data),
                strategy=self.strategy,
            )  # fmt: skip
            return _save(folder, supernet, discriminator)
        return _load(folder)

    def search(self, data, teacher, supernet):
        """Returns the `SearchResult` under the recipe's budgets."""
        r, folder = self.recipe, self.directory / "search"
        if (folder / "result.json").exists():
            return SearchResult.from_dict(read_json(folder / "result.json"))
        folder.mkdir(parents=True, exist_ok=True)
        macs, params = self._budget(teacher)
        found = search(
            search_space(supernet.channels), self.scorer(supernet, data), MacCounter(supernet),
            macs=macs, params=params, trials=r.candidates, strategy=r.strategy,
            storage=self.storage, seed=r.seed,
        )  # fmt: skip
        write_json(folder / "result.json", found.to_dict())
        return found

    def student(self, data, teacher, supernet, adversary, found):
        """Returns the searched student, fine-tuned where that raises its held-out score."""
        return self.tuned("student", found.channels, data, teacher, supernet, adversary)

    def uniform(self, data, teacher, supernet, adversary):
        """Returns the student that narrows every width alike to the same budget, trained as long.

        What the search has to beat.
        """
        macs, params = self._budget(teacher)
        counter, space = MacCounter(supernet), search_space(supernet.channels)

        def fits(channels):
            return counter(channels) <= macs and counter.params(channels) <= params

        channels = space.channels(uniform_setting(space, fits))
        return self.tuned("uniform", channels, data, teacher, supernet, adversary)

    def tuned(self, name, channels, data, teacher, supernet, adversary):
        """Extracts `channels` from the supernet and fine-tunes them in the folder `name`."""
        folder = self.directory / name
        if not _saved(folder):
            self._restart_random()
            # The next student has to meet the same adversary, not one that this student taught.
            adversary = copy_model(adversary)
            set_masks(supernet, leading_masks(supernet.channels, channels))
            student = extract(supernet)
            with scope_of(self.strategy):
                check_same("channels", _checksum(channels))
            judge = SubnetScorer(student, self._held_out(data), self._calibration(data))
            before = judge.current()
            kept = student.get_weights()
            train_student(
                self.recipe, student, adversary, self._feed(data.train), folder,
                teacher=teacher, callbacks=self._callbacks(data), strategy=self.strategy,
            )  # fmt: skip
            after = judge.current()
            if after < before:
                student.set_weights(kept)
            scores = {"extracted": before, "fine_tuned": after, "kept": max(before, after)}
            write_json(folder / "scores.json", scores)
            return _save(folder, student, adversary)[0]
        return _load(folder)[0]

    def scorer(self, supernet, data):
        """Returns the `SubnetScorer` of `supernet` on the held-out people."""
        return SubnetScorer(supernet, self._held_out(data), self._calibration(data))

    def score(self, generator, data):
        """Returns the generator's mean SSIM on the held-out people."""
        return ImageScore(generator).score(self._held_out(data))

    def _largest(self, teacher):
        share = self.recipe.width_share
        return {
            group: 0 if group == "noise" else _round(width * share, width)
            for group, width in teacher.channels.items()
        }

    def _budget(self, teacher):
        counter = MacCounter(teacher)
        macs, params = counter(teacher.channels), counter.params(teacher.channels)
        return int(macs / self.recipe.macs_ratio), int(params / self.recipe.params_ratio)

    def _feed(self, source):
        """Endless augmented batches of `source`, from batch `start` on."""
        r = self.recipe

        def feed(start):
            return batches(
                source, batch_size=r.batch_size, seed=r.seed, shuffle=True,
                augment=Augmentation(), repeat=True, start=start,
            )  # fmt: skip

        return feed

    def _held_out(self, data):
        served = batches(data.held_out, batch_size=16, seed=0, shuffle=True)
        return list(itertools.islice(served, 8))

    def _calibration(self, data):
        return list(itertools.islice(self._feed(data.train)(0), self.recipe.recalibration_batches))

    def _restart_random(self):
        # A stage draws the same numbers whether those before it ran in this process or earlier.
        keras.utils.set_random_seed(self.recipe.seed)

    def _callbacks(self, data):
        shown = next(iter(batches(data.real or data.held_out, batch_size=6, seed=1, shuffle=True)))
        return [lambda folder: ImageGrid(shown, folder / "images")]

    def _check_recipe(self):
        """Refuses to mix two recipes in one directory."""
        path, own = self.directory / "recipe.json", dataclasses.asdict(self.recipe)
        own = {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}
        if path.exists() and (stored := read_json(path)) != own:
            differing = sorted(k for k in own | stored if own.get(k) != stored.get(k))
            raise ValueError(
                f"{self.directory} was begun with other settings ({', '.join(differing)}). Choose "
                "another directory, or give the same settings to resume."
            )
        write_json(path, own)


DTYPES = ("float32", "mixed_bfloat16")
"""Half floats of 16 bits would need their losses scaled, which the trainer does not do."""


def _check(recipe):
    """Refuses an unknown dtype, and people who would be in two of the sets, or in none."""
    if recipe.dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}. Received: {recipe.dtype!r}.")
    if not 0 < recipe.held_out < recipe.identities:
        raise ValueError(
            "held_out must leave at least one of the identities to train on. Received: "
            f"held_out={recipe.held_out}, identities={recipe.identities}."
        )
    if recipe.seed + recipe.identities > TEST_SEED:
        raise ValueError(
            f"seed + identities must be at most {TEST_SEED}, where the test people begin. "
            f"Received: {recipe.seed} + {recipe.identities}."
        )


def _checksum(channels):
    return zlib.crc32(json.dumps({g: int(channels[g]) for g in sorted(channels)}).encode())


def _round(wanted, width):
    """Rounds to a multiple of 8, or of 4 or 2 or 1 for narrow groups, between 1 and `width`."""
    step = next(s for s in (8, 4, 2, 1) if wanted >= 2 * s or s == 1)
    return min(width, max(1, round(wanted / step) * step))


def _saved(folder):
    return (Path(folder) / "generator" / "model.json").exists()


def _save(folder, generator, discriminator):
    """Saves both and returns them with the rounded weights, as `_load` would."""
    # The generator last: it is what `_saved` looks for.
    for name, model in (("discriminator", discriminator), ("generator", generator)):
        save_model(model, Path(folder) / name)
        load_weights(model, Path(folder) / name)
    return generator, discriminator


def _load(folder):
    return load_model(Path(folder) / "generator"), load_model(Path(folder) / "discriminator")
