"""Where studies live, and what becomes of candidates whose worker died."""

import os
import platform
from pathlib import Path

import optuna
from sqlalchemy import event

_HEARTBEAT = 60
"""Seconds. A worker on another machine that is silent for twice as long is taken for dead."""


def open_storage(storage):
    """Returns an Optuna storage for a path of an SQLite file, any Optuna URL, or None."""
    if storage is None:
        return None
    url = str(storage)
    if "://" not in url:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{url}"
    lite = url.startswith("sqlite")
    stored = optuna.storages.RDBStorage(
        url,
        # Workers wait for one another's writes.
        engine_kwargs={"connect_args": {"timeout": 60}} if lite else None,
        heartbeat_interval=_HEARTBEAT,
        grace_period=2 * _HEARTBEAT,
    )
    if lite:
        _hasten(stored.engine)
    return stored


def sign(trial):
    """Notes which process scores `trial`."""
    trial.set_user_attr("worker", [platform.node(), os.getpid()])


def requeue_orphans(study):
    """Fails the candidates of dead processes of this machine and queues them again."""
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        host, process = trial.user_attrs.get("worker", (None, None))
        if host == platform.node() and not _alive(process):
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
            kept = {k: v for k, v in trial.user_attrs.items() if k != "worker"}
            study.enqueue_trial(trial.params, kept)


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _hasten(engine):
    """Spares SQLite a disk sync per knob; a killed process loses nothing this way either."""
    engine.dispose()  # Connections from before do not know the setting.
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL")
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
