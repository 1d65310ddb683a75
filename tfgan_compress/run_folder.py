"""What a run's directory holds: its recipe, and the pairs of models that its stages left."""

import dataclasses
from pathlib import Path

from tfgan_compress.files import read_json, write_json
from tfgan_compress.models import load_model, load_weights, save_model


def keep_recipe(directory, recipe):
    """Writes `recipe` to `directory`, or makes sure that it is the one that lies there.

    Args:
        directory: Path of the run's directory.
        recipe: A `recipes.frontalization.Frontalization`.

    Raises:
        ValueError: If the directory was begun with other settings.
    """
    path, own = directory / "recipe.json", _plain(dataclasses.asdict(recipe))
    # A setting that came later stood at its default when the run was begun.
    stored = _plain(_defaults(recipe)) | read_json(path) if path.exists() else own
    if stored != own:
        differing = sorted(k for k in own | stored if own.get(k) != stored.get(k))
        raise ValueError(
            f"{directory} was begun with other settings ({', '.join(differing)}). Choose "
            "another directory, or give the same settings to resume."
        )
    write_json(path, own)


def is_saved(folder):
    """Whether `save_pair` has finished in `folder`."""
    return (Path(folder) / "generator" / "model.json").exists()


def save_pair(folder, generator, discriminator):
    """Saves both and returns them with the rounded weights, as `load_pair` would."""
    # The generator last: it is what `is_saved` looks for.
    for name, model in (("discriminator", discriminator), ("generator", generator)):
        save_model(model, Path(folder) / name)
        load_weights(model, Path(folder) / name)
    return generator, discriminator


def load_pair(folder):
    """Returns the generator and the discriminator that `save_pair` left in `folder`."""
    return load_model(Path(folder) / "generator"), load_model(Path(folder) / "discriminator")


def _plain(settings):
    """The settings as JSON gives them back."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()}


def _defaults(recipe):
    return {field.name: field.default for field in dataclasses.fields(recipe)}
