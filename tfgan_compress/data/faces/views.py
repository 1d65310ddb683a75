"""What to draw of a person: pose, light, expression, framing, camera; and preset lists of views."""

from dataclasses import dataclass, field, replace

import numpy as np

from tfgan_compress.data import frll
from tfgan_compress.data.faces.light import Light, multipie_lights

MULTIPIE_YAWS = tuple(range(-90, 91, 15))
EVALUATION_YAWS = (0, 15, 30, 45, 60, 75, 90)
EVALUATION_LIGHTS = (7, 4)
"""Of Multi-PIE's 20: the frontal flash and one 45 degrees to the side."""
EVALUATION_SEEDS = range(100_000, 100_050)
PLAIN_BACKGROUND = (0.2, 0.2, 0.2)
"""Linear RGB behind every target: easiest to learn."""
STUDIO = Light(
    sources=tuple((azimuth, 15, (0.42, 0.42, 0.42)) for azimuth in (-35, 35)),
    ambient=(0.36, 0.36, 0.36),
)
"""Soft light from both sides, as photographers of faces have it."""
PRESETS = ("multipie", "varied", "evaluation", "london")
PROFILE_YAWS = (65, 92)
"""What `profiles` are turned by: a little further than 90 degrees, lest that be the edge."""

EXPRESSIONS = {
    "smile": (("mouthSmileLeft", 0.8), ("mouthSmileRight", 0.8), ("cheekSquintLeft", 0.5),
              ("cheekSquintRight", 0.5)),
    "open": (("jawOpen", 0.5), ("mouthFunnel", 0.2)),
    "blink": (("eyeBlinkLeft", 1.0), ("eyeBlinkRight", 1.0)),
    "surprise": (("jawOpen", 0.35), ("eyeWideLeft", 0.8), ("eyeWideRight", 0.8),
                 ("browInnerUp", 0.7), ("browOuterUpLeft", 0.6), ("browOuterUpRight", 0.6)),
    "frown": (("mouthFrownLeft", 0.7), ("mouthFrownRight", 0.7), ("browDownLeft", 0.5),
              ("browDownRight", 0.5)),
    "squint": (("eyeSquintLeft", 0.9), ("eyeSquintRight", 0.9), ("browDownLeft", 0.4),
               ("browDownRight", 0.4)),
}  # fmt: skip
"""Named blends of the head's expression morphs."""


@dataclass(frozen=True)
class Crop:
    """How far the crop is off, as a landmark detector's would be: pixels at 128, scale, degrees."""

    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    roll: float = 0.0


@dataclass(frozen=True)
class Camera:
    """What the camera does to the picture. Sizes in pixels at 128; `seed` draws the noise.

    Attributes:
        exposure: Factor on the linear light.
        warmth: Colour cast, -1 (blue) to 1 (orange).
        noise: Standard deviation of the sensor noise, in 0..1.
        blur: Standard deviation of the Gaussian blur.
        jpeg: Quality 1..100, or 0 for none.
        gray: Whether the picture is gray.
    """

    exposure: float = 1.0
    warmth: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    jpeg: int = 0
    gray: bool = False
    seed: int = 0


@dataclass(frozen=True)
class View:
    """One picture of a person.

    Attributes:
        yaw, pitch, roll: Degrees. Positive yaw: the nose points to the right of the picture;
            positive pitch: down; positive roll: clockwise (alignment takes most of it out).
        light: A `Light`, or one of Multi-PIE's by number.
        light_id: What records call the light.
        expression: `((morph, weight), ...)`; see `EXPRESSIONS`.
        crop, camera: See there.
        background: Linear RGB, or a seed for a random one.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    light: Light | int = 7
    light_id: int = -1
    expression: tuple = ()
    crop: Crop = field(default_factory=Crop)
    camera: Camera = field(default_factory=Camera)
    background: tuple | int = PLAIN_BACKGROUND

    def lighting(self):
        """The view's `Light`."""
        return multipie_lights()[self.light] if isinstance(self.light, int) else self.light

    def target(self):
        """The frontal, neutral, clean view in the same light."""
        return View(light=self.light, light_id=self.light_id)


