"""The rooms of the package: each imports only from the levels above it."""

import ast
from pathlib import Path

import pytest

import tfgan_compress

PACKAGE = Path(tfgan_compress.__file__).parent
LEVELS = (
    {"files", "packages", "shipped", "geometry", "channels", "kernels", "axes", "replicas"},
    {"layers"},
    {"blocks", "graph", "models", "schema", "tflite"},
    {"pathways", "residual", "gathering"},
    {
        "generators",
        "discriminators",
        "recognizers",
        "data",
        "elastic",
        "profile",
        "frozen",
        "metrics",
    },
    {"losses"},
    {"quantization"},
    {"training", "search", "export", "benchmark", "evaluate", "frontalize"},
    {"datasets", "operators", "run_folder"},
    {"settings"},
    {"run", "variants"},
    {"compress"},
    {"recipes", "report"},
    {"ablation", "conclude", "page"},
    {"cli"},
)
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[:2] != "__")


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """Yields `(line, room)` for every import of this package, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} must import by full name."
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "tfgan_compress" and len(parts) > 1 and parts[1] != "__version__":
                yield node.lineno, parts[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_only_from_rooms_above(path):
    room = room_of(path)
    assert room in LEVEL_OF, f"Give the room '{room}' a level in {__file__}."
    wrong = [
        f"line {line}: {other}"
        for line, other in imported_rooms(path)
        if other != room and not LEVEL_OF.get(other, len(LEVELS)) < LEVEL_OF[room]
    ]
    assert not wrong
