"""The stages of a recipe, each resumable: data, teacher, supernet, search, student.

Every stage leaves its result in the run's directory and is skipped when it is found; a stage that
was killed goes on from its last epoch or candidate.
"""

import itertools
import json
import zlib
from pathlib import Path

import keras
import numpy as np

from tfgan_compress.channels import leading_masks, without
from tfgan_compress.data.augment import Augmentation
from tfgan_compress.data.batches import batches
from tfgan_compress.data.gallery import gallery_pictures
from tfgan_compress.datasets import open_data
from tfgan_compress.elastic import elastic, extract, restructured, set_masks, widened
from tfgan_compress.files import read_json, write_json
from tfgan_compress.losses.identity import IdentityLoss
from tfgan_compress.models import copy_model, load_model
from tfgan_compress.profile import MacCounter
from tfgan_compress.quantization.sharing import calibrated_twin
from tfgan_compress.recognizers import load_recognizer
from tfgan_compress.replicas import check_same
from tfgan_compress.run_folder import is_saved, keep_recipe, load_pair, save_pair
from tfgan_compress.search.result import SearchResult
from tfgan_compress.search.space import search_space, uniform_setting
from tfgan_compress.search.study import search
from tfgan_compress.settings import check_settings, widths
from tfgan_compress.shipped import find_model
from tfgan_compress.training.answers import answered, small_taps
from tfgan_compress.training.architectures import find_architecture
from tfgan_compress.training.callbacks import ImageGrid
from tfgan_compress.training.distribution import make_strategy, replicated, scope_of
from tfgan_compress.training.graphs import skip_graph_rewrites
from tfgan_compress.training.recalibrate import Recalibrator
from tfgan_compress.training.sampling import SubnetSampler
from tfgan_compress.training.scoring import ImageScore, SubnetScorer
from tfgan_compress.training.stages import train_student, train_twin

