"""Small trees of synthetic faces under the names of sets that cannot be shipped."""

import functools

import numpy as np
from PIL import Image

from tfgan_compress.data import caspeal, multipie
from tfgan_compress.data.faces import View, render, sample_identity

SIDE = 48
PEOPLE = {"001": 11, "002": 12, "250": 13, "346": 14}
"""`{id: seed}`; ids have gaps, as Multi-PIE's have."""
LIGHTS = (0, 7, 19)
POSES = {"000007": caspeal.GRIDS[0], "000012": caspeal.GRIDS[1], "001032": caspeal.GRIDS[0]}


@functools.cache
def faces(seed, cells):
    """`{cell: (image, landmarks)}` of one person for `(pitch, yaw)` cells."""
    views = [View(pitch=float(pitch), yaw=float(yaw)) for pitch, yaw in cells]
    rows = render(sample_identity(seed), views, image_size=SIDE)
    found = {}
    for cell, row in zip(cells, rows, strict=True):
        found[cell] = (np.array(row["image"]), np.array(row["landmarks"]))
    return found


def lay_multipie(root, *, moments=((1, 1),), people=PEOPLE, lights=LIGHTS, landmarks=True):
    """Writes people before all 15 cameras; `landmarks.csv` holds for all lights of a camera."""
    lines = ["name,landmarks"]
    cells = tuple((0, yaw) for yaw in multipie.CAMERAS.values())
    for person, seed in people.items():
        shown = faces(seed, cells)
        for session, recording in moments:
            for camera, yaw in {**multipie.CAMERAS, "08_1": -45.0, "19_1": 45.0}.items():
                image, points = shown[0, yaw]
                for light in lights:
                    path = shot(root, person, session, recording, camera, light)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(lit(image, light, session)).save(path)
                lines.append(f"{path.stem[:-3]},{' '.join(map(str, points.ravel().tolist()))}")
    if landmarks:
        (root / multipie.LANDMARK_FILE).write_text("\n".join(lines) + "\n")
    return root


def lit(image, light, session=1):
    """Tells lights and sessions apart by their brightness."""
    return (image * (0.6 + 0.02 * light) - session).clip(0, 255).astype(np.uint8)


def shot(root, person, session, recording, camera, light):
    name = f"{person}_{session:02d}_{recording:02d}_{camera.replace('_', '')}_{light:02d}.png"
    folder = root / f"session{session:02d}" / "multiview" / person / f"{recording:02d}" / camera
    return folder / name


def lay_caspeal(root, *, people=POSES):
    """Writes 21 gray poses a person with their eyes; one name has a D where R0 or R1 should be."""
    for seed, (person, yaws) in enumerate(people.items()):
        folder = root / "POSE" / person
        folder.mkdir(parents=True)
        lines = []
        sides = sorted({side * yaw for yaw in yaws for side in (-1, 1)})
        cells = tuple((pitch, yaw) for pitch in caspeal.PITCHES.values() for yaw in sides)
        for (pitch, yaw), (image, points) in faces(20 + seed, cells).items():
            privacy = "D0" if (person, pitch, yaw) == ("001032", 0.0, -45) else "R1"
            path = folder / f"{pose_name(person, pitch, yaw, privacy)}.tif"
            Image.fromarray(image).convert("L").save(path)
            eyes = " ".join(f"{value:.0f}" for value in points[:2].ravel())
            lines.append(f"{path.stem}\t {eyes}")
        (folder / caspeal.EYES).write_text("\r\n".join(lines) + "\r\n")
    return root


def pose_name(person, pitch, yaw, privacy="R1"):
    letter = {value: name for name, value in caspeal.PITCHES.items()}[pitch]
    return f"MY_{person}_IEU+00_P{letter}{yaw:+03d}_EN_A0_D0_T0_BB_M0_{privacy}_S0"
