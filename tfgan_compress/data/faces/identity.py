"""Who a synthetic person is: a seed drawn into ancestry, sex, age, features, skin, hair and eyes.

The ranges are set by eye, for variety within what is plausible; they are no statement about any
population.
"""

from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces.head import feature_pairs, load_head

AGE_RANGE = (1.0, 90.0)
SHAVEN, CROPPED, FULL, CURLY, BOB, LONG, SWEPT, TIED = range(8)
"""Hair styles; `SWEPT` is long and behind the ears."""
HAIR_COLOURS = np.array(
    [(0.018, 0.014, 0.012), (0.05, 0.028, 0.016), (0.12, 0.065, 0.03), (0.34, 0.2, 0.085),
     (0.2, 0.07, 0.025)], np.float32,
)  # fmt: skip
IRIS_COLOURS = np.array(
    [(0.06, 0.03, 0.015), (0.1, 0.055, 0.02), (0.13, 0.14, 0.07), (0.12, 0.2, 0.3),
     (0.2, 0.24, 0.25)], np.float32,
)  # fmt: skip

FEATURE_SPREAD = {
    "eyebrows": (0.22, 0.45), "mouth": (0.24, 0.5), "eyes": (0.36, 0.75), "nose": (0.3, 0.65),
    "ears": (0.3, 0.7), "neck": (0.15, 0.3), "head": (0.24, 0.5), "chin": (0.32, 0.65),
    "forehead": (0.3, 0.6), "cheek": (0.32, 0.65),
}  # fmt: skip
"""Standard deviation and largest size of the feature weights, by family of morphs.

The families that carry expression (brows, mouth) are held tighter than the bones: at full range
they look like a grimace, not like a person.
"""

# These move the head as a whole, or age it, which is for `age` to do.
SKIPPED_FEATURES = frozenset(
    "head/head-trans-up head/head-trans-forward head/head-trans-out head/head-age-incr "
    "head/head-angle-out neck/neck-trans-out eyes/*-eye-epicanthus-out nose/nose-septumangle-incr "
    "mouth/mouth-philtrum-volume-incr nose/nose-compression-uncompress".split()
)


@dataclass(frozen=True)
class Brows:
    """Eyebrows: sizes relative to the average, offsets in decimetres, density in 0..1."""

    thickness: float
    arch: float
    height: float
    tilt: float
    density: float
    gap: float


@dataclass(frozen=True)
class Hair:
    """Head and facial hair. `recession`, `fringe` and `hairline` in decimetres."""

    style: int
    colour: tuple
    volume: float
    locks: float
    hairline: float
    recession: float
    parting: float
    fringe: float
    greying: float
    stubble: float
    beard: int


@dataclass(frozen=True)
class Skin:
    """Skin and lips. `melanin` in 0..1; the rest are strengths around 0 or 1."""

    melanin: float
    redness: float
    freckles: float
    gloss: float
    under_eye: float
    lip_darkness: float
    lip_red: float
    moles: tuple


@dataclass(frozen=True)
class Identity:
    """One synthetic person; `render` draws the same one each time.

    Attributes:
        seed: Names the person; also seeds the skin's texture.
        age: Years.
        male: 1.0 or 0.0.
        ancestry: Weights of the three base faces, summing to 1.
        weight: Thin to heavy, -1..1.
        features: `((morph pair, weight in -1..1), ...)`.
        asymmetry: `((morph, weight), ...)`.
        iris: Linear RGB.
        lashes: Darkness of the eyelashes.
        glasses: `None`, or the frame's (shape, size, thickness, red, green, blue).
        clothes: Linear RGB.
    """

    seed: int
    age: float
    male: float
    ancestry: tuple
    weight: float
    features: tuple
    asymmetry: tuple
    skin: Skin
    hair: Hair
    brows: Brows
    iris: tuple
    lashes: float
    glasses: tuple | None
    clothes: tuple


def sample_identity(seed, *, age=None, sex=None):
    """Draws the person named by `seed`.

    Args:
        seed: Any non-negative integer.
        age: Years in 1..90; drawn from 18..65 if left out. The rest of the person is unchanged.
        sex: `"male"` or `"female"`; drawn if left out.

    Raises:
        ValueError: If `age` or `sex` is out of range.
    """
    if age is not None and not AGE_RANGE[0] <= age <= AGE_RANGE[1]:
        raise ValueError(f"age must lie in {AGE_RANGE[0]:g}..{AGE_RANGE[1]:g}. Received: {age}.")
    if sex not in (None, "male", "female"):
        raise ValueError(f"sex must be 'male', 'female' or None. Received: {sex!r}.")
    rng = np.random.default_rng([int(seed), 77])
    male, drawn_age = float(rng.random() < 0.5), float(rng.uniform(18, 65))
    male = male if sex is None else float(sex == "male")
    # One stream a part: a longer list in one leaves the others as they were.
    rngs = iter(rng.spawn(8))
    ancestry = next(rngs).dirichlet([0.45, 0.45, 0.6])
    features, asymmetry = _features(next(rngs))
    rng = next(rngs)
    return Identity(
        seed=int(seed),
        age=drawn_age if age is None else float(age),
        male=male,
        ancestry=tuple(float(v) for v in ancestry),
        weight=float(np.clip(rng.normal(0, 0.45), -1, 1)),
        features=features,
        asymmetry=asymmetry,
        skin=_skin(next(rngs), male, ancestry),
        hair=_hair(next(rngs), male, ancestry),
        brows=_brows(next(rngs), male),
        iris=_pick(
            rng, IRIS_COLOURS, (0.7, 0.28, 0.02, 0, 0), (0.2, 0.25, 0.2, 0.25, 0.1), ancestry
        ),
        lashes=float(rng.uniform(0.3, 0.55) if male else rng.uniform(0.7, 1.15)),
        glasses=_glasses(next(rngs)),
        clothes=tuple(float(v) for v in rng.uniform(0.02, 0.5, 3) * rng.uniform(0.3, 1)),
    )


