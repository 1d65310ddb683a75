"""How many channels each group of a generator has, and which numbers a search may try.

A *channel group* is a set of tensors that must keep the same channels: everything between two
convolutions, across the additions of residual blocks. `Channels` is a plain `dict[str, int]` from
group to width. A *knob* of a `SearchSpace` sets one or several groups at once (the four patch
networks of TP-GAN, say).
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

Channels = dict[str, int]


def leading_mask(width, keep):
    """Returns a float32 `(width,)` mask whose first `keep` entries are 1."""
    return (np.arange(width) < keep).astype("float32")


def leading_masks(full, channels):
    """Returns `{group: mask}` over the widths `full` that keeps the leading `channels`."""
    return {group: leading_mask(width, channels[group]) for group, width in full.items()}


def check_channels(channels, expected, *, network, optional=()):
    """Raises ValueError unless `channels` has the groups `expected`, each at least 1 wide.

    Args:
        channels: `{group: width}`.
        expected: Groups of the network.
        network: Its name, for the message.
        optional: Groups that may have width 0.
    """
    missing, unknown = set(expected) - set(channels), set(channels) - set(expected)
    if missing or unknown:
        raise ValueError(
            f"channels must name every group of {network} and no other. Missing: "
            f"{sorted(missing)}; unknown: {sorted(unknown)}."
        )
    for group, width in channels.items():
        if width < (group not in optional):
            raise ValueError(f"channels['{group}'] must be at least 1. Received: {width}.")


def without(channels, dropped):
    """Returns `channels` with width 0 for each group of `dropped`.

    Raises:
        ValueError: If one is no group of `channels`.
    """
    unknown = sorted(set(dropped) - set(channels))
    if unknown:
        raise ValueError(
            f"dropped must name groups of the generator. Received: {unknown}; its groups: "
            f"{sorted(channels)}."
        )
    return {group: 0 if group in dropped else width for group, width in channels.items()}


@dataclasses.dataclass(frozen=True)
class SearchSpace:
    """The widths that sampling and search may give to each group.

    Args:
        choices: `{knob: widths}`, each ascending.
        knobs: `{group: knob}` for every group of the generator.
    """

    choices: Mapping[str, tuple[int, ...]]
    knobs: Mapping[str, str]

    def __post_init__(self):
        unknown = sorted(set(self.knobs.values()) - set(self.choices))
        if unknown:
            raise ValueError(f"Every knob needs its choices. Received none for: {unknown}.")
        for knob, widths in self.choices.items():
            if not widths or list(widths) != sorted(set(widths)):
                raise ValueError(
                    f"choices['{knob}'] must be ascending widths, each once. Received: {widths}."
                )

    @property
    def size(self):
        """Number of configurations."""
        return math.prod(len(widths) for widths in self.choices.values())

    def channels(self, setting):
        """Returns the `Channels` of `setting`, a width for every knob."""
        for knob, widths in self.choices.items():
            if setting.get(knob) not in widths:
                raise ValueError(
                    f"setting['{knob}'] must be one of {widths}. Received: {setting.get(knob)}."
                )
        return {group: setting[knob] for group, knob in self.knobs.items()}

    def largest(self):
        """Returns the widest `Channels`."""
        return self.channels({knob: widths[-1] for knob, widths in self.choices.items()})

    def smallest(self):
        """Returns the narrowest `Channels`."""
        return self.channels({knob: widths[0] for knob, widths in self.choices.items()})

    def sample(self, generator):
        """Returns uniformly drawn `Channels`; `generator` is a `numpy.random.Generator`."""
        return self.channels(
            {knob: int(generator.choice(widths)) for knob, widths in self.choices.items()}
        )


def widths_up_to(width, *, step=8, smallest=None):
    """Returns the multiples of `step` up to `width`, finer where `width` holds fewer than three.

    Multiples of 8 suit SIMD units (Li et al. 2020, 3.2); a group of 16 has only two of them, so
    the step is halved until three fit, down to 1.
    """
    while step > 1 and width // step < 3:
        step //= 2
    widths = {*range(step, width + 1, step), width}
    return tuple(sorted(w for w in widths if w >= (smallest or 1)))
