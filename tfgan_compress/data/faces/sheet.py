"""Contact sheets: many small pictures of synthetic people on one page, to judge them by eye."""

import numpy as np

from tfgan_compress.data.faces.identity import sample_identity
from tfgan_compress.data.faces.scene import Scene
from tfgan_compress.data.faces.views import (
    EVALUATION_LIGHTS,
    EXPRESSIONS,
    MULTIPIE_YAWS,
    PRESETS,
    View,
    preset_views,
)

CONTACT_YAWS = (0, 30, 60, 90)
AGES = (2, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90)
SHEETS = ("contact", "ages", "expressions", *PRESETS)
"""What `draw_sheet` can draw; see there."""
VARIED_COLUMNS = 10


def draw_sheet(kind, seeds, *, image_size=128):
    """Draws one row (or block) of pictures for each of the `seeds`.

    Args:
        kind: `"contact"`: 4 yaws in 2 lights. `"ages"`: the person at 12 ages. `"expressions"`:
            frontal and half turned. `"multipie"`: 13 yaws by 20 lights. `"evaluation"`: 7 yaws in
            2 lights. `"london"`: 5 yaws, neutral and smiling. `"varied"`: training views, and under
            each its target.
        seeds: Seeds of the people.
        image_size: Side of each picture.

    Returns:
        `(height, width, 3)` uint8.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in SHEETS:
        raise ValueError(f"The kind of sheet must be one of {SHEETS}. Received: {kind!r}.")
    draw = {"ages": _age_rows, "varied": _varied_rows}.get(kind, _grid_rows)
    rows = [row for seed in seeds for row in draw(kind, seed, image_size)]
    return np.concatenate([np.concatenate(row, 1) for row in rows])


def _grid_rows(kind, seed, image_size):
    scene = Scene(sample_identity(seed), image_size)
    return [[scene.draw(view)["image"] for view in row] for row in _grid(kind)]


def _grid(kind):
    """Rows of views."""
    if kind == "contact":
        return [[View(yaw=y, light=n) for n in EVALUATION_LIGHTS for y in CONTACT_YAWS]]
    if kind == "expressions":
        blends = [(), *EXPRESSIONS.values()]
        return [[View(yaw=yaw, expression=blend) for blend in blends] for yaw in (0, 45)]
    views = preset_views(kind, 0)
    if kind == "london":
        return [views]
    # The preset goes through the lights of one yaw first; columns are yaws.
    lights = len(views) // len({view.yaw for view in views})
    rows = [views[k::lights] for k in range(lights)]
    if len(rows[0]) == len(MULTIPIE_YAWS):
        return rows
    return [[view for row in rows for view in row]]


def _age_rows(_, seed, image_size):
    people = [sample_identity(seed, age=age) for age in AGES]
    return [[Scene(person, image_size).draw(View(yaw=15))["image"] for person in people]]


def _varied_rows(_, seed, image_size):
    scene = Scene(sample_identity(seed), image_size)
    views = preset_views("varied", (0, seed))[:VARIED_COLUMNS]
    targets = [view.target() for view in views]
    return [[scene.draw(view)["image"] for view in row] for row in (views, targets)]
