"""A search space, a counter and a score that cost nothing; as a script, a worker that may die."""

import json
import os
import signal
import sys

from tfgan_compress.channels import SearchSpace
from tfgan_compress.search.study import search

SPACE = SearchSpace(
    {"a": (1, 2, 3, 4), "b": (1, 2, 3, 4), "c": (1, 2, 3, 4), "none": (0,)},
    {"a1": "a", "a2": "a", "b": "b", "c": "c", "noise": "none"},
)


class Counter:
    """Counts as a chain of convolutions would: widths multiplied in pairs."""

    def __call__(self, channels):
        c = channels
        return 100 * (c["a1"] * c["a2"] + c["a2"] * c["b"] + c["b"] * c["c"])

    def params(self, channels):
        return sum(channels.values())


def score(channels):
    return 3 * channels["a1"] + channels["b"] - 0.1 * channels["c"]


def main(storage, log, trials, die_after):
    """Searches and notes every scored candidate in `log`; kills itself after `die_after`."""
    scored = 0

    def noted(channels):
        nonlocal scored
        scored += 1
        if scored > die_after:
            os.kill(os.getpid(), signal.SIGKILL)
        with open(log, "a") as file:
            file.write(json.dumps(channels) + "\n")
        return score(channels)

    search(SPACE, noted, Counter(), macs=2500, trials=trials, storage=storage, progress=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
