"""Writes golden vectors: what this package computes, for the app's `core` to compute as well.

    python android_demo/tools/export_golden.py            # writes them
    python android_demo/tools/export_golden.py --check    # fails if those in the folder are stale

Floats are compared to 1e-6, because libraries round the last bit of cosines and exponentials
differently; bytes are compared as they are.
"""

import argparse
import json
import sys
from pathlib import Path

import golden_vectors
import numpy as np

FOLDER = Path(__file__).parents[1] / "core" / "src" / "test" / "resources" / "golden"


def main():
    """Writes the vectors, or checks that they are what the package computes now."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        try:
            check()
        except ValueError as error:
            sys.exit(str(error))
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, vectors in golden_vectors.compute().items():
        text = _json(vectors)
        (FOLDER / f"{name}.json").write_text(text + "\n")
        print(f"{name}.json: {len(text)} bytes")
    return 0


def check():
    """Compares the vectors in the folder with what the package computes now.

    Raises:
        ValueError: Naming those that are stale.
    """
    stale = [name for name, made in golden_vectors.compute().items() if not _is_fresh(name, made)]
    if stale:
        raise ValueError(
            f"Golden vectors must be written anew by {Path(__file__).name}. Stale: {stale}."
        )


def _is_fresh(name, vectors):
    path = FOLDER / f"{name}.json"
    return path.is_file() and _same(json.loads(path.read_text()), json.loads(_json(vectors)))


def _json(vectors):
    return json.dumps(vectors, default=lambda value: value.tolist())


def _same(first, second):
    if isinstance(first, dict):
        return isinstance(second, dict) and first.keys() == second.keys() and all(
            _same(first[key], second[key]) for key in first
        )  # fmt: skip
    if isinstance(first, list):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, float):
        return bool(np.isclose(first, second, rtol=1e-6, atol=1e-6))
    return first == second


if __name__ == "__main__":
    sys.exit(main())
