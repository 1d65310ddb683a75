"""Search for the channels with the best score under a MACs budget, as an Optuna study.

A candidate is scored by a function of its channels, typically of a supernet switched to them;
nothing is trained. Evolution is NSGA-II (Deb et al. 2002; its use for channels: Li et al. 2020,
"GAN Compression"). Studies live in SQLite or behind any Optuna URL: they resume after a crash, and
several workers, also on several machines, share one by calling `search` with the same storage.
"""

import contextlib
import math
import warnings

import optuna
from tqdm import tqdm

from tfgan_compress.search.result import Candidate, SearchResult
from tfgan_compress.search.sampler import ENUMERABLE, FeasibleSampler, key_of
from tfgan_compress.search.space import uniform_setting
from tfgan_compress.search.storage import open_storage
from tfgan_compress.search.workers import requeue_orphans, sign, surplus, taken

STRATEGIES = ("evolution", "random", "brute")
_COMPLETE = (optuna.trial.TrialState.COMPLETE,)


def search(
    space,
    score,
    counter,
    *,
    macs,
    params=None,
    trials=100,
    strategy="evolution",
    population=24,
    tradeoff=True,
    storage="search.db",
    name="search",
    seed=0,
    progress=True,
):
    """Returns the `SearchResult` of a study that ends with `trials` scored candidates.

    Args:
        space: A `SearchSpace`.
        score: `score(channels) -> float`, the higher the better. Candidates whose score is not
            finite are left out.
        counter: A `MacCounter`.
        macs: Most MACs, in the counter's convention.
        params: Most parameters; None for any number.
        trials: Candidates in the finished study, those of earlier runs and other workers
            included; exactly, whichever of them die. Brute force ends with the whole space at
            the latest.
        strategy: "evolution", "random" or "brute" (for small spaces).
        population: Candidates per generation of the evolution.
        tradeoff: Whether evolution also seeks few MACs below the budget, for a whole Pareto
            front, rather than the best score alone.
        storage: Path of an SQLite file, any Optuna URL, or None to keep the study in memory.
        name: Name of the study; the same name and storage resume it.
        seed: Seed of the strategy.
        progress: Whether to show a progress bar.

    Raises:
        ValueError: If no channels fit the budget, or the stored study has another space or budget.
    """
    searched = {knob: widths for knob, widths in space.choices.items() if len(widths) > 1}
    problem = _Problem(space, searched, counter, macs, params)
    problem.check(strategy, trials)
    with _quiet():
        study = optuna.create_study(
            storage=open_storage(storage),
            study_name=name,
            directions=["maximize", "minimize"] if tradeoff else ["maximize"],
            load_if_exists=True,
        )
        problem.claim(study, name, tradeoff)
        requeue_orphans(study)
        study.sampler = _sampler(problem, strategy, population, seed, len(study.trials))
        missing = trials - len(study.get_trials(deepcopy=False, states=_COMPLETE))
        if missing > 0:
            _run(study, problem, score, trials, progress)
        return problem.result(study)


