"""The material of the head's surface: skin, lips, brows, lashes, beard, scalp hair, clothes.

Everything is a formula over rest points (decimetres), so one set of numbers serves every view.
Colours are linear RGB.
"""

from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces import wrinkles
from tfgan_compress.data.faces.hair import hair_mask
from tfgan_compress.data.faces.head import MASKS
from tfgan_compress.data.faces.identity import SHAVEN
from tfgan_compress.data.faces.morphs import age_weights
from tfgan_compress.data.faces.noise import fractal_noise, noise, smoothstep

SKIN_TONES = np.array(
    [(0.78, 0.56, 0.46), (0.66, 0.42, 0.31), (0.46, 0.26, 0.17), (0.24, 0.125, 0.08),
     (0.1, 0.055, 0.04)]
)  # fmt: skip
"""By melanin 0, 0.25, .. 1."""
MOUTH_SEAM = ((0, 0.13, 0.25), (6.602, 6.604, 6.6))
"""Where the lips meet: x from the middle, and height."""
GREY_HAIR = np.array((0.3, 0.295, 0.285))


@dataclass
class Surface:
    """A material at n points, filled in layer by layer.

    Attributes:
        points: `(n, 3)` at rest, and `masks`: `{mask: (n,)}`.
        albedo: `(n, 3)` linear RGB; `specular`, `roughness`, `hair`, `height`: `(n,)`.
    """

    points: np.ndarray
    masks: dict
    albedo: np.ndarray
    specular: np.ndarray
    roughness: np.ndarray
    hair: np.ndarray
    height: np.ndarray

    def paint(self, amount, colour):
        """Mixes `colour: (3,) or (n, 3)` into the albedo by `amount: (n,)`."""
        self.albedo += amount[:, None] * (colour - self.albedo)

    def darken(self, amount, *channels):
        """Multiplies the albedo by `1 - amount * channels`, `amount: (n,)`."""
        self.albedo *= 1 - amount[:, None] * np.array(channels, np.float32)


def skin_tone(melanin, redness):
    """Linear RGB of the bare skin."""
    stops = np.linspace(0, 1, len(SKIN_TONES))
    tone = np.array([np.interp(melanin, stops, SKIN_TONES[:, k]) for k in range(3)])
    return tone * (1 + redness * np.array((0.03, -0.04, -0.03)))


def paint_surface(identity, points, masks):
    """Returns the `Surface` at rest `points: (n, 3)`, `masks: (n, len(MASKS))`."""
    n = len(points)
    surface = Surface(
        points=points,
        masks={name: masks[:, k] for k, name in enumerate(MASKS)},
        albedo=np.tile(skin_tone(identity.skin.melanin, identity.skin.redness), (n, 1)).astype(
            "f4"
        ),
        specular=np.full(n, 0.026 * identity.skin.gloss, np.float32),
        roughness=np.full(n, 0.5, np.float32),
        hair=np.zeros(n, np.float32),
        height=np.zeros(n, np.float32),
    )
    ages = age_weights(identity.age)
    young = ages["baby"] + ages["child"]
    _complexion(surface, identity, ages["old"], young)
    _spots(surface, identity, ages["old"])
    _lips(surface, identity, ages["old"], young)
    wrinkles.carve(surface, identity, ages["old"], young)
    colour = hair_colour(identity, points)
    _facial_hair(surface, identity, colour)
    _brows(surface, identity, colour, 0.35 * young + 0.2 * ages["old"])
    _lashes(surface, identity)
    _scalp(surface, identity, colour, ages["baby"])
    _mouth_and_clothes(surface, identity)
    np.clip(surface.albedo, 0.002, 0.95, out=surface.albedo)
    return surface


def hair_colour(identity, points):
    """Linear RGB of the hair at rest `points`, `(n, 3)`: greying comes in streaks."""
    age_grey = smoothstep(identity.age, 42, 88) * 1.2 * identity.hair.greying
    grey = min(float(age_grey), 1.0) * 0.92
    amount = np.zeros(len(points))
    if grey > 0.02:
        streaks = noise(points * (40, 8, 40), identity.seed + 21)
        amount = np.clip(grey + 0.25 * streaks, 0, 1)
    return np.array(identity.hair.colour) * (1 - amount[:, None]) + amount[:, None] * GREY_HAIR


def front_of(z):
    """1 on the face, 0 behind the cheeks."""
    return smoothstep(z, 0.7, 1.1)


