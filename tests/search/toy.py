"""A search space, a counter and a score that cost nothing; as a script, a worker that may die."""

import json
import os
import signal
import sys
import time
from pathlib import Path

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


def main(storage, log, trials, die_after, lines):
    """Searches and notes every scored candidate in `log`, a line each.

    Kills itself in the midst of the candidate after `die_after`: says so, and waits until `log`
    has `lines`.
    """
    Path(log).touch()
    scored = 0

    def noted(channels):
        nonlocal scored
        scored += 1
        if scored > die_after:
            print("dying", flush=True)
            while len(Path(log).read_text().splitlines()) < lines:
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        with open(log, "a") as file:
            file.write(json.dumps(channels) + "\n")
        return score(channels)

    search(SPACE, noted, Counter(), macs=2500, trials=trials, storage=storage, progress=False)


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
