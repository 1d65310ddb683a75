"""Two workers search in one PostgreSQL database; one is killed in the middle. Nothing may be lost.

    pip install -e '.[postgres]'
    apt install postgresql        # Debian's server; pg_virtualenv makes one to throw away
    pg_virtualenv -t python benchmarks/search_workers.py

Any other database: `--storage URL`. The study must end with exactly the candidates that were asked
for, none twice, the killed worker's last one among them. Takes half a minute; exits with 1 if not.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tfgan_compress.channels import SearchSpace
from tfgan_compress.search.study import search

WIDTHS = tuple(range(4, 36, 4))
SPACE = SearchSpace({knob: WIDTHS for knob in "abcd"}, {knob: knob for knob in "abcd"})
SECONDS = 0.3
"""What a candidate takes to score, as a supernet on a GPU would."""


class Chain:
    """Counts a chain of 1x1 convolutions at 64x64."""

    def __call__(self, channels):
        widths = list(channels.values())
        return 64 * 64 * sum(a * b for a, b in itertools.pairwise(widths))

    def params(self, channels):
        return self(channels) // (64 * 64)


def work(storage, log, trials):
    """Searches; notes each candidate in `log` when it begins to score it, and when it has."""

    def score(channels):
        setting = [channels[knob] for knob in "abcd"]
        _note(log, "began", setting)
        time.sleep(SECONDS)
        _note(log, "scored", setting)
        return 1 - 1 / sum(setting)

    macs = Chain()(SPACE.largest()) // 3
    search(SPACE, score, Chain(), macs=macs, trials=trials, storage=storage, progress=False)


def main():
    """Starts both workers, kills one, and checks what is left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    # Without host and name libpq takes them from the environment, as pg_virtualenv sets it.
    parser.add_argument("--storage", default="postgresql://", help="an empty database")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.storage, arguments.work, arguments.trials)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()
        command = [sys.executable, __file__, "--storage", arguments.storage, "--work", str(log)]
        command += ["--trials", str(arguments.trials)]
        killed, other = subprocess.Popen(command), subprocess.Popen(command)
        interrupted = _kill_while_scoring(killed, log, arguments.trials // 3)
        code = other.wait()
        events = [json.loads(line) for line in log.read_text().splitlines()]
    return code or _report(events, killed.pid, interrupted, arguments.trials)


def _kill_while_scoring(process, log, least):
    """Kills `process` while it scores, once `least` candidates are scored; returns which it was."""
    while process.poll() is None:
        process.send_signal(signal.SIGSTOP)  # What is read is then still so when it is killed.
        events = [json.loads(line) for line in log.read_text().splitlines()]
        own = [event for event in events if event["worker"] == process.pid]
        if len(events) >= 2 * least and own and own[-1]["what"] == "began":
            process.send_signal(signal.SIGKILL)
            process.wait()
            return own[-1]["setting"]
        process.send_signal(signal.SIGCONT)
        time.sleep(SECONDS / 3)
    raise SystemExit("The worker ended before it could be killed: ask for more --trials.")


def _report(events, killed, interrupted, trials):
    scored = [event for event in events if event["what"] == "scored"]
    times = Counter(str(event["setting"]) for event in scored)
    workers = Counter("killed" if event["worker"] == killed else "other" for event in scored)
    facts = {
        f"{trials} candidates are scored": len(scored) == trials,
        "none is scored twice": max(times.values()) == 1,
        "both workers scored some": len(workers) == 2,
        "what the killed one was scoring is scored by the other": str(interrupted) in times,
    }
    print(f"scored by the killed worker: {workers['killed']}, by the other: {workers['other']}")
    for fact, holds in facts.items():
        print(f"{'yes' if holds else 'NO '}  {fact}")
    return int(not all(facts.values()))


def _note(log, what, setting):
    line = json.dumps({"worker": os.getpid(), "what": what, "setting": setting})
    with Path(log).open("a") as file:
        file.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