class _Problem:
    """Space, budget and counter of one study."""

    def __init__(self, space, searched, counter, macs, params):
        self.space, self.searched, self.counter = space, searched, counter
        self.macs, self.params = macs, params
        self.fixed = {k: w[0] for k, w in space.choices.items() if k not in searched}

    def channels(self, setting):
        return self.space.channels(self.fixed | setting)

    def within(self, channels):
        small = self.params is None or self.counter.params(channels) <= self.params
        return small and self.counter(channels) <= self.macs

    def fits(self, setting):
        return self.within(self.channels(setting))

    def check(self, strategy, trials):
        """Raises ValueError for a search that cannot succeed."""
        if strategy not in STRATEGIES:
            raise ValueError(f"strategy must be one of {STRATEGIES}. Received: {strategy!r}.")
        if trials < 1:
            raise ValueError(f"trials must be at least 1. Received: {trials}.")
        if strategy == "brute" and self.space.size > ENUMERABLE:
            raise ValueError(
                f"Brute force is for spaces of at most {ENUMERABLE} configurations; use evolution. "
                f"Received: {self.space.size}."
            )
        smallest = self.space.smallest()
        if not self.within(smallest):
            parameters = "" if self.params is None else f" and {self.params:,} parameters"
            raise ValueError(
                f"The budget must allow the smallest configuration of the space, with "
                f"{self.counter(smallest):,} MACs and {self.counter.params(smallest):,} "
                f"parameters. Received: {self.macs:,} MACs{parameters}."
            )

    def claim(self, study, name, tradeoff):
        """Stores space and budget with a new study; refuses a stored one that has others."""
        own = {
            "space": {knob: list(widths) for knob, widths in self.space.choices.items()},
            "macs": self.macs,
            "params": self.params,
            "tradeoff": tradeoff,
        }
        stored = study.user_attrs.get("problem")
        if stored is not None and stored != own:
            differing = [key for key in own if stored.get(key) != own[key]]
            raise ValueError(
                f"The stored study '{name}' was begun with another {' and '.join(differing)}. Give "
                "this search another name or storage, or delete the stored one."
            )
        if stored is None:
            study.set_user_attr("problem", own)
            uniform = uniform_setting(self.space, self.within)
            if uniform is not None and self.searched:
                study.enqueue_trial(
                    {knob: uniform[knob] for knob in self.searched}, {"uniform": True}
                )

    def result(self, study):
        """Returns the `SearchResult` of all that `study` has scored."""
        scored = study.get_trials(deepcopy=False, states=_COMPLETE)
        if not scored:
            raise ValueError("No candidate had a finite score. Check the supernet and the score.")
        found = [self._candidate(trial) for trial in scored]
        marked = [c for c, t in zip(found, scored, strict=True) if t.user_attrs.get("uniform")]
        best = max(found, key=lambda c: (c.score, -c.macs))
        return SearchResult(
            channels=self.space.channels(best.setting),
            best=best,
            trials=tuple(found),
            uniform=marked[0] if marked else None,
            budget={"macs": self.macs, "params": self.params},
        )

    def _candidate(self, trial):
        setting = self.fixed | trial.params
        channels = self.space.channels(setting)
        seconds = (trial.datetime_complete - trial.datetime_start).total_seconds()
        count, size = self.counter(channels), self.counter.params(channels)
        return Candidate(trial.number, setting, trial.values[0], count, size, seconds)


def _run(study, problem, score, trials, progress):
    def objective(trial):
        sign(trial)
        setting = {k: trial.suggest_categorical(k, w) for k, w in problem.searched.items()}
        key = key_of(setting, problem.searched)
        if taken(study, trial, key, problem.searched):
            # Only where nothing new is left, or another worker was a moment earlier.
            raise optuna.TrialPruned("scored already")
        if surplus(study, trial, trials):
            raise optuna.TrialPruned("enough are scored")
        channels = problem.channels(setting)
        count = problem.counter(channels)
        trial.set_constraint("macs", float(count - problem.macs))
        value = float(score(channels))
        if not math.isfinite(value):
            trial.set_user_attr("invalid", str(value))
            raise optuna.TrialPruned(f"score {value}")
        return [value, count][: len(study.directions)]

    with tqdm(total=trials, desc="search", unit="candidate", disable=not progress) as bar:
        bar.update(len(study.get_trials(deepcopy=False, states=_COMPLETE)))
        study.optimize(objective, callbacks=[_Stop(problem, trials, bar)])


class _Stop:
    """Ends the study with enough candidates, or when nothing new comes; moves the bar."""

    def __init__(self, problem, trials, bar):
        self.problem, self.trials, self.bar, self.stale = problem, trials, bar, 0

    def __call__(self, study, trial):
        requeue_orphans(study)
        scored = study.get_trials(deepcopy=False, states=_COMPLETE)
        self.bar.update(min(len(scored), self.trials) - self.bar.n)
        if scored:
            self.bar.set_postfix(best=f"{max(t.values[0] for t in scored):.4f}")
        repeated = trial.state.name == "PRUNED" and "invalid" not in trial.user_attrs
        self.stale = self.stale + 1 if repeated else 0
        if len(scored) >= self.trials or self.stale >= 3 or not self.problem.searched:
            study.stop()


def _sampler(problem, strategy, population, seed, known):
    inner = None
    if strategy == "evolution":
        # A resumed study must not repeat the random numbers of its first run.
        inner = optuna.samplers.NSGAIISampler(population_size=population, seed=seed + known)
    brute = strategy == "brute"
    return FeasibleSampler(problem.searched, problem.fits, inner=inner, brute=brute, seed=seed)


@contextlib.contextmanager
def _quiet():
    """Keeps Optuna's own log and its notes on experimental features to itself."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
