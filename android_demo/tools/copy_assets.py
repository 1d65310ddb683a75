"""Copies the shipped students and the face networks into the app's assets.

    python android_demo/tools/copy_assets.py

Each file is checked against its contract first. The assets are not kept in the repository.
"""

import argparse
import shutil
import sys
from importlib import resources
from pathlib import Path

from tfgan_compress import files, shipped, tflite

ASSETS = Path(__file__).parents[1] / "app" / "src" / "main" / "assets"
DETECTORS = ("face_detection_short_range", "face_mesh")


def main():
    """Copies into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ASSETS, help="default: %(default)s")
    for name in copy_assets(parser.parse_args().to):
        print(name)
    return 0


def copy_assets(folder):
    """Copies models and contracts to `folder`, emptied first; returns what was copied.

    Raises:
        FileNotFoundError: If no student is shipped.
        ValueError: If a file is not the one of its contract.
    """
    shutil.rmtree(folder, ignore_errors=True)
    copied = [_copy_student(path, folder / "models") for path in students()]
    if not copied:
        raise FileNotFoundError(f"There must be a shipped student in {shipped.SHIPPED[-1]}.")
    hashes = {}
    for name in DETECTORS:
        content = (
            resources.files("tfgan_compress.frontalize.models") / f"{name}.tflite"
        ).read_bytes()
        with files.atomic_path(folder / "detectors" / f"{name}.tflite") as temporary:
            temporary.write_bytes(content)
        hashes[name] = tflite.sha256(content)
    files.write_json(folder / "detectors" / "sha256.json", hashes)
    return [*copied, *DETECTORS]


def students():
    """Yields the `.tflite` files of the shipped students, each the one of its contract."""
    for root in shipped.SHIPPED:
        for path in sorted(root.glob("*/*/model.tflite")):
            if "alignment" in tflite.read_contract(path):
                yield path


def _copy_student(path, folder):
    variant = path.parent
    name = f"{variant.parent.name}-{variant.name}"
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file in (path.name, tflite.CONTRACT):
        shutil.copyfile(variant / file, folder / name / file)
    return name


if __name__ == "__main__":
    sys.exit(main())