def _complexion(surface, identity, old, young):
    points, seed, skin = surface.points, identity.seed, identity.skin
    x, y, z = points.T
    side, front = np.abs(x), front_of(z)
    red = np.exp(-(((side - 0.42) / 0.2) ** 2 + ((y - 6.95) / 0.2) ** 2)) * front * 0.8
    nose = np.exp(-((x / 0.15) ** 2 + ((y - 6.93) / 0.12) ** 2)) * smoothstep(z, 1.5, 1.75)
    red += 0.9 * nose + 0.6 * surface.masks["ears"] + 0.25 * fractal_noise(points * 2.2, seed + 1)
    red *= 1 + 0.1 * skin.redness
    surface.albedo *= np.exp(-np.array((0.02, 0.17, 0.15), np.float32) * red[:, None])
    blotches = 0.04 * fractal_noise(points * 9.0, seed + 2)
    if old > 0:
        blotches = blotches + 0.05 * old * fractal_noise(points * 14.0, seed + 9, octaves=2)
    surface.albedo *= 1 + blotches[:, None]
    eye = np.exp(-(((side - 0.3) / 0.16) ** 2 + ((y - 7.14) / 0.06) ** 2)) * front
    surface.darken(eye * (0.1 + 0.22 * skin.under_eye * (1 - young) + 0.1 * old), 0.6, 0.9, 0.8)
    surface.specular *= 1 - 0.3 * old
    surface.height += 0.0007 * noise(points * 30.0, seed + 51) * (1 - 0.6 * young) * (1 + old)


def _spots(surface, identity, old):
    points, seed = surface.points, identity.seed
    x, y, z = points.T
    front = front_of(z)
    if identity.skin.freckles > 0.05:
        area = np.exp(-(((np.abs(x) - 0.25) / 0.35) ** 2 + ((y - 7.0) / 0.25) ** 2)) * front
        spots = smoothstep(noise(points * 24.0, seed + 11), 0.35, 0.6) * area
        surface.darken(spots * identity.skin.freckles * min(1, identity.age / 8), 0.25, 0.4, 0.45)
    if old > 0:
        spots = smoothstep(noise(points * 7.0, seed + 12), 0.5, 0.75) * old * 0.35
        surface.darken(spots, 0.25, 0.35, 0.4)
        surface.albedo += 0.12 * old * (surface.albedo.mean(1, keepdims=True) - surface.albedo)
    count = round(len(identity.skin.moles) * min(1, identity.age / 20))
    for mole_x, mole_y, radius in identity.skin.moles[:count]:
        distance = np.hypot(x - mole_x, y - mole_y)
        surface.darken(smoothstep(distance, radius, radius * 0.6) * front, 0.6, 0.72, 0.75)


def _lips(surface, identity, old, young):
    skin, lips = identity.skin, surface.masks["lips"]
    colour = skin_tone(skin.melanin, 0) * (0.8, 0.52, 0.53) * (1 - 0.15 * skin.lip_darkness)
    red = skin.lip_red * (1 - 0.6 * young)
    colour = colour * (1 + np.array((0.05, -0.22, -0.16)) * red) * (1 - 0.15 * old) + 0.05 * old
    surface.paint(0.85 * lips, colour)
    surface.roughness -= 0.08 * lips
    x, y, z = surface.points.T
    side = np.abs(x)
    seam = np.interp(side, MOUTH_SEAM[0], MOUTH_SEAM[1])
    line = np.exp(-(((y - seam) / 0.011) ** 2)) * smoothstep(side, 0.275, 0.2) * front_of(z)
    surface.darken(0.75 * line, 0.8, 0.95, 0.95)
    nostrils = np.exp(-(((side - 0.075) / 0.034) ** 2 + ((y - 6.828) / 0.017) ** 2))
    surface.darken(0.8 * nostrils * smoothstep(z, 1.45, 1.55), 0.8, 0.9, 0.9)


def _facial_hair(surface, identity, colour):
    if not identity.male or identity.age < 14:
        return
    points, seed, hair = surface.points, identity.seed, identity.hair
    bare = 1 - surface.masks["lips"]
    areas = _beard_areas(points, seed)
    whole = np.maximum(areas["moustache"], areas["jaw"]) * bare
    shadow = hair.stubble * 0.38 * smoothstep(identity.age, 14, 20)
    shadow = shadow * whole * (0.75 + 0.35 * noise(points * 28.0, seed + 31))
    surface.paint(shadow, np.array(hair.colour) * 0.6 + 0.06)
    if not hair.beard:
        return
    goatee = np.maximum(areas["moustache"], areas["chin"]) * bare
    area = {1: whole, 2: areas["moustache"], 3: goatee, 4: areas["chin"]}[hair.beard]
    dense = 0.92 + 0.5 * noise(points * (30, 10, 30), seed + 33)
    beard = np.clip(area * smoothstep(identity.age, 18, 24) * dense, 0, 0.95)
    surface.paint(beard, colour * 1.1)
    surface.specular *= 1 - 0.6 * beard


