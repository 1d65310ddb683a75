"""An Optuna sampler whose suggestions fit the budget and are new.

It wraps another sampler (NSGA-II: Deb et al. 2002). What that one suggests is repaired, by
narrowing random knobs until the budget holds, and varied until nobody has scored or is scoring it,
so that no evaluation is wasted. The repaired setting is what the study records and breeds from.
"""

import itertools

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution

ENUMERABLE = 20_000
"""Spaces up to this size are listed when random variation finds nothing new."""


class FeasibleSampler(optuna.samplers.BaseSampler):
    """Samples new settings that fit.

    Args:
        choices: `{knob: widths}`, ascending.
        fits: `fits(setting) -> bool`; narrower settings must fit where wider ones do.
        inner: Sampler to improve on; None draws uniformly.
        brute: Goes through all settings instead, in random order.
        seed: With the trial's number it seeds each suggestion, so workers that share a study
            do not repeat one another.
    """

    def __init__(self, choices, fits, *, inner=None, brute=False, seed=0):
        self.choices = {knob: list(widths) for knob, widths in choices.items()}
        self.fits, self.inner, self.seed = fits, inner, seed
        self.brute = self._enumerate() if brute else None

    def infer_relative_search_space(self, study, trial):
        """Returns the whole space: every knob is sampled with the others."""
        return {k: CategoricalDistribution(widths) for k, widths in self.choices.items()}

    def sample_relative(self, study, trial, search_space):
        """Returns a setting that fits and, as long as there is one, is new."""
        rng = np.random.default_rng([self.seed, trial.number])
        seen = {key for _, key in seen_keys(study, self.choices, but=trial.number)}
        if self.brute is not None:
            return self._next_of(self.brute, trial.number, seen) or self._narrowest()
        suggested = {}
        if self.inner is not None:
            suggested = self.inner.sample_relative(study, trial, search_space)
        setting = {k: suggested.get(k, _draw(w, rng)) for k, w in self.choices.items()}
        return self._unseen(self._repaired(setting, rng), seen, rng)

    def sample_independent(self, study, trial, param_name, param_distribution):
        """Refuses: no knob is sampled alone."""
        raise RuntimeError(f"'{param_name}' is not part of the search space.")

    def reseed_rng(self):
        """Passes on to the wrapped sampler."""
        if self.inner is not None:
            self.inner.reseed_rng()

    def before_trial(self, study, trial):
        """Passes on to the wrapped sampler."""
        if self.inner is not None:
            self.inner.before_trial(study, trial)

    def after_trial(self, study, trial, state, values):
        """Passes on to the wrapped sampler."""
        if self.inner is not None:
            self.inner.after_trial(study, trial, state, values)

    def _repaired(self, setting, rng):
        """Narrows random knobs, one step at a time, until `setting` fits."""
        setting = dict(setting)
        while not self.fits(setting):
            wide = [k for k, widths in self.choices.items() if setting[k] > widths[0]]
            if not wide:
                return setting
            knob = wide[rng.integers(len(wide))]
            setting[knob] = self.choices[knob][self.choices[knob].index(setting[knob]) - 1]
        return setting

    def _unseen(self, setting, seen, rng):
        """Varies `setting` more and more until it is new; returns it as it is if all are known."""
        start = setting
        for attempt in range(200):
            if key_of(setting, self.choices) not in seen:
                return setting
            changed = rng.choice(list(self.choices), 1 + attempt // 20)
            varied = {k: _draw(self.choices[k], rng) for k in map(str, changed)}
            setting = self._repaired(start | varied, rng)
        size = np.prod([float(len(widths)) for widths in self.choices.values()])
        listed = self._enumerate() if size <= ENUMERABLE else []
        return self._next_of(listed, int(rng.integers(2**31)), seen) or start

    def _enumerate(self):
        """All settings that fit, in an order that depends on the seed alone."""
        every = itertools.product(*self.choices.values())
        settings = [dict(zip(self.choices, widths, strict=True)) for widths in every]
        fitting = [setting for setting in settings if self.fits(setting)]
        np.random.default_rng(self.seed).shuffle(fitting)
        return fitting

    def _next_of(self, settings, start, seen):
        for i in range(len(settings)):
            setting = settings[(start + i) % len(settings)]
            if key_of(setting, self.choices) not in seen:
                return setting
        return None

    def _narrowest(self):
        return {knob: widths[0] for knob, widths in self.choices.items()}


def key_of(setting, choices):
    """Returns `setting` as a tuple in the order of the knobs."""
    return tuple(setting[knob] for knob in choices)


def seen_keys(study, choices, *, but=None):
    """Yields `(trial number, key)` of settings that are scored, being scored, or failed."""
    states = optuna.trial.TrialState
    known = (states.COMPLETE, states.RUNNING)
    for trial in study.get_trials(deepcopy=False):
        whole = len(trial.params) == len(choices)
        if (
            trial.number != but
            and whole
            and (trial.state in known or "invalid" in trial.user_attrs)
        ):
            yield trial.number, key_of(trial.params, choices)


def _draw(widths, rng):
    return widths[rng.integers(len(widths))]
