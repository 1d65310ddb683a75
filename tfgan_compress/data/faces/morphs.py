"""From a person to the weights of the head's morphs: ancestry, sex, age, weight, features."""

from tfgan_compress.data.faces.head import feature_pairs, load_head

ANCESTRIES = ("african", "asian", "caucasian")

PROPORTIONS = {
    "male": {
        "nose/nose-scale-vert-incr": -0.4, "nose/nose-scale-depth-incr": -0.15,
        "nose/nose-trans-up": 0.31,
        "nose/nose-width3-incr": -0.56, "mouth/mouth-trans-up": 0.6,
        "mouth/mouth-scale-horiz-incr": 0.1, "mouth/mouth-scale-vert-incr": -0.4,
        "mouth/mouth-upperlip-height-incr": 0.25, "mouth/mouth-lowerlip-height-incr": -0.25,
        "eyes/*-eye-trans-out": 0.1, "eyes/*-eye-scale-incr": -0.4, "eyes/*-eye-trans-up": -0.1,
        "chin/chin-width-incr": 0.18, "chin/chin-prominent-incr": 0.22,
        "cheek/*-cheek-volume-incr": 0.35, "mouth/mouth-angles-up": 0.15, "nose/nose-base-up": 0.24,
    },
    "female": {
        "nose/nose-scale-vert-incr": -0.2, "nose/nose-scale-depth-incr": -0.35,
        "nose/nose-width3-incr": -0.75,
        "mouth/mouth-trans-up": -0.22, "mouth/mouth-scale-horiz-incr": 0.26,
        "mouth/mouth-scale-vert-incr": -0.4, "mouth/mouth-lowerlip-height-incr": -0.1,
        "eyes/*-eye-trans-out": 0.35, "eyes/*-eye-scale-incr": 0.1,
        "eyes/*-eye-height2-incr": 0.25, "chin/chin-height-incr": 0.2,
        "chin/chin-bones-incr": -0.35, "chin/chin-width-incr": -0.3,
        "cheek/*-cheek-volume-incr": 0.3, "nose/nose-base-up": 0.1, "nose/nose-volume-incr": -0.3,
        "mouth/mouth-angles-up": 0.15, "head/head-fat-incr": -0.6,
        "head/head-invertedtriangular": 0.7, "head/head-diamond": 0.4,
        "head/head-scale-horiz-incr": 0.15, "eyebrows/eyebrows-trans-up": 0.3,
        "forehead/forehead-nubian-incr": 0.2, "neck/neck-scale-horiz-incr": -0.4,
    },
}  # fmt: skip
"""Shifts that bring the mean adult face to the mean proportions of photographed men and women.

Fitted to the frontal landmarks of 51 people (Face Research Lab London Set): eye, nose, mouth and
chin heights and widths, the outline of the jaw. The base faces have the nose too long, the mouth
too near it, and women's jaws nearly as wide as men's.
"""


def age_weights(age):
    """Weights of the four ages of the base faces, summing to 1, at `age` years."""
    position = (age - 1) / 48 if age < 25 else 0.5 + (age - 25) / 130
    position = min(max(position, 0), 1)
    if position < 0.5:
        baby, young = max(0, 1 - position * 16 / 3), max(0, (position - 0.1875) * 3.2)
        child = max(0, min(1, position * 16 / 3) - young)
        return {"baby": baby, "child": child, "young": young, "old": 0}
    old = max(0, 2 * position - 1)
    return {"baby": 0, "child": 0, "young": 1 - old, "old": old}


def morph_weights(identity, expression=()):
    """Returns `{morph: weight}` for a person, neutral unless `expression` says otherwise.

    Raises:
        ValueError: If an expression has no morph of its name.
    """
    known, ages = load_head().index, age_weights(identity.age)
    wrong = [name for name, _ in expression if f"E/{name}" not in known]
    if wrong:
        names = ", ".join(sorted(n[2:] for n in known if n.startswith("E/")))
        raise ValueError(f"An expression's names must be among {names}. Received: {wrong[0]!r}.")
    weights = {}
    for source in (
        _base(identity, ages),
        _features(identity, ages),
        identity.asymmetry,
        _ageing(ages),
        ((f"E/{name}", weight) for name, weight in expression),
    ):
        for name, weight in source:
            # The average build of some ages is the base mesh: there is no morph for it.
            if weight and name in known:
                weights[name] = weights.get(name, 0.0) + float(weight)
    return weights


def _base(identity, ages):
    heavy = identity.weight
    builds = {"min": max(0, -heavy), "average": 1 - abs(heavy), "max": max(0, heavy)}
    for sex, share in (("male", identity.male), ("female", 1 - identity.male)):
        for age, part in ages.items():
            for name, ancestry in zip(ANCESTRIES, identity.ancestry, strict=True):
                yield f"M/{name}-{sex}-{age}", ancestry * share * part
            for build, amount in builds.items():
                yield f"U/{sex}-{age}-{build}weight", amount * share * part


def _features(identity, ages):
    # Children's faces vary less than adults', and have proportions of their own.
    variation = 1 - 0.4 * ages["child"] - 0.75 * ages["baby"]
    grown = 1 - ages["child"] - ages["baby"]
    shifts = PROPORTIONS["male" if identity.male else "female"]
    drawn = dict(identity.features)
    for key, pairs in feature_pairs().items():
        weight = drawn.get(key, 0.0) * variation + shifts.get(key, 0.0) * grown
        for low, high in pairs:
            if low is None:
                # Head shapes have no opposite: either sign gives some of the shape.
                yield high, abs(weight) * 0.6 if key.startswith("head") else max(weight, 0)
            else:
                yield (high, weight) if weight > 0 else (low, -weight)


def _ageing(ages):
    old = ages["old"]
    return (
        ("head/head-age-incr", 0.9 * old),
        ("eyes/l-eye-bag-incr", 0.6 * old),
        ("eyes/r-eye-bag-incr", 0.6 * old),
        ("neck/neck-double-incr", 0.25 * old),
    )
