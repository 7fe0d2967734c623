"""PostgreSQL's NOTIFY: a hint that somebody appended. Looking at the log is the truth."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.event_log.postgres_errors import FOREIGN_ERRORS

_CHANNEL = "scriptorium_events"
_NOTIFY = text(f"NOTIFY {_CHANNEL}")
_QUIET_SECONDS = 0.02  # appends within it are announced together
_CLOSE_SECONDS = 2


class Listener:
    """Announces appends and hears of those of others.

    It listens by one connection, opened for the first who waits and again after it broke; whoever
    waits meanwhile only waits longer. Nothing that goes wrong here is an error.
    """

    def __init__(
        self, engine: AsyncEngine, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> None:
        self._engine = engine
        self._connect = connect
        self._connection: asyncpg.Connection | None = None
        self._opening = asyncio.Lock()
        self.heard = asyncio.Event()  # replaced by another when it is set
        self._news = False
        self._announcing: asyncio.Task[None] | None = None

    async def wait(self, heard: asyncio.Event, seconds: float) -> None:
        """Return when something was announced since `heard` was taken, or after `seconds`."""
        deadline = time.monotonic() + seconds
        try:
            async with asyncio.timeout(seconds):
                await self._listen()
                await heard.wait()
        except TimeoutError:
            return
        except FOREIGN_ERRORS:
            await asyncio.sleep(max(0.0, deadline - time.monotonic()))

    def announce(self) -> None:
        """Tell all listeners, soon and after the append, that there is something new."""
        self._news = True
        if self._announcing is None or self._announcing.done():
            self._announcing = asyncio.create_task(self._announce())

    async def close(self) -> None:
        """Close the connection. What was not announced yet will be found by looking."""
        if self._announcing is not None:
            self._announcing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._announcing
        if self._connection is not None:
            with contextlib.suppress(*FOREIGN_ERRORS):
                await self._connection.close(timeout=_CLOSE_SECONDS)

    async def _listen(self) -> None:
        async with self._opening:
            if self._connection is None or self._connection.is_closed():
                connection = await self._connect()
                connection.add_termination_listener(self._hear)
                self._connection = connection
                await connection.add_listener(_CHANNEL, self._hear)

    async def _announce(self) -> None:
        while self._news:
            self._news = False
            with contextlib.suppress(*FOREIGN_ERRORS):
                async with self._engine.connect() as connection:
                    await connection.execute(_NOTIFY)
            await asyncio.sleep(_QUIET_SECONDS)

    def _hear(self, *_: object) -> None:
        self.heard.set()
        self.heard = asyncio.Event()
