"""Dagster's event log in one SQLite file, written without a new connection and a disk flush for every event.

A run of 73 months files some ten thousand events, and the base class opens, commits and closes for each of them twice:
more time than all the figures take.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage  # noqa: TID251 - exported nowhere

_BUSY_TIMEOUT_S = 30


class LocalEventLog(ConsolidatedSqliteEventLogStorage):
    """The event log of one home; ``dagster.yaml`` names this class.

    Connections are kept open, so that closing the last one does not fold the write-ahead log back each time. A commit
    waits for the disk only when the log is folded back (``synchronous = normal``): a killed process loses nothing, a
    power cut may lose the last events of a run that it stopped anyway, and cannot damage the file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._batch = threading.local()
        super().__init__(*args, **kwargs)

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        joined: sa.Connection | None = getattr(self._batch, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store all ``events`` in one transaction, or none of them; Dagster then stores them one by one."""
        with self._connect() as connection:
            self._batch.connection = connection
            try:
                super().store_event_batch(events)
            finally:
                del self._batch.connection

    def dispose(self) -> None:
        """Close the connections."""
        super().dispose()  # type: ignore[no-untyped-call]
        self._engine.dispose()

    @cached_property
    def _engine(self) -> sa.Engine:
        engine = sa.create_engine(self._conn_string, max_overflow=-1, connect_args={"timeout": _BUSY_TIMEOUT_S})
        sa.event.listen(engine, "connect", _flush_less_often)
        return engine


def _flush_less_often(connection: Any, _record: Any) -> None:
    connection.execute("pragma synchronous = normal")
