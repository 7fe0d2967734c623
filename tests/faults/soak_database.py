"""The databases of a soak, and what can happen to them."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from random import Random
from typing import Protocol

from tests.contract.postgres_server import PostgresServer

Fault = Callable[[], Awaitable[None]]


class Database(Protocol):
    """A database for the event log; `url` is the setting that leads to it."""

    url: str

    def faults(self, random: Random) -> Mapping[str, Fault]:
        """What can happen to it, by name. Each returns when it is over."""

    def at_rest(self) -> AbstractContextManager[None]:
        """Meanwhile no process is in the midst of what would hold up others, were it paused."""

    def close(self) -> None:
        """End it."""


class SqliteDatabase:
    """A file: nothing can happen to it but that somebody keeps writing."""

    url = ""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "log.db"

    def faults(self, random: Random) -> Mapping[str, Fault]:
        """See `Database`."""
        return {"hold database": lambda: self._hold(random.uniform(0.5, 4))}

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """See `Database`. Nobody else can write; to wait for that, this thread stops."""
        with closing(sqlite3.connect(self._path, timeout=60, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")

    def close(self) -> None:
        """See `Database`."""

    async def _hold(self, seconds: float) -> None:
        with self.at_rest():
            await asyncio.sleep(seconds)


class PostgresDatabase:
    """A server of its own."""

    def __init__(self) -> None:
        self._server = PostgresServer()
        self._name = self._server.create_database()
        self.url = self._server.url(self._name)

    def faults(self, random: Random) -> Mapping[str, Fault]:
        """See `Database`."""
        return {
            "kill database": lambda: self._kill(random.uniform(0.2, 4)),
            "pause database": lambda: self._pause(random.uniform(0.5, 8)),
            "cut database connections": self._cut,
        }

    def at_rest(self) -> AbstractContextManager[None]:
        """See `Database`. Statements end without the process that sent them."""
        return nullcontext()

    def close(self) -> None:
        """See `Database`."""
        self._server.stop()

    async def _kill(self, seconds: float) -> None:
        self._server.kill()
        await asyncio.sleep(seconds)
        # In this thread: the server ends with the one that started it.
        self._server.start()

    async def _pause(self, seconds: float) -> None:
        """Longer, at times, than anybody waits for an answer."""
        with self._server.paused():
            await asyncio.sleep(seconds)

    async def _cut(self) -> None:
        await asyncio.to_thread(self._server.execute, self._name, _TERMINATE)


_TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