def preset_views(preset, seed, *, count=20, lights=5, profiles=0.0):
    """The views of one person.

    Args:
        preset: `"multipie"` (13 yaws x 20 lights), `"evaluation"` (7 yaws x 2 lights, clean),
            `"london"` (the poses of `data.frll.VIEWS`, in their order, in a studio) or `"varied"`
            (random; for training).
        seed: An integer, or several, that draw what is random.
        count: Number of `varied` views.
        lights: How many lights those share; each costs a target.
        profiles: Share of them that is turned by `PROFILE_YAWS`, in place of others.

    Raises:
        ValueError: If the preset is unknown, or `profiles` is no share.
    """
    check_profiles(profiles)
    if preset == "varied":
        rng = np.random.default_rng([*np.atleast_1d(seed), 78])
        return _varied(rng, count, min(lights, count), profiles)
    if preset == "london":
        return _london(np.random.default_rng([*np.atleast_1d(seed), 79]))
    grids = {
        "multipie": (MULTIPIE_YAWS, range(20)),
        "evaluation": (EVALUATION_YAWS, EVALUATION_LIGHTS),
    }
    if preset not in grids:
        raise ValueError(f"preset must be one of {PRESETS}. Received: {preset!r}.")
    yaws, numbers = grids[preset]
    return [View(yaw=float(y), light=n, light_id=n) for y in yaws for n in numbers]


def check_profiles(share):
    """Raises a ValueError unless `share` is one."""
    if not 0 <= share <= 1:
        raise ValueError(f"profiles must be a share, 0..1. Received: {share}.")


def _london(rng):
    """Neutral and smiling in five poses, before light gray."""
    strength, gray = rng.uniform(0.6, 1), float(rng.uniform(0.6, 0.75))
    smile = tuple((name, float(weight * strength)) for name, weight in EXPRESSIONS["smile"])
    return [
        View(
            yaw=yaw,
            light=STUDIO,
            expression=smile if name.startswith("smiling") else (),
            background=(gray, gray, gray),
        )
        for name, (_, yaw) in frll.VIEWS.items()
    ]


def _varied(rng, count, lights, profiles):
    pool = [_random_light(rng) for _ in range(lights)]
    return [_random_view(rng, pool[k % lights], k % lights, profiles) for k in range(count)]


def _random_view(rng, light, light_id, profiles):
    # Profiles are the hard part: three views in four are turned by 30 degrees or more.
    yaw = rng.uniform(30, 90) if rng.random() < 0.75 else rng.uniform(0, 30)
    if profiles and rng.random() < profiles:
        yaw = rng.uniform(*PROFILE_YAWS)
    expressive = rng.random() < 0.35
    return View(
        yaw=float(yaw * rng.choice((-1, 1))),
        pitch=float(np.clip(rng.normal(0, 6), -15, 15)),
        roll=float(rng.normal(0, 4)),
        light=light,
        light_id=light_id,
        expression=_random_expression(rng) if expressive else (),
        crop=Crop(
            *(float(v) for v in rng.normal(0, 1.5, 2)),
            scale=float(np.exp(rng.normal(0, 0.025))),
            roll=float(rng.normal(0, 2)),
        ),
        camera=_random_camera(rng),
        background=int(rng.integers(1, 2**31)),
    )


def _random_expression(rng):
    names = sorted(EXPRESSIONS)
    strength = rng.uniform(0.3, 1)
    blend = EXPRESSIONS[names[rng.integers(len(names))]]
    return tuple((name, float(weight * strength)) for name, weight in blend)


def _random_camera(rng):
    return Camera(
        exposure=float(np.exp(rng.normal(0, 0.2))),
        warmth=float(rng.normal(0, 0.3)),
        noise=float(rng.gamma(1.5, 0.008)) * float(rng.random() < 0.7),
        blur=float(rng.uniform(0.3, 1.3)) * float(rng.random() < 0.5),
        jpeg=int(rng.integers(30, 95)) if rng.random() < 0.5 else 0,
        gray=bool(rng.random() < 0.1),
        seed=int(rng.integers(2**31)),
    )


def _random_light(rng):
    """Half of the lights are Multi-PIE's, varied; half are a key light and a fill, as in rooms."""
    warmth = rng.normal(0, 0.08)
    tint = np.array((1 + warmth, 1, 1 - warmth))

    def colour(strength):
        return tuple(float(v) for v in tint * strength)

    if rng.random() < 0.5:
        known = multipie_lights()[rng.integers(20)]
        (azimuth, elevation, _), power = known.sources[0], rng.uniform(0.6, 1.0)
        return Light(((azimuth, elevation, colour(power)),), colour(rng.uniform(0.15, 0.5)))
    key = (float(rng.uniform(-75, 75)), float(rng.uniform(-5, 60)), colour(rng.uniform(0.4, 0.9)))
    fill = (float(-key[0] + rng.normal(0, 20)), 20.0, colour(rng.uniform(0.05, 0.35)))
    return Light((key, fill), colour(rng.uniform(0.2, 0.5)))


def without_camera(view):
    """The same view with an exact crop, a perfect camera and a plain background."""
    return replace(view, crop=Crop(), camera=Camera(), background=PLAIN_BACKGROUND)
