"""What a search found: every scored candidate, the best one, and the Pareto front."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One scored choice of channels; `setting` has a width for every knob of the space."""

    number: int
    setting: dict[str, int]
    score: float
    macs: int
    params: int
    seconds: float


@dataclasses.dataclass(frozen=True)
class SearchResult:
    """The outcome of a study.

    Args:
        channels: `{group: width}` of the best candidate.
        best: The best candidate; of equal scores the one with the fewest MACs.
        trials: Every scored candidate, in order.
        uniform: The candidate that narrows all knobs alike, or None if it was not scored.
        budget: `{"macs": ..., "params": ...}`, a missing one None.
    """

    channels: dict[str, int]
    best: Candidate
    trials: tuple[Candidate, ...]
    uniform: Candidate | None
    budget: dict[str, int | None]

    @property
    def front(self):
        """Candidates that no other one beats in MACs and score at once, cheapest first."""
        return pareto_front(self.trials)

    @property
    def per_minute(self):
        """Candidates that one worker scores per minute."""
        return 60 * len(self.trials) / max(sum(trial.seconds for trial in self.trials), 1e-9)

    def to_dict(self):
        """Returns everything as plain numbers, for JSON."""
        return {
            "channels": self.channels,
            "budget": self.budget,
            "best": dataclasses.asdict(self.best),
            "uniform": dataclasses.asdict(self.uniform) if self.uniform else None,
            "front": [trial.number for trial in self.front],
            "candidates_per_minute": self.per_minute,
            "trials": [dataclasses.asdict(trial) for trial in self.trials],
        }

    @classmethod
    def from_dict(cls, values):
        """Rebuilds a result from `to_dict()`."""
        uniform = values["uniform"]
        return cls(
            channels=values["channels"],
            best=Candidate(**values["best"]),
            trials=tuple(Candidate(**trial) for trial in values["trials"]),
            uniform=Candidate(**uniform) if uniform else None,
            budget=values["budget"],
        )


def pareto_front(candidates):
    """Returns the candidates that are best for their MACs, cheapest first."""
    front = []
    for candidate in sorted(candidates, key=lambda c: (c.macs, -c.score)):
        if not front or candidate.score > front[-1].score:
            front.append(candidate)
    return tuple(front)
