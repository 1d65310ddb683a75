"""What workers of one study owe one another: no candidate twice, none too many, none lost."""

import os
import platform
import time

import optuna

from tfgan_compress.search.sampler import seen_keys

_COMPLETE = (optuna.trial.TrialState.COMPLETE,)
_RUNNING = (optuna.trial.TrialState.RUNNING,)
_PATIENCE = 2.0
"""Seconds to wait for a worker that is choosing; it may have died in the midst of it."""


def sign(trial):
    """Notes which process scores `trial`."""
    trial.set_user_attr("worker", [platform.node(), os.getpid()])


def requeue_orphans(study):
    """Queues the candidates of dead processes of this machine again.

    Those of other machines only fail, once their heartbeat has stopped: another candidate takes
    their place.
    """
    optuna.storages.fail_stale_trials(study)
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        host, process = trial.user_attrs.get("worker", (None, None))
        if host == platform.node() and not _alive(process):
            try:
                study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
            except (ValueError, optuna.exceptions.UpdateFinishedTrialError):
                continue  # Another worker has just done so.
            kept = {k: v for k, v in trial.user_attrs.items() if k != "worker"}
            study.enqueue_trial(trial.params, kept)


def taken(study, trial, key, choices):
    """Whether an earlier candidate has the same setting, once all earlier ones have chosen theirs.

    Without waiting, two workers that choose at the same moment would not see each other's choice.
    """
    patience = time.monotonic() + _PATIENCE
    while time.monotonic() < patience:
        earlier = study.get_trials(deepcopy=False)[: trial.number]
        if all(t.state not in _RUNNING or len(t.params) == len(choices) for t in earlier):
            break
        time.sleep(0.01)
    return any(n < trial.number and k == key for n, k in seen_keys(study, choices))


def surplus(study, trial, trials):
    """Whether the study is full without `trial`.

    Where the candidates that others are scoring would fill it, it waits: they may die.
    """
    while True:
        others = study.get_trials(deepcopy=False)
        scored = sum(t.state in _COMPLETE for t in others)
        busy = sum(t.state in _RUNNING and t.number < trial.number for t in others)
        if scored >= trials or scored + busy < trials:
            return scored >= trials
        time.sleep(0.2)
        requeue_orphans(study)


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