def _beard_areas(points, seed):
    x, y, z = points.T
    side = np.abs(x)
    moustache = np.exp(-((np.clip(side - 0.22, 0, None) / 0.06) ** 2))
    moustache *= smoothstep(y, 6.69, 6.73) * smoothstep(y, 6.86, 6.82) * smoothstep(z, 1.2, 1.35)
    ragged = 0.05 * noise(points * 9.0, seed + 34)
    rise = 0.3 * smoothstep(side, 0.35, 0.8)
    jaw = smoothstep(y + ragged, 6.74 + rise, 6.56 + rise) * smoothstep(y, 5.95, 6.2)
    jaw *= smoothstep(z, 0.45, 0.65)
    jaw *= 1 - smoothstep(y, 6.42, 6.5) * np.exp(-((side / 0.2) ** 2)) * 0.6
    burns = smoothstep(side, 0.66, 0.74) * smoothstep(y, 7.3, 7.15) * smoothstep(y, 6.4, 6.6)
    burns *= smoothstep(z, 0.6, 0.7) * smoothstep(z, 0.98, 0.88)
    chin = np.exp(-((side / 0.25) ** 2)) * smoothstep(y, 6.46, 6.4) * smoothstep(y, 6.0, 6.1)
    chin *= smoothstep(z, 1.0, 1.2)
    return {"moustache": moustache, "jaw": np.maximum(jaw, burns), "chin": chin}


def _brows(surface, identity, colour, thinning):
    points, brows = surface.points, identity.brows
    x, y, z = points.T
    u = (np.abs(x) - (0.105 + brows.gap)) / 0.43
    along = np.clip(u, 0, 1)
    # Up to two fifths of the way, then down below the start.
    middle = 7.45 + brows.height + brows.tilt * u + brows.arch * (0.19 - 0.246 * along) * along
    half = 0.036 * brows.thickness * np.interp(along, (0, 0.35, 1), (0.75, 1, 0.35))
    hairs = np.stack([x * 26 + y * 34 * np.sign(x), y * 14, z * 10], 1)
    distance = np.abs(y - middle) / half + 0.35 * noise(hairs, identity.seed + 41)
    amount = smoothstep(distance, 1.15, 0.55) * smoothstep(u, -0.06, 0.08)
    amount *= smoothstep(u, 1.05, 0.8) * smoothstep(z, 0.95, 1.05)
    amount *= brows.density * (1 - thinning)
    surface.paint(amount, colour * 0.9 + 0.003)
    surface.specular *= 1 - 0.7 * amount


def _lashes(surface, identity):
    y = surface.points[:, 1]
    amount = surface.masks["eyelids"] * identity.lashes * 0.85
    amount = amount * (0.45 + 0.55 * smoothstep(y, 7.26, 7.31)) * smoothstep(identity.age, 0, 6)
    surface.paint(np.clip(amount, 0, 0.95), 0.03)


def _scalp(surface, identity, colour, baby):
    points, seed, hair = surface.points, identity.seed, identity.hair
    x, y, z = points.T
    strands = hair_strands(points, seed)
    cropped = hair.style == SHAVEN
    mask = hair_mask(identity, points, soft=0.09 if cropped else 0.045, ragged=0.022 * strands)
    mask = mask * (1 - surface.masks["ears"])
    if cropped:
        mask = mask * 0.8 * (0.8 + 0.2 * strands)
    crown = np.exp(-((x / 0.5) ** 2 + ((z - 0.15) / 0.55) ** 2)) * smoothstep(y, 7.9, 8.2)
    bald = identity.male * hair.recession * smoothstep(identity.age, 35, 75) * crown
    mask = np.clip(mask * (1 - 0.95 * bald) * (1 - 0.75 * baby), 0, 1).astype(np.float32)
    surface.paint(mask, colour * 1.4 * (1 + 0.3 * strands)[:, None])
    surface.hair = mask
    surface.height += mask * (0.006 * strands - surface.height)
    surface.specular += mask * (0.04 - surface.specular)
    surface.roughness += mask * (0.5 - surface.roughness)


def hair_strands(points, seed):
    """Fine vertical streaks in about [-1.6, 1.6], `(n,)`."""
    coarse = noise(points * (34, 7, 24), seed + 71)
    return coarse + 0.6 * noise(points * (70, 12, 50), seed + 72)


def _mouth_and_clothes(surface, identity):
    y, z = surface.points[:, 1], surface.points[:, 2]
    inside = (surface.masks["inside-mouth"] > 0.5) & (surface.masks["lips"] < 0.2) & (z < 1.42)
    surface.albedo[inside] *= (0.4, 0.15, 0.15)
    cloth = smoothstep(y, 5.62, 5.58)
    surface.paint(cloth, np.array(identity.clothes))
    surface.specular *= 1 - cloth
    surface.height *= 1 - cloth
