"""CMU Multi-PIE: 337 people, four sessions, 13 cameras from profile to profile, 20 lights.

Gross et al. 2010, "Multi-PIE"; sold under licence by Carnegie Mellon University. The folder to name
is the one with `session01` to `session04` in it, of which this is read:

    session0X/multiview/SSS/RR/CC_C/SSS_SESSION_RR_CCC_LL.png

subject, recording, camera, light. A record's target is what camera 05_1 took of the same moment
under the same light. Two settings as in Huang et al. 2017 (TP-GAN): ids have gaps, so the split
goes by their order among those present. The gallery has one picture of each subject: frontal,
neutral, under the frontal light, from the first session. All else is a probe.

Of a camera's 20 pictures of one moment, taken within a second, the best lit one gives the landmarks
of all. Left out: the two elevated cameras, the other expressions, the high-resolution pictures.
"""

import collections
import dataclasses
import os
import re
from pathlib import Path

from tfgan_compress.data import aligned, points
from tfgan_compress.data.inventory import Inventory, folders, ranges, split_first

CAMERAS = {
    "24_0": 90.0, "01_0": 75.0, "20_0": 60.0, "19_0": 45.0, "04_1": 30.0, "05_0": 15.0,
    "05_1": 0.0,
    "14_0": -15.0, "13_0": -30.0, "08_0": -45.0, "09_0": -60.0, "12_0": -75.0, "11_0": -90.0,
}  # fmt: skip
"""`{folder: yaw}`; at 24_0 the right half of the face is seen and the nose points to the right."""
FRONTAL = "05_1"
ELEVATED = ("08_1", "19_1")
LIGHTS = tuple(range(20))
FRONTAL_LIGHT = 7
"""The flash beside the frontal camera; some published code takes 6."""
LANDMARK_FILE = "landmarks.csv"

_NAME = re.compile(r"(\d{3})_(\d{2})_(\d{2})_(\d{2})(\d)_(\d{2})\.png")


@dataclasses.dataclass(frozen=True)
class Setting:
    """A protocol: the `(session, recording)` pairs of neutral faces, and how many train of whom."""

    moments: tuple
    train: int
    people: int


SETTINGS = {
    1: Setting(((1, 1),), train=150, people=250),
    2: Setting(((1, 1), (2, 1), (3, 1), (4, 1), (4, 2)), train=200, people=337),
}


@dataclasses.dataclass(frozen=True, order=True)
class Moment:
    """One subject before all cameras, neutral."""

    person: str
    session: int
    recording: int

    def __str__(self):
        return f"subject {self.person}, session {self.session}, recording {self.recording}"


def scan_multipie(
    root, *, setting=2, frontal_light=FRONTAL_LIGHT, train_people=None, landmarks=None
):
    """Returns the `Inventory` of the set; its `load` gives the records, at 128 pixels 15 GB.

    Args:
        root: Folder with the sessions.
        setting: 1 (session 1) or 2 (all sessions).
        frontal_light: Number of the light of the gallery.
        train_people: How many people train, if not as many as published; for part of the set.
        landmarks: CSV file as `points.read_points` takes it; `landmarks.csv` in `root` if there is
            one. A name is a picture's without `.png`, or without its light too, for all 20.

    Raises:
        FileNotFoundError: If `root` does not hold the set.
        ValueError: If there is no such setting or light.
    """
    root = Path(root)
    if setting not in SETTINGS or frontal_light not in LIGHTS:
        raise ValueError(
            f"setting must be one of {sorted(SETTINGS)}, frontal_light one of 0..19. "
            f"Received: {setting}, {frontal_light}."
        )
    protocol = SETTINGS[setting]
    _check_root(root)
    shots, problems, left_out = _find_shots(root, protocol)
    known, wrong = _read_landmarks(root, landmarks)
    rows, missing = _rows(shots, known, frontal_light)
    people = {row["identity"] for row in rows}
    train, test, too_few = split_first(
        people, protocol.train if train_people is None else train_people
    )
    if len(people) != protocol.people:
        missing.insert(
            0, f"{len(people)} people; {protocol.people} are published, so the split is not theirs."
        )
    return Inventory(
        title=f"Multi-PIE, setting {setting}",
        where=str(root),
        rows=_with_gallery(rows, frontal_light),
        train=train,
        test=test,
        problems=(*problems, *wrong, *too_few),
        missing=(*_missing_sessions(root, protocol), *missing),
        notes=(*left_out, _landmark_note(rows)),
    )


def _check_root(root):
    if any((root / f"session0{n}" / "multiview").is_dir() for n in range(1, 5)):
        return
    inside = sorted(path.parent for path in root.glob("*/session01")) if root.is_dir() else []
    hint = f" Did you mean {inside[0]}?" if inside else ""
    raise FileNotFoundError(
        f"{root} must hold Multi-PIE: session01/multiview/001/01/05_1/001_01_01_051_07.png and so "
        f"on.{hint}"
    )


