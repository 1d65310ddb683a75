"""Where studies live."""

import contextlib
from pathlib import Path

import optuna
import sqlalchemy
import sqlalchemy.event

_HEARTBEAT = 60
"""Seconds. A worker on another machine that is silent for twice as long is taken for dead."""


def open_storage(storage):
    """Returns an Optuna storage for a path of an SQLite file, any Optuna URL, or None.

    Raises:
        ValueError: If the database's driver is not installed.
    """
    if storage is None:
        return None
    url = str(storage)
    if "://" not in url:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{url}"
    if url.startswith("sqlite"):
        # Workers wait for one another's writes.
        stored = _opened(url, engine_kwargs={"connect_args": {"timeout": 60}})
        _hasten(stored.engine)
        return stored
    # SQLAlchemy would take the driver's predecessor.
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        with _alone(url):
            return _opened(url)
    except ImportError as error:
        raise ValueError(
            f"The driver of {url.partition(':')[0]} must be installed; that of PostgreSQL comes "
            f"with pip install 'tfgan-compress[postgres]'. {error}"
        ) from error


def _opened(url, **options):
    return optuna.storages.RDBStorage(
        url, heartbeat_interval=_HEARTBEAT, grace_period=2 * _HEARTBEAT, **options
    )


@contextlib.contextmanager
def _alone(url):
    """Lets one worker at a time make PostgreSQL's tables: two at once fail, both or either."""
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            if url.startswith("postgresql"):
                connection.exec_driver_sql("SELECT pg_advisory_lock(1)")
            yield
    finally:
        engine.dispose()  # With the connection goes the lock.


def _hasten(engine):
    """Spares SQLite a disk sync per knob; a killed process loses nothing this way either."""
    engine.dispose()  # Connections from before do not know the setting.
    sqlalchemy.event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL")
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
