"""Synthetic faces of any number of people, with known pose, light, age and landmarks.

`sample_identity(seed)` names a person, `render(identity, views)` draws them, `render_set` writes a
data set and `FaceSet` reads it. Nothing is loaded before it is asked for.
"""

import importlib

_HOMES = {
    "Identity": "identity",
    "sample_identity": "identity",
    "View": "views",
    "Crop": "views",
    "Camera": "views",
    "PRESETS": "views",
    "preset_views": "views",
    "EXPRESSIONS": "views",
    "Light": "light",
    "render": "scene",
    "Scene": "scene",
    "FaceSet": "dataset",
    "render_set": "dataset",
    "draw_sheet": "sheet",
}


def __dir__():
    return sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