def _missing_sessions(root, protocol):
    sessions = sorted({session for session, _ in protocol.moments})
    return [
        f"session0{n}: no such folder" for n in sessions if not (root / f"session0{n}").is_dir()
    ]


def _find_shots(root, protocol):
    """Returns `({Moment: {(camera, light): path}}, problems, notes)` from the names alone."""
    shots, problems, elevated, others = {}, [], 0, 0
    wanted = {(session, f"{recording:02d}") for session, recording in protocol.moments}
    for session in sorted({session for session, _ in protocol.moments}):
        for folder in folders(root / f"session{session:02d}" / "multiview"):
            for recording in folders(folder.path):
                if (session, recording.name) not in wanted:
                    others += 1
                    continue
                moment = Moment(folder.name, session, int(recording.name))
                cameras = folders(recording.path)
                elevated += sum(camera.name in ELEVATED for camera in cameras)
                found = shots.setdefault(moment, {})
                for camera in cameras:
                    if camera.name in CAMERAS:
                        _read_camera(camera, moment, found, problems)
    notes = [
        f"left out: {elevated} folders of elevated cameras, {others} recordings that the setting "
        "does not use"
    ]
    return shots, problems, notes


def _read_camera(camera, moment, found, problems):
    """Adds a camera's pictures to `found`, and to `problems` what cannot be one."""
    for entry in os.scandir(camera.path):
        if not entry.name.endswith(".png"):
            continue
        parts = _NAME.fullmatch(entry.name)
        said = parts and (
            Moment(parts[1], int(parts[2]), int(parts[3])), f"{parts[4]}_{parts[5]}"
        )  # fmt: skip
        if said != (moment, camera.name) or int(parts[6]) not in LIGHTS:
            problems.append(f"{entry.path}: the name does not fit its folder.")
        elif not entry.stat().st_size:
            problems.append(f"{entry.path} is empty.")
        else:
            found[camera.name, int(parts[6])] = Path(entry.path)


def _rows(shots, known, frontal_light):
    """Returns `(rows, missing)`; a picture without its frontal one has no row."""
    rows, missing = [], []
    for moment in sorted(shots):
        found = shots[moment]
        missing += _missing_cells(moment, found)
        best = _best_lit(found, frontal_light)
        pictures = {cell: _picture(path, cell[0], best, known) for cell, path in found.items()}
        rows += [
            {
                "input": pictures[camera, light],
                "target": pictures[FRONTAL, light],
                "identity": moment.person,
                "yaw": CAMERAS[camera],
                "light": light,
                "name": found[camera, light].stem,
            }
            for camera, light in sorted(found)
            if (FRONTAL, light) in found
        ]
    return rows, missing


def _best_lit(found, frontal_light):
    """Returns `{camera: path}`: under the frontal light, or else one in the middle of the row."""
    lights = collections.defaultdict(list)
    for camera, light in sorted(found):
        lights[camera].append(light)
    return {
        camera: found[camera, frontal_light if frontal_light in own else own[len(own) // 2]]
        for camera, own in lights.items()
    }


def _picture(path, camera, best, known):
    given = known.get(path.stem, known.get(path.stem[:-3]))
    if given is not None:
        return aligned.Picture(path, given, CAMERAS[camera])
    return aligned.Picture(path, yaw=CAMERAS[camera], look_in=best[camera])


def _missing_cells(moment, found):
    by_light = collections.defaultdict(list)
    for camera in CAMERAS:
        absent = [light for light in LIGHTS if (camera, light) not in found]
        if absent:
            by_light[tuple(absent)].append(camera)
    for absent, cameras in by_light.items():
        lights = "all lights" if len(absent) == len(LIGHTS) else f"lights {ranges(absent)}"
        lost = "; its other pictures have no target there" if FRONTAL in cameras else ""
        which = "all cameras" if len(cameras) == len(CAMERAS) else ", ".join(cameras)
        yield f"{moment}: {which}: {lights}{lost}"


def _with_gallery(rows, frontal_light):
    """Marks the gallery picture of every subject."""
    best = {}
    for place, row in enumerate(rows):
        if row["yaw"] == 0:
            # Names sort by session, recording, light.
            order = (row["light"] != frontal_light, row["name"], place)
            best[row["identity"]] = min(best.get(row["identity"], order), order)
    chosen = {place for _, _, place in best.values()}
    return tuple({**row, "gallery": place in chosen} for place, row in enumerate(rows))


def _read_landmarks(root, path):
    if path is None and not (root / LANDMARK_FILE).is_file():
        return {}, []
    return points.read_points(path or root / LANDMARK_FILE)


def _landmark_note(rows):
    pictures = {row[name] for row in rows for name in ("input", "target")}
    given = sum(picture.landmarks is not None for picture in pictures)
    looks = {picture.look_in for picture in pictures if picture.landmarks is None}
    return f"landmarks: {given} pictures in the landmark file, {len(looks)} left for the detector"
