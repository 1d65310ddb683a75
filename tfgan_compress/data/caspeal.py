"""CAS-PEAL-R1: 1,040 Chinese people in 21 poses each, gray.

Gao et al. 2008, "The CAS-PEAL Large-Scale Chinese Face Database and Baseline Evaluations"; licensed
by the Chinese Academy of Sciences. The folder to name is the one with `POSE` in it, of which
`POSE/<id>/*.tif` are read and `FaceFP_2.txt` beside them, the eye centres marked by hand. A name
has twelve fields:

    FY_000001_IEU+00_PM+00_EN_A0_D0_T0_BB_M0_R1_S0.tif

The pose is the fourth: looking up, ahead or down (U, M, D), and yaw; the eleventh says whether the
picture may be published. It may if that is R1 and the id is below 100, as the licence has it;
records of all others are private, and no report shows them.

Most people have yaws 0, 15, 30, 45 to both sides, some 0, 22, 45, 67. A record's target is the
person's PM+00, which is also the gallery. The official training set has no poses: the split by the
order of the ids is the one of this package. Left out: the `FRONTAL` folders.
"""

import dataclasses
import os
import re
from pathlib import Path

from tfgan_compress.data import aligned
from tfgan_compress.data.inventory import Inventory, folders, split_first

PITCHES = {"U": -15.0, "M": 0.0, "D": 15.0}
"""Degrees as in Wei et al. 2021; people were asked to look up and down, so they are nominal."""
GRIDS = ((0, 15, 30, 45), (0, 22, 45, 67))
TRAIN, PEOPLE = 600, 1040
PUBLISHABLE_IDS = 100
EYES = "FaceFP_2.txt"

_NAME = re.compile(
    r"[FM][YMO]_(?P<id>\d{6})_I[EFL][UMD][+-]\d\d_P(?P<pitch>[UMD])(?P<yaw>[+-]\d\d)"
    # One file has a D where all others have R0 or R1.
    r"_E[NLFSCO]_A[0-6]_D[0-2]_T[0-2]_B[BRDYW]_M\d_(?P<privacy>[RD]\d)_S\d"
)


@dataclasses.dataclass(frozen=True)
class Shot:
    """What a name says."""

    person: str
    pitch: float
    yaw: float
    private: bool


def parse_name(stem):
    """Returns the `Shot` that a file name without `.tif` describes.

    Raises:
        ValueError: If it does not have the twelve fields.
    """
    fields = _NAME.fullmatch(stem)
    if fields is None:
        raise ValueError(
            "a name must have twelve fields, as in FY_000001_IEU+00_PM+00_EN_A0_D0_T0_BB_M0_R1_S0"
        )
    published = fields["privacy"] == "R1" and int(fields["id"]) < PUBLISHABLE_IDS
    return Shot(fields["id"], PITCHES[fields["pitch"]], float(fields["yaw"]), not published)


def scan_caspeal(root, *, train_people=TRAIN):
    """Returns the `Inventory` of the poses.

    Args:
        root: Folder that holds `POSE`.
        train_people: How many people train, the first in the order of their ids.

    Raises:
        FileNotFoundError: If `root` does not hold the set.
    """
    root = Path(root)
    people = folders(root / "POSE")
    if not people:
        raise FileNotFoundError(
            f"{root} must hold CAS-PEAL-R1: POSE/000001/FY_000001_IEU+00_PM+00_EN_A0_D0_T0_BB_M0_"
            f"R1_S0.tif and so on, with {EYES} beside the pictures."
        )
    rows, problems, missing, unmarked = [], [], [], 0
    for folder in people:
        shots, wrong = _find_shots(folder)
        eyes, unread = _read_eyes(folder)
        problems += [*wrong, *unread]
        missing += _missing_cells(folder.name, shots)
        unmarked += sum(path.stem not in eyes for path in shots)
        rows += _rows(shots, eyes)
    train, test, too_few = split_first([row["identity"] for row in rows], train_people)
    if len(train) + len(test) != PEOPLE:
        missing.insert(0, f"{len(train) + len(test)} people; the whole set has {PEOPLE:,}.")
    shown = sum(not row["private"] for row in rows)
    return Inventory(
        title="CAS-PEAL-R1, poses",
        where=str(root),
        rows=tuple(rows),
        train=train,
        test=test,
        problems=(*problems, *too_few),
        missing=tuple(missing),
        notes=(
            f"{unmarked} pictures without eyes in {EYES}, left for the detector",
            f"{shown} pictures may be published, {len(rows) - shown} are private",
        ),
    )


def _find_shots(folder):
    """Returns `({path: Shot}, problems)` of one person's folder, sorted."""
    shots, problems = {}, []
    for entry in sorted(os.scandir(folder.path), key=lambda entry: entry.name):
        path = Path(entry.path)
        if path.suffix != ".tif":
            continue
        try:
            shot = parse_name(path.stem)
        except ValueError as error:
            problems.append(f"{path}: {error}.")
            continue
        if shot.person != folder.name:
            problems.append(f"{path}: the name does not fit its folder.")
        elif not entry.stat().st_size:
            problems.append(f"{path} is empty.")
        else:
            shots[path] = shot
    return shots, problems


def _read_eyes(folder):
    """Returns `({stem: two eye centres}, problems)` of one `FaceFP_2.txt`."""
    path = Path(folder.path) / EYES
    if not path.is_file():
        return {}, []
    eyes, problems = {}, []
    for number, line in enumerate(
        path.read_text(encoding="ascii", errors="replace").splitlines(), start=1
    ):
        words = line.split()
        try:
            name, *values = words
            x1, y1, x2, y2 = map(float, values)
        except ValueError:
            if words:
                problems.append(f"{path}, line {number}: must be a name and x y of both eyes.")
            continue
        eyes[name] = ((x1, y1), (x2, y2))
    return eyes, problems


def _rows(shots, eyes):
    pictures = {
        path: aligned.Picture(path, yaw=shot.yaw, eyes=eyes.get(path.stem))
        for path, shot in shots.items()
    }
    fronts = [path for path, shot in shots.items() if (shot.pitch, shot.yaw) == (0, 0)]
    if not fronts:
        return []
    front = fronts[0]
    return [
        {
            "input": pictures[path],
            "target": pictures[front],
            "identity": shot.person,
            "yaw": shot.yaw,
            "pitch": shot.pitch,
            "name": path.stem,
            "private": shot.private or shots[front].private,
            "gallery": path == front,
        }
        for path, shot in shots.items()
    ]


def _missing_cells(person, shots):
    """What the nearer of the two grids has and this person has not."""
    found = {(shot.pitch, shot.yaw) for shot in shots.values()}
    grids = [
        {
            (pitch, float(side * yaw))
            for pitch in PITCHES.values()
            for yaw in yaws
            for side in (1, -1)
        }
        for yaws in GRIDS
    ]
    absent = min((grid - found for grid in grids), key=len)
    if not absent:
        return []
    letters = {pitch: letter for letter, pitch in PITCHES.items()}
    cells = ", ".join(f"P{letters[pitch]}{yaw:+03.0f}" for pitch, yaw in sorted(absent))
    lost = "; no target, left out" if (0.0, 0.0) in absent else ""
    return [f"{person}: {cells}{lost}"]
