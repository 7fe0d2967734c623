"""Consumers that write down, in an SQLite file, what they were called with and what they did."""

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from actors.dispatching.consumer import Consumer, RetryPolicy
from cluster.settings import Settings
from domain.errors import SettingsError, StoreUnavailable, UsageError
from domain.events import RecordedEvent

NAMES = ("first", "second")


class Handled(NamedTuple):
    """A call of a handler that succeeded; `pid` is its process."""

    consumer: str
    stream: str
    version: int
    event_id: str
    pid: int


class Journal:
    """What all consumers did, from whatever process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.db"
        with closing(self._connect()) as journal:
            journal.execute("PRAGMA journal_mode = WAL")
            journal.execute(
                "CREATE TABLE IF NOT EXISTS handled (number INTEGER PRIMARY KEY, consumer TEXT,"
                " stream TEXT, version INTEGER, event_id TEXT, pid INTEGER)"
            )
            journal.execute(
                "CREATE TABLE IF NOT EXISTS effects (consumer TEXT, event_id TEXT,"
                " PRIMARY KEY (consumer, event_id))"
            )

    def note(self, consumer: str, event: RecordedEvent) -> None:
        """Note the call, and have its effect unless it was had before."""
        event_id = str(event.event.event_id)
        call = Handled(consumer, event.stream.id, event.version, event_id, os.getpid())
        with closing(self._connect()) as journal, journal:
            journal.execute("INSERT INTO handled VALUES (NULL, ?, ?, ?, ?, ?)", call)
            journal.execute("INSERT OR IGNORE INTO effects VALUES (?, ?)", (consumer, event_id))

    def handled(self) -> list[Handled]:
        """All calls, in order."""
        columns = ", ".join(Handled._fields)
        with closing(self._connect()) as journal:
            rows = journal.execute(f"SELECT {columns} FROM handled ORDER BY number").fetchall()
        return [Handled(*row) for row in rows]

    def effects(self, consumer: str) -> list[str]:
        """The ids of the events that had an effect."""
        with closing(self._connect()) as journal:
            rows = journal.execute("SELECT event_id FROM effects WHERE consumer = ?", [consumer])
            return [row[0] for row in rows]

    def _connect(self) -> sqlite3.Connection:
        journal = sqlite3.connect(self._path, timeout=30)
        journal.execute("PRAGMA synchronous = OFF")  # tests kill processes, not the machine
        return journal


def journalists(settings: Settings) -> Sequence[Consumer]:
    """Two consumers that note everything. Events `Sometimes` fail now and then, `Never` always."""
    journal = Journal(settings.data_dir)

    def consumer(name: str) -> Consumer:
        async def handle(event: RecordedEvent) -> None:
            await asyncio.sleep(0.001)
            if event.event.type == "Sometimes" and os.urandom(1)[0] < 64:
                raise StoreUnavailable("away for a moment")
            if event.event.type == "Never" and not (settings.data_dir / "mended").exists():
                raise UsageError("this cannot be handled")
            await asyncio.to_thread(journal.note, name, event)

        return Consumer(name, handle, retries=RetryPolicy(20, 0.01, 0.2))

    return [consumer(name) for name in NAMES]


def nobody(_: Settings) -> Sequence[Consumer]:
    """A recipe that fails."""
    raise SettingsError("there are no consumers here")
