"""Recipes: `RECIPES` has them by name, each file those of one network.

Those on the licensed sets have not been run by us, for want of the sets. Their expected times are
counted from the MACs of the steps, at 40 teraflops sustained in bfloat16 (an A100 has 312 at its
best).
"""

from tfgan_compress.recipes import crgan, frontalization, pim, tpgan

_MODULES = (frontalization, tpgan, crgan, pim)
RECIPES = {recipe.name: recipe for module in _MODULES for recipe in module.RECIPES}