def _features(rng):
    features = []
    for key in feature_pairs():
        spread, limit = FEATURE_SPREAD.get(key.split("/")[0], (0.4, 0.8))
        weight = float(np.clip(rng.normal(0, spread), -limit, limit))
        if key not in SKIPPED_FEATURES:
            features.append((key, weight))
    names = [name for name in load_head().index if name.startswith("asym/")]
    asymmetry = [(n, float(min(abs(rng.normal(0, 0.2)), 0.4))) for n in names if rng.random() < 0.3]
    return tuple(features), tuple(asymmetry)


def _skin(rng, male, ancestry):
    melanin = float(np.clip(ancestry @ (0.82, 0.36, 0.2) + rng.normal(0, 0.09), 0.03, 0.97))
    moles = tuple(
        (
            float(rng.uniform(-0.42, 0.42)),
            float(rng.uniform(6.35, 7.9)),
            float(rng.uniform(0.008, 0.018)),
        )
        for _ in range(int(rng.poisson(1.0)))
    )
    return Skin(
        melanin=melanin,
        redness=float(rng.normal(0, 1)),
        freckles=float(max(0, rng.normal(-0.3, 0.5))) * (melanin < 0.35),
        gloss=float(rng.uniform(0.6, 1.3)),
        under_eye=float(rng.uniform(0, 1)),
        lip_darkness=float(rng.uniform(0, 1)),
        lip_red=float(rng.uniform(-0.4, 0.3) if male else rng.uniform(0.1, 1.5)),
        moles=moles,
    )


def _hair(rng, male, ancestry):
    curly = 0.2 * ancestry[0]
    men = np.array((0.09, 0.42, 0.38, curly, 0.02, 0.03, 0.03, 0.03))
    women = np.array((0.01, 0.04, 0.09, curly, 0.2, 0.28, 0.2, 0.18))
    styles = men if male else women
    beards = (0.62, 0.12, 0.1, 0.1, 0.06)
    return Hair(
        style=int(rng.choice(8, p=styles / styles.sum())),
        colour=_pick(
            rng, HAIR_COLOURS, (0.75, 0.2, 0.05, 0, 0), (0.15, 0.3, 0.27, 0.2, 0.08), ancestry
        ),
        volume=float(rng.uniform(0.6, 1.4)),
        locks=float(rng.uniform(0.2, 1)),
        hairline=float(rng.normal(-0.14, 0.08)),
        recession=float(max(0, rng.normal(0.25, 0.35) if male else rng.normal(0, 0.08))),
        parting=float(rng.uniform(-0.5, 0.5)),
        fringe=float(rng.uniform(0.1, 0.42)) * float(rng.random() < 0.3),
        greying=float(rng.uniform(0.6, 1.3)),
        stubble=float(max(0, rng.normal(0.3, 0.35))) * male,
        beard=int(rng.choice(5, p=beards)) if male else 0,
    )


def _brows(rng, male):
    return Brows(
        thickness=float(rng.uniform(0.75, 1.3)) * (1.0 if male else 0.75),
        arch=float(rng.uniform(0.3, 0.9) if male else rng.uniform(0.6, 1.3)),
        height=float(rng.normal(-0.012 if male else 0.01, 0.014)),
        tilt=float(rng.normal(0, 0.02)),
        density=float(rng.uniform(0.6, 0.95)),
        gap=float(rng.normal(0.01 if male else 0.02, 0.016)),
    )


def _glasses(rng):
    shape, size, thickness = rng.uniform(0, 1), rng.uniform(0.9, 1.15), rng.uniform(0.009, 0.022)
    shade = rng.uniform(0.01, 0.12) * rng.uniform(0.4, 1, 3)
    frame = (shape, size, thickness, *shade)
    return tuple(float(v) for v in frame) if rng.random() < 0.18 else None


def _pick(rng, colours, dark, light, ancestry):
    """Draws a colour: from the `dark` odds for mostly dark-haired ancestry, else from `light`."""
    odds = dark if ancestry[0] + ancestry[1] > 0.58 else light
    return tuple(float(v) for v in colours[rng.choice(len(colours), p=odds)])
