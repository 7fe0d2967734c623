"""The event log in PostgreSQL, for clusters."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
from pydantic import SecretStr
from sqlalchemy import BigInteger, Connection, Text, bindparam, cast, event, func, tuple_
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from adapters.event_log import schema
from adapters.event_log.base import Append, Appended, Fence, Outcome, Upgrade
from adapters.event_log.listener import Listener
from adapters.event_log.postgres_append import End, KnownEnds, Statement, read_ends, statement
from adapters.event_log.postgres_errors import FOREIGN_ERRORS, translated
from adapters.event_log.reading import WholeLog
from adapters.event_log.sql_log import SqlLog
from adapters.event_log.tables import EVENTS
from domain.errors import LogRaced, LogUnavailable

_POLL_SECONDS = 0.5  # between looks at the log while nobody announces anything

P = ParamSpec("P")
T = TypeVar("T")

# A transaction's events are shown when every transaction with a lower number has ended: none can
# come to stand before them any more.
_OLDEST_RUNNING = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
_POSITION = (EVENTS.c.transaction, EVENTS.c.sequence)
_WHOLE = WholeLog(
    tuple_(*_POSITION) > tuple_(bindparam("transaction"), bindparam("sequence")),
    _POSITION,
    shown=EVENTS.c.transaction < _OLDEST_RUNNING,
)


class PostgresLog(SqlLog):
    """See `SqlLog`. Belongs to the event loop of its first call.

    `url` is a libpq connection URI; `seconds` bounds connecting, each statement and each wait for
    a free connection. Events are shown when no older transaction that writes is left on the server,
    in any of its databases.
    """

    def __init__(self, url: SecretStr, *, connections: int = 8, seconds: float = 30.0) -> None:
        super().__init__(_WHOLE, _POLL_SECONDS)
        self._url = url
        self._seconds = seconds
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=seconds,
            hide_parameters=True,
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)
        # Single statements need no BEGIN and COMMIT around them.
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._listener = Listener(self._single, self._connect)
        self._ends = KnownEnds()
        self._preparing = asyncio.Lock()
        self._ready = False
        self._closed = False

    async def query(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `SqlLog`."""
        await self._prepare()
        return await self._on(self._single.connect(), work, *args, **kwargs)

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `SqlLog`."""
        await self._prepare()
        return await self._on(self._engine.begin(), work, *args, **kwargs)

    async def _on(
        self,
        opened: AbstractAsyncContextManager[AsyncConnection],
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            async with opened as connection:
                return await connection.run_sync(work, *args, **kwargs)
        except FOREIGN_ERRORS as error:
            raise translated(error) from error

    async def _append(self, appends: Sequence[Append], fence: Fence | None) -> Sequence[Outcome]:
        if await self._append_all(appends, fence):
            self._listener.announce()
            return [Appended(each.expected_version + len(each.events)) for each in appends]
        outcomes = await super()._append(appends, fence)
        self._listener.announce()
        return outcomes

    async def _append_all(self, appends: Sequence[Append], fence: Fence | None) -> bool:
        """Store all of it by one statement; says whether that is how things stood."""
        before = await self._ends_before(appends)
        if before is None:
            return False
        one = statement(appends, before, fence)
        self._ends.forget(appends)
        with contextlib.suppress(LogRaced):
            if await self._run(one):
                self._ends.note(one.ends)
                return True
        return False

    async def _ends_before(self, appends: Sequence[Append]) -> Sequence[End] | None:
        """What the appends go behind; None when one has no events or is not where it should be."""
        if not appends or not all(each.events for each in appends):
            return None
        unknown = [each.stream for each in appends if self._ends.before(each) is None]
        if unknown:
            self._ends.note(await self.query(read_ends, unknown))
        ends = [end for each in appends if (end := self._ends.before(each))]
        return ends if len(ends) == len(appends) else None

    async def _run(self, one: Statement) -> bool:
        """Run a statement as the driver itself does it, in a third of the time."""
        await self._prepare()
        try:
            pooled = await self._engine.raw_connection()
            driver: asyncpg.Connection = pooled.driver_connection
            try:
                return bool(await driver.fetchval(one.sql, *one.values))
            finally:
                await greenlet_spawn(pooled.invalidate if driver.is_closed() else pooled.close)
        except FOREIGN_ERRORS as error:
            raise translated(error) from error

    async def upgrade(self) -> Upgrade:
        """See `Log`."""
        patient = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=partial(self._connect, patient=True),
            poolclass=NullPool,
            hide_parameters=True,
        )
        return await self._on(patient.begin(), schema.upgrade)

    def _watch(self) -> Callable[[float], Awaitable[None]]:
        return partial(self._listener.wait, self._listener.heard)

    async def close(self) -> None:
        """See `EventLog`."""
        self._closed = True
        await self._listener.close()
        await self._engine.dispose()

    async def _prepare(self) -> None:
        """Create the schema, if nobody has done so."""
        if self._closed:
            raise LogUnavailable("the event log is closed")
        if self._ready:
            return
        async with self._preparing:
            if not self._ready:
                await self._on(self._engine.begin(), schema.prepare)
                self._ready = True

    async def _connect(self, *, patient: bool = False) -> asyncpg.Connection:
        """A new connection; a `patient` one has no limits of time once it is there."""
        limit = None if patient else self._seconds
        milliseconds = str(int((limit or 0) * 1000))
        return await asyncpg.connect(
            self._url.get_secret_value(),
            timeout=self._seconds,
            command_timeout=limit,
            server_settings={
                "application_name": "scriptorium",
                # One client that hangs must not hold up every other one for ever.
                "idle_in_transaction_session_timeout": milliseconds,
                "statement_timeout": milliseconds,
                "lock_timeout": milliseconds,
                "synchronous_commit": "on",
                "default_transaction_isolation": "read committed",
                # Every statement is prepared, planned once, and to be done by index, however small
                # the tables were when it was planned.
                "plan_cache_mode": "force_generic_plan",
                "enable_seqscan": "off",
                "enable_hashjoin": "off",
                "enable_mergejoin": "off",
                "jit": "off",
            },
        )


def _refuse_closed(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Have the pool connect anew where the server has hung up meanwhile."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
