"""Search spaces over a generator's channel groups: which widths, and which groups share a knob.

Without ties TP-GAN has over a hundred groups. A search of a few hundred candidates does better
with a few dozen knobs, so groups of one kind and one width move together.
"""

import fnmatch

import numpy as np

from tfgan_compress.channels import SearchSpace, widths_up_to

_PARTS = ("left_eye", "right_eye", "nose", "mouth")
_DEPTHS = {
    "local1": ("down1", "down1_inner", "up1", "part_inner"),
    "local2": ("down2", "down2_inner", "up2", "merge2", "merge2_inner"),
    "local3": ("down3", "down3_inner", "up3", "merge3", "merge3_inner"),
    "local4": ("down4", "down4_inner?"),
}
TPGAN_TIES = {
    # The four patch networks, one knob per depth of their U-Nets.
    **{knob: [f"{p}_{name}" for p in _PARTS for name in names] for knob, names in _DEPTHS.items()},
    # Each encoder stage with the residual blocks on it.
    **{f"conv{i}": (f"conv{i}", f"conv{i}_inner*") for i in (0, 1, 2, 4)},
    "conv3": ("conv3", "conv3_inner", "sel16_inner"),
    "paint1": ("paint1", "paint1_inner"),
    # Blocks of one residual chain.
    **{f"dec{size}_inner": (f"dec{size}_inner*",) for size in (8, 16, 32, 64)},
}
"""`{knob: patterns of group names}` for TP-GAN; every other group has a knob of its own."""

TPGAN_FIXED = {"noise": 0}
"""Noise is for teachers: a student answers the same each time."""


def search_space(largest, *, tied=TPGAN_TIES, fixed=TPGAN_FIXED, step=8, smallest=0.25, most=8):
    """Returns the `SearchSpace` up to the widths `largest`.

    Args:
        largest: `{group: width}` of the supernet; groups of width 0 are left as they are.
        tied: `{knob: patterns}` of groups that share a knob, in the manner of `fnmatch`. Groups
            of different widths get a knob each all the same.
        fixed: `{group: width}` of groups that are not searched.
        step: Widths are multiples of it; of powers of two below it where a group is narrow.
        smallest: The narrowest width, as a share of the largest.
        most: At most so many widths per knob, spread evenly.
    """
    if not 0 < smallest <= 1 or most < 2:
        raise ValueError(
            f"smallest must be in (0, 1] and most at least 2. Received: {smallest}, {most}."
        )
    knobs, choices, width_of = {}, {}, {}
    for group, width in largest.items():
        if group in fixed or not width:
            knobs[group], choices[group] = group, (fixed.get(group, 0),)
            continue
        knob = _knob(group, tied)
        if width_of.setdefault(knob, width) != width:
            knob = f"{knob}_{width}"
        knobs[group] = knob
        choices[knob] = _thinned(widths_up_to(width, step=step, smallest=width * smallest), most)
    return SearchSpace(choices, knobs)


def uniform_setting(space, fits):
    """Returns the setting that narrows all knobs by one share, as wide as `fits(channels)` allows.

    It is the baseline that a search has to beat. What the budget then leaves is spent in single
    steps, on the relatively narrowest knob first. None where not even the narrowest fits.
    """
    settings = (_shared(space, share) for share in np.linspace(1, 0, 201))
    setting = next((s for s in settings if fits(space.channels(s))), None)
    if setting is None:
        return None
    open_knobs = set(space.choices)
    while open_knobs:
        shares = {k: setting[k] / max(space.choices[k][-1], 1) for k in sorted(open_knobs)}
        knob = min(shares, key=lambda k: shares[k])
        wider = [w for w in space.choices[knob] if w > setting[knob]]
        if wider and fits(space.channels(setting | {knob: wider[0]})):
            setting[knob] = wider[0]
        else:
            open_knobs.remove(knob)
    return setting


def _shared(space, share):
    return {
        knob: max(w for w in widths if w <= max(share * widths[-1], widths[0]))
        for knob, widths in space.choices.items()
    }


def _knob(group, tied):
    for knob, patterns in tied.items():
        if any(fnmatch.fnmatchcase(group, pattern) for pattern in patterns):
            return knob
    return group


def _thinned(widths, most):
    if len(widths) <= most:
        return widths
    kept = np.linspace(0, len(widths) - 1, most).round().astype(int)
    return tuple(widths[i] for i in kept)
