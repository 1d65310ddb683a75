"""What the page's server answers: a table of addresses, so that nothing else can be asked for."""

import json
from pathlib import Path

from tfgan_compress import __version__, tflite
from tfgan_compress.frontalize import student
from tfgan_compress.page import litertjs
from tfgan_compress.shipped import find_model

PACKAGE = Path(__file__).parents[1]
STATIC = PACKAGE / "page" / "static"
DETECTORS = ("face_detection_short_range", "face_mesh")


def build_site(model=None):
    """Returns `{address: file or bytes}` of the page, its models and LiteRT.js.

    Args:
        model: A `.tflite` student, a folder with variants of one, or the name of a shipped one;
            None takes all that are shipped, the one that `frontalize` takes first.

    Raises:
        FileNotFoundError: If there is no such model.
        ValueError: If a model is no frontalizer or not the file of its contract, or LiteRT.js
            cannot be had.
    """
    return {**_page(), **_models(find_students(model)), **litertjs.routes()}


def find_students(model=None):
    """Returns the paths of the students that `model` names, as in `build_site`."""
    if model is None:
        return student.shipped_students()
    if Path(model).is_file():
        return [Path(model)]
    folder = find_model(model)
    found = student.variants_in(folder)
    if not found:
        raise FileNotFoundError(
            f"{folder} must hold VARIANT/{student.FILE}, one of {student.PREFERRED}; "
            "`tfgan-compress export` writes them."
        )
    return found


def _page():
    files = {path.relative_to(STATIC): path for path in STATIC.rglob("*") if path.is_file()}
    return {
        **{f"/{name.as_posix()}": path for name, path in files.items()},
        "/": STATIC / "index.html",
        # The report's colours and type.
        "/base.css": PACKAGE / "report" / "style.css",
        "/NOTICE.md": PACKAGE / "page" / "NOTICE.md",
    }


def _models(paths):
    routes, listed = {}, []
    for number, path in enumerate(paths):
        contract = student.read_student(path)
        folder = f"/models/{number}"
        routes[f"{folder}/model.tflite"] = path
        routes[f"{folder}/{tflite.CONTRACT}"] = path.parent / tflite.CONTRACT
        listed.append(
            {"name": contract["name"], "variant": contract["variant"], "bytes": contract["bytes"],
             "folder": folder}
        )  # fmt: skip
    hashes = {}
    for name in DETECTORS:
        path = PACKAGE / "frontalize" / "models" / f"{name}.tflite"
        routes[f"/detectors/{name}.tflite"] = path
        hashes[name] = tflite.sha256(path.read_bytes())
    listing = {"version": __version__, "students": listed, "detectors": hashes}
    return {**routes, "/models.json": json.dumps(listing).encode()}
