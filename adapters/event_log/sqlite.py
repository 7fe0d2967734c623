"""The event log in an SQLite file, which several processes of one machine may use at once."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, bindparam, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.event_log import schema
from adapters.event_log.base import Upgrade
from adapters.event_log.reading import WholeLog
from adapters.event_log.sql_log import SqlLog
from adapters.event_log.tables import EVENTS
from domain.errors import LogRaced, LogUnavailable, RecordDamaged, ScriptoriumError, UsageError

_POLL_SECONDS = 0.5  # between looks at the log itself
_GLANCE_SECONDS = 0.02  # between glances at its file, which cost next to nothing
_SETTLE_SECONDS = 0.25  # from the writing of a commit until it is on the disk and shown
_RACED = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
}

P = ParamSpec("P")
T = TypeVar("T")


class SqliteLog(SqlLog):
    """See `SqlLog`. What is acknowledged is on the disk (`synchronous=FULL`).

    One thread writes and `readers` read, each for a whole transaction: with a driver that changes
    threads for every statement, appending is five times slower.
    """

    def __init__(self, path: Path, *, readers: int = 4, seconds: float = 30.0) -> None:
        super().__init__(
            WholeLog(EVENTS.c.sequence > bindparam("sequence"), [EVENTS.c.sequence]),
            _POLL_SECONDS,
        )
        self._path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._seconds = seconds
        self._writer = _engine(path, 1, seconds)
        self._reader = _engine(path, readers, seconds)
        event.listen(self._writer, "begin", _begin)
        event.listen(self._reader, "connect", _refuse_writes)
        self._writing = ThreadPoolExecutor(1, "event-log-writer")
        self._reading = ThreadPoolExecutor(readers, "event-log-reader")
        self._ready = False
        self._closed = False

    async def query(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `SqlLog`."""
        if not self._ready:
            await self._run(self._writing, partial(self._prepare, schema.prepare))
        return await self._run(self._reading, partial(self._select, work, *args, **kwargs))

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `SqlLog`."""
        return await self._run(self._writing, partial(self._commit, work, *args, **kwargs))

    async def upgrade(self) -> Upgrade:
        """See `Log`."""
        return await self._run(self._writing, partial(self._prepare, schema.upgrade))

    def _watch(self) -> Callable[[float], Awaitable[None]]:
        return partial(self._changed, self._stamp())

    async def _changed(self, stamp: tuple[int, int], seconds: float) -> None:
        if abs(time.time_ns() - stamp[0]) < _SETTLE_SECONDS * 1e9:
            seconds = min(seconds, _GLANCE_SECONDS)  # the file may not change once more
        deadline = time.monotonic() + seconds
        while self._stamp() == stamp and (left := deadline - time.monotonic()) > 0:  # noqa: ASYNC110
            # Another process writes: there is no event to await.
            await asyncio.sleep(min(left, _GLANCE_SECONDS))

    def _stamp(self) -> tuple[int, int]:
        """Differs after a commit, nearly always: the clock of a file is coarse."""
        try:
            found = self._wal.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    async def close(self) -> None:
        """See `EventLog`. Waits for what is under way."""
        self._closed = True
        for threads in (self._writing, self._reading):
            await asyncio.to_thread(threads.shutdown)
        for engine in (self._writer, self._reader):
            engine.dispose()

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise LogUnavailable("the event log is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work)
        except DBAPIError as error:
            raise self._translated(error) from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise UsageError(f"SQLite cannot look for such a value: {error}") from error

    def _commit(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if not self._ready:
            self._prepare(schema.prepare)
        with self._writer.begin() as connection:
            return work(connection, *args, **kwargs)

    def _select(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._reader.connect() as connection:
            return work(connection, *args, **kwargs)

    def _prepare(self, step: Callable[[Connection], T]) -> T:
        """Make the file, if nobody has done so, and take a step with its schema."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Two processes that turn on the write-ahead log of a new file fail one another.
            with FileLock(f"{self._path}.lock", timeout=self._seconds):
                with self._writer.connect() as connection:
                    _execute(connection.connection, "PRAGMA journal_mode = WAL")
                with self._writer.begin() as connection:
                    result = step(connection)
        except (OSError, Timeout) as error:
            raise LogUnavailable(
                f"the event log at {self._path} cannot be opened: {error}"
            ) from error
        self._ready = True
        return result

    def _translated(self, error: DBAPIError) -> ScriptoriumError:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code in _RACED:
            return LogRaced(f"another writer of {self._path} was faster: try again")
        if code is not None and code & 0xFF in _UNAVAILABLE:
            return LogUnavailable(f"the event log at {self._path} did not answer: {error.orig}")
        # Without a code it is Python that cannot make a text of what SQLite holds.
        return RecordDamaged(
            f"the event log at {self._path} is damaged ({error.orig}): restore it from a backup"
        )


def _engine(path: Path, connections: int, seconds: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=connections,
        max_overflow=0,
        connect_args={"timeout": seconds},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # As SQLAlchemy advises: the driver is kept from beginning transactions, `_begin` does it.
    connection.isolation_level = None
    _execute(connection, "PRAGMA synchronous = FULL")
    _execute(connection, f"PRAGMA journal_size_limit = {64 * 1024**2}")


def _refuse_writes(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _execute(connection, "PRAGMA query_only = ON")


def _execute(connection: DBAPIConnection, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _begin(connection: Connection) -> None:
    # Taking the lock at once: a transaction that reads first may be refused it later.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
