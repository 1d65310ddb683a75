"""The people of a recipe: rendered or licensed ones to train on, to choose by and to report on."""

import dataclasses

import numpy as np

from tfgan_compress.data import frll, morphs
from tfgan_compress.data.batches import Marked, mix
from tfgan_compress.data.faces import render_set
from tfgan_compress.data.faces.views import check_profiles
from tfgan_compress.data.licensed import SCANNERS
from tfgan_compress.data.splits import Selection
from tfgan_compress.data.studio import Studio

SYNTHETIC = "synthetic"
TEST_SEED = 100_000
"""Synthetic people from this seed on are never trained on."""
PEOPLE_PER_SHAPE = 3
"""Real people who are given the shape of one rendered person, which takes longer to render."""


@dataclasses.dataclass(frozen=True)
class Data:
    """Sources of records. No person is in two of them.

    Attributes:
        train: To train on.
        held_out: To score candidates on and to decide whether fine-tuning helped.
        test: To report on.
        real: The held-out people of the London Set; None without one.
        gallery: Everybody of the London Set; None without one.
        wild: Target data, of which a teacher sees the views alone; None without any.
    """

    train: object
    held_out: object
    test: object
    real: object = None
    gallery: object = None
    wild: object = None


def open_data(recipe, folder):
    """Opens all sources of a recipe and renders what is missing of its synthetic faces.

    Args:
        recipe: A `recipes.frontalization.Frontalization`.
        folder: Path of the rendered faces and of photographs that have been aligned.

    Returns:
        A `Data`.

    Raises:
        ValueError: If a set has pictures that cannot be used, or too few people.
    """
    opener = _rendered if recipe.data == SYNTHETIC else _licensed
    everybody, test = opener(recipe, folder)
    ids = np.unique(everybody.record_identities)
    _check_held_out(recipe, len(ids))
    held_out = Selection(everybody, ids[-recipe.held_out :])
    train = Selection(everybody, ids[: -recipe.held_out])
    path = recipe.frll or recipe.wild
    if not path:
        return Data(train, held_out, test)
    options = {"image_size": recipe.image_size, "landmarker": _landmarker()}
    people = frll.load_frll(path, **options, cache=folder / "frll")
    real_train, real = frll.split_frll(people)
    if recipe.wild:
        return Data(train, held_out, test, real, people, wild=real_train)
    real_train = _more_people(recipe, real_train, folder)
    real_train = Marked(real_train, taught=recipe.frll_taught)
    mixed = mix([train, real_train], [1 - recipe.frll_share, recipe.frll_share])
    return Data(mixed, held_out, test, real, people)


def _more_people(recipe, real, folder):
    """`real` people and, as the recipe has it, others who are made of them."""
    sources = [real]
    options = {"front": frll.FRONT, "seed": recipe.seed, "cache": folder / "frll"}
    if recipe.frll_morphs:
        sources.append(morphs.between(real, recipe.frll_morphs, **options))
    if recipe.frll_reshaped:
        shapes = range(recipe.seed, recipe.seed + _shapes(recipe))
        rendered = Studio(folder / "studio", shapes, image_size=recipe.image_size)
        sources.append(morphs.between(real, recipe.frll_reshaped, rendered=rendered, **options))
    return mix(sources, [len(source) for source in sources])


def _shapes(recipe):
    """Of how many rendered people the reshaped ones are made."""
    return -(-recipe.frll_reshaped // PEOPLE_PER_SHAPE)


def check_people(recipe):
    """Says what can be said before anything is opened.

    Raises:
        ValueError: If people would be in two of the sets or in none, there is no such set, there
            are people to be made and nobody to make them of, or `profiles` is no share.
    """
    if recipe.frll and recipe.wild:
        raise ValueError(
            "The London Set is either trained on with its truths (frll) or is target data (wild). "
            f"Received: frll={recipe.frll!r}, wild={recipe.wild!r}."
        )
    made = recipe.frll_morphs, recipe.frll_reshaped
    if min(made) < 0 or (any(made) and not recipe.frll):
        raise ValueError(
            "frll_morphs and frll_reshaped are made of people of the London Set, which frll must "
            f"name. Received: frll={recipe.frll!r}, frll_morphs={made[0]}, frll_reshaped={made[1]}."
        )
    if made[1] and _shapes(recipe) > recipe.identities - recipe.held_out:
        raise ValueError(
            f"{PEOPLE_PER_SHAPE} real people take the shape of a rendered one who trains: "
            "frll_reshaped must be at most "
            f"{PEOPLE_PER_SHAPE * (recipe.identities - recipe.held_out)} with "
            f"identities={recipe.identities}, held_out={recipe.held_out}. Received: {made[1]}."
        )
    if recipe.data != SYNTHETIC:
        kind, _, path = recipe.data.partition(":")
        if kind not in SCANNERS or not path:
            kinds = ", ".join(f"{name}:PATH" for name in SCANNERS)
            raise ValueError(f"data must be {SYNTHETIC}, {kinds}. Received: {recipe.data!r}.")
        return
    _check_held_out(recipe, recipe.identities)
    check_profiles(recipe.profiles)
    if recipe.seed + recipe.identities > TEST_SEED:
        raise ValueError(
            f"seed + identities must be at most {TEST_SEED}, where the test people begin. "
            f"Received: {recipe.seed} + {recipe.identities}."
        )


def _check_held_out(recipe, identities):
    if not 0 < recipe.held_out < identities:
        raise ValueError(
            "held_out must leave at least one of the identities to train on. Received: "
            f"held_out={recipe.held_out}, identities={identities}."
        )


def _rendered(recipe, folder):
    r, size = recipe, {"image_size": recipe.image_size}
    people = range(r.seed, r.seed + r.identities)
    varied = {"views": r.views, "lights": r.lights, "profiles": r.profiles}
    train = render_set(folder / "train", people, preset="varied", **varied, **size)
    unseen = range(TEST_SEED, TEST_SEED + r.test_identities)
    return train, render_set(folder / "test", unseen, preset="evaluation", **size)


def _licensed(recipe, folder):
    kind, _, path = recipe.data.partition(":")
    split = {"train_people": recipe.train_people} if recipe.train_people else {}
    found = SCANNERS[kind](path, **split)
    options = {"image_size": recipe.image_size, "landmarker": _landmarker(), "cache": folder / kind}
    return tuple(found.load(part, **options) for part in ("train", "test"))


def _landmarker():
    # Loads networks, which rendered faces do not need.
    from tfgan_compress.frontalize.landmarker import Landmarker

    return Landmarker()