_AUGMENT = Augmentation()


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
        self.architecture = find_architecture(recipe.architecture)
        self.storage = storage or self.directory / "search" / "study.db"
        check_settings(recipe)
        if isinstance(strategy, str):
            strategy = make_strategy(strategy, recipe.batch_size)
        self.strategy = strategy
        keep_recipe(self.directory, recipe)
        keras.config.set_dtype_policy(recipe.dtype)
        skip_graph_rewrites()

    def data(self):
        """Opens all sources, a `datasets.Data`; renders what is missing of the synthetic faces."""
        return open_data(self.recipe, self.faces)

    def teacher(self, data):
        """Returns the trained teacher and its discriminator."""
        r, folder = self.recipe, self.directory / "teacher"
        if r.teacher_weights:
            folder = find_model(r.teacher_weights)
        if not is_saved(folder):
            self._restart_random()
            generator, adversary = self.architecture.make(r)
            if r.teacher_start:
                generator, adversary = self._load_teacher(find_model(r.teacher_start))
            people = 1 + int(np.max(data.train.record_identities))
            feed = self._feed(data.train, as_shot=self.architecture.as_shot)
            target = {} if data.wild is None else {"wild": self._feed(data.wild)}
            with replicated(self.strategy, generator, adversary) as made:
                self.architecture.train(
                    r, *made, feed, folder, identities=people, callbacks=self._callbacks(data),
                    **target,
                )  # fmt: skip
            self.scorer(generator, data).settled()
            return save_pair(folder, generator, adversary)
        return self._load_teacher(folder)

    def supernet(self, data, teacher, discriminator):
        """Returns the trained supernet and its adversary, started from the teacher's weights."""
        r, folder = self.recipe, self.directory / "supernet"
        if not is_saved(folder):
            self._restart_random()
            largest = self._largest(teacher)
            supernet = elastic(teacher, largest, **self._structure)
            space = self._space(largest)
            with scope_of(self.strategy):
                sampler = SubnetSampler(space, rule=r.sampling, seed=r.seed)
            discriminator = copy_model(discriminator, trained=r.inherit_discriminator)
            # Those of the teacher's wider layers do not fit.
            Recalibrator(supernet)(self._calibration(data))
            self._distil(supernet, discriminator, teacher, data, folder, sampler=sampler)
            return save_pair(folder, supernet, discriminator)
        return load_pair(folder)

    def search(self, data, teacher, supernet):
        """Returns the `SearchResult` under the recipe's budgets."""
        r, folder = self.recipe, self.directory / "search"
        if (folder / "result.json").exists():
            return SearchResult.from_dict(read_json(folder / "result.json"))
        folder.mkdir(parents=True, exist_ok=True)
        macs, params = self._budget(teacher)
        found = search(
            self._space(supernet.channels), self.scorer(supernet, data), MacCounter(supernet),
            macs=macs, params=params, trials=r.candidates, strategy=r.strategy,
            storage=self.storage, seed=r.seed,
        )  # fmt: skip
        write_json(folder / "result.json", found.to_dict())
        return found

    def student(self, data, teacher, supernet, adversary, found):
        """Returns the searched student, fine-tuned where that raises its held-out score."""
        return self.tuned("student", found.channels, data, teacher, supernet, adversary)

    def uniform(self, data, teacher, supernet, adversary, found):
        """Returns the student that narrows every width alike to the same budget, trained as long.

        What the search has to beat. Where it found nothing better, that is its own student.
        """
        macs, params = self._budget(teacher)
        counter, space = MacCounter(supernet), self._space(supernet.channels)

        def fits(channels):
            return counter(channels) <= macs and counter.params(channels) <= params

        channels = space.channels(uniform_setting(space, fits))
        if channels == found.channels:
            return self.student(data, teacher, supernet, adversary, found)
        return self.tuned("uniform", channels, data, teacher, supernet, adversary)

    def retuned(self, data, teacher, discriminator):
        """Returns the student that the recipe starts from, fine-tuned on where that helps.

        It gets the recipe's structure first.
        """
        r = self.recipe

        def start():
            student = load_model(find_model(r.student_start) / "generator")
            student = restructured(student, dropped=r.dropped, **self._structure)
            return widened(student, widths(r.widened))

        return self._tuned("student", start, data, teacher, discriminator)

    def tuned(self, name, channels, data, teacher, supernet, adversary):
        """Extracts `channels` from the supernet and fine-tunes them in the folder `name`."""

        def extracted():
            set_masks(supernet, leading_masks(supernet.channels, channels))
            with scope_of(self.strategy):
                check_same("channels", _checksum(channels))
            return extract(supernet)

        return self._tuned(name, extracted, data, teacher, adversary)

    def _tuned(self, name, start, data, teacher, adversary):
        """Fine-tunes what `start()` returns, or loads what is there; keeps it where it helped.

        The score is likeness (`training.scoring.ImageScore`), by the recognizer that trains.
        """
        folder = self.directory / name
        if is_saved(folder):
            return load_pair(folder)[0]
        self._restart_random()
        # The next student has to meet the same adversary, not one that this student taught.
        adversary, student = copy_model(adversary), start()
        judge = self.scorer(student, data, load_recognizer("resnet29", self.recipe.image_size))
        before, kept = judge.settled(), student.get_weights()
        self._distil(student, adversary, teacher, data, folder)
        after = judge.settled()
        if after < before:
            student.set_weights(kept)
        scores = {"extracted": before, "fine_tuned": after, "kept": max(before, after)}
        write_json(folder / "scores.json", scores)
        return save_pair(folder, student, adversary)[0]

    def _distil(self, student, adversary, teacher, data, folder, *, sampler=None):
        with replicated(self.strategy, student, adversary, teacher) as (own, critic, frozen):
            train_student(
                self.recipe, own, critic, self._taught(data.train, teacher), folder,
                teacher=frozen, sampler=sampler, gallery=self._gallery(data),
                callbacks=self._callbacks(data),
            )  # fmt: skip

    def quantized(self, data, student):
        """Returns the twin that the int8 file is made of: calibrated, and trained where that helps.

        Args:
            data: As in the other stages.
            student: The student in float32.

        Raises:
            NoTwinError: If the student holds a layer that has no twin.
        """
        r, folder = self.recipe, self.directory / "quantized"
        self._restart_random()
        twin = calibrated_twin(student, self._calibration(data))
        before, kept = self.score(twin, data), twin.get_weights()
        losses = []
        if r.qat_identity:
            losses.append(IdentityLoss(r.image_size, r.qat_identity, against="teacher"))
        train_twin(
            twin, self._feed(data.train), folder, teacher=student, epochs=r.qat_epochs,
            steps_per_epoch=r.steps_per_epoch, losses=losses,
        )  # fmt: skip
        after = self.score(twin, data)
        if after < before:
            twin.set_weights(kept)
        write_json(folder / "scores.json", {"calibrated": before, "trained": after})
        return twin

    def scorer(self, generator, data, recognizer=None):
        """Returns the `SubnetScorer` of a supernet, or of any generator, on held-out people."""
        return SubnetScorer(
            generator, self._held_out(data), self._calibration(data), recognizer=recognizer
        )

    def score(self, generator, data):
        """Returns the generator's mean SSIM on the held-out people."""
        return ImageScore(generator).score(self._held_out(data))

    def _load_teacher(self, folder):
        generator, adversary = load_pair(folder)
        if not isinstance(generator, self.architecture.generator):
            raise ValueError(
                "architecture must be the teacher's. Received: "
                f"{self.recipe.architecture!r}; the teacher in {folder} is a "
                f"{type(generator).__name__}."
            )
        if generator.image_shape[0] != self.recipe.image_size:
            raise ValueError(
                f"image_size must be the teacher's. Received: {self.recipe.image_size}; the "
                f"teacher in {folder} has {generator.image_shape[0]}."
            )
        return generator, adversary

    def _largest(self, teacher):
        share = self.recipe.width_share
        largest = {g: _round(width * share, width) for g, width in teacher.channels.items()}
        return without(largest, self.recipe.dropped)

    @property
    def _structure(self):
        r = self.recipe
        rank = {"code_rank": r.code_rank} if r.code_rank else {}
        return {"factorized": r.factorized, "largest_kernel": r.largest_kernel or None, **rank}

    def _space(self, largest):
        return search_space(largest, smallest=self.recipe.narrowest)

    def _budget(self, teacher):
        counter = MacCounter(teacher)
        macs, params = counter(teacher.channels), counter.params(teacher.channels)
        return int(macs / self.recipe.macs_ratio), int(params / self.recipe.params_ratio)

    def _feed(self, source, *, as_shot=False, augment=_AUGMENT):
        """Endless augmented batches of `source`, from batch `start` on."""
        r = self.recipe

        def feed(start):
            return batches(
                source, batch_size=r.batch_size, seed=r.seed, shuffle=True,
                augment=augment, repeat=True, start=start, as_shot=as_shot,
                workers=r.workers,
            )  # fmt: skip

        return feed

    def _taught(self, source, teacher):
        """What students are trained on: `_feed`, with the teacher's answers where precomputed."""
        if not self.recipe.precomputed:
            return self._feed(source)
        taps = small_taps(teacher, self.architecture.taps)
        folder, seed = self.directory / "answers", self.recipe.seed
        source = answered(source, teacher, folder, taps=taps, augment=_AUGMENT, seed=seed)
        return self._feed(source, augment=None)

    def _gallery(self, data):
        return gallery_pictures(data.train) if self.recipe.contrast else None

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


def _checksum(channels):
    return zlib.crc32(json.dumps({g: int(channels[g]) for g in sorted(channels)}).encode())


def _round(wanted, width):
    """Rounds to a multiple of 8, or of 4 or 2 or 1 for narrow groups, between 1 and `width`."""
    step = next(s for s in (8, 4, 2, 1) if wanted >= 2 * s or s == 1)
    return min(width, max(1, round(wanted / step) * step))
