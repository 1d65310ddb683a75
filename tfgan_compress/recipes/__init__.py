"""Recipes: `RECIPES` has them by name, each file those of one network."""

from tfgan_compress.recipes import crgan, frontalization, pim, tpgan

_MODULES = (frontalization, tpgan, crgan, pim)
RECIPES = {recipe.name: recipe for module in _MODULES for recipe in module.RECIPES}
