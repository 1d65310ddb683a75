"""Recipes: `RECIPES` has them by name, each file those of one network."""

from tfgan_compress.recipes import crgan, frontalization, tpgan

RECIPES = {
    recipe.name: recipe for module in (frontalization, tpgan, crgan) for recipe in module.RECIPES
}
