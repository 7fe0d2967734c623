"""The story graph in Neo4j 5.

    (:Project)                                          one for each, with its version
    (:Character|Place|Item|Event {name, aliases})-[:SUBJECT_OF]->(:Fact)-[:ABOUT]->(...)
    (...)-[:BELIEVES]->(:Fact)-[:TOLD_IN]->(:Chapter)

All nodes are `:Scriptorium` and have an `id` (unique) and their `project`; what can be named is
`:Named`, a fact's subject that is nobody of the project is nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, unit_of_work
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Forbidden,
    Neo4jError,
)

from adapters.graph.base import LONGEST_WAY, Neighbour, ProjectGraph
from adapters.graph.neo4j_address import Neo4jAddress
from adapters.graph.neo4j_reading import read_graph, read_neighbours, read_version
from adapters.graph.neo4j_writing import replace_graph
from domain.errors import GraphUnavailable, ScriptoriumError, SettingsError

_SCHEMA = (
    "CREATE CONSTRAINT scriptorium_id IF NOT EXISTS FOR (n:Scriptorium) REQUIRE n.id IS UNIQUE",
    "CREATE INDEX scriptorium_project IF NOT EXISTS FOR (n:Scriptorium) ON (n.project)",
    "CREATE INDEX scriptorium_named IF NOT EXISTS FOR (n:Named) ON (n.project)",
)
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"
_REMOVE = (
    "MATCH (n:Scriptorium {project: $project}) "
    "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
)
_CLEAR = "MATCH (n:Scriptorium) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"

P = ParamSpec("P")
T = TypeVar("T")


class Neo4jGraph:
    """See `StoryGraph`. A call has `seconds`; what the server calls transient, a deadlock for one,
    is repeated by the driver for a third of that. Used in one event loop."""

    def __init__(self, address: Neo4jAddress, *, connections: int = 50, seconds: float) -> None:
        self._address = address
        self._connections = connections
        self._seconds = seconds
        self._opened: AsyncDriver | None = None
        self._is_prepared = False
        self._is_closed = False

    async def put(self, graph: ProjectGraph) -> None:
        """See `StoryGraph.put`."""
        if not self._is_prepared:
            for statement in _SCHEMA:
                await self._write(_create, statement)
            self._is_prepared = True
        await self._write(replace_graph, graph)

    async def version(self, project_id: str) -> int | None:
        """See `StoryGraph.version`."""
        return await self._read(read_version, project_id)

    async def get(self, project_id: str) -> ProjectGraph | None:
        """See `StoryGraph.get`."""
        return await self._read(read_graph, project_id)

    async def neighbours(
        self, project_id: str, names: Sequence[str], *, at_chapter: int, distance: int = 2
    ) -> Sequence[Neighbour]:
        """See `StoryGraph.neighbours`."""
        steps = max(1, min(distance, LONGEST_WAY))
        return await self._read(read_neighbours, project_id, names, at_chapter, steps)

    async def remove(self, project_id: str) -> None:
        """See `StoryGraph.remove`."""
        await self._bounded(self._statement(_REMOVE, project=project_id))

    async def clear(self) -> None:
        """See `StoryGraph.clear`."""
        await self._bounded(self._statement(_CLEAR))

    async def ping(self) -> None:
        """See `StoryGraph.ping`."""
        await self._bounded(self._statement("RETURN 1"))

    async def close(self) -> None:
        """See `StoryGraph.close`."""
        self._is_closed = True
        driver, self._opened = self._opened, None
        if driver is not None:
            with suppress(TimeoutError, DriverError, Neo4jError, OSError):
                async with asyncio.timeout(self._seconds):
                    await driver.close()

    @property
    def _driver(self) -> AsyncDriver:
        if self._is_closed:
            raise GraphUnavailable("the story graph is closed")
        if self._opened is None:
            self._opened = AsyncGraphDatabase.driver(
                self._address.uri,
                auth=self._address.auth,
                max_connection_pool_size=self._connections,
                connection_timeout=self._seconds,
                connection_acquisition_timeout=self._seconds,
                max_transaction_retry_time=self._seconds / 3,
                notifications_min_severity="OFF",  # that a label is not in use yet is no news
                user_agent="scriptorium",
            )
        return self._opened

    async def _statement(self, text: str, **parameters: object) -> None:
        """Run a statement that manages its own transactions."""
        async with self._driver.session(database=self._address.database) as session:
            await (await session.run(text, parameters)).consume()

    async def _write(
        self,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        async def run() -> T:
            async with self._driver.session(database=self._address.database) as session:
                return await session.execute_write(self._timed(work), *args, **kwargs)

        return await self._bounded(run())

    async def _read(
        self,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        async def run() -> T:
            async with self._driver.session(database=self._address.database) as session:
                return await session.execute_read(self._timed(work), *args, **kwargs)

        return await self._bounded(run())

    def _timed(self, work: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """The work, which the server ends when it takes too long."""
        return unit_of_work(timeout=self._seconds)(work)

    async def _bounded(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._seconds):
                return await work
        except ScriptoriumError:
            raise
        except (AuthError, Forbidden) as error:
            raise SettingsError(
                f"Neo4j at {self._address.place} does not let us in ({error.code}): check the user "
                "and the password in SCRIPTORIUM_GRAPH"
            ) from error
        except ConfigurationError as error:
            raise SettingsError(f"SCRIPTORIUM_GRAPH: {error}") from error
        except ClientError as error:
            if error.code == _NO_DATABASE:
                raise SettingsError(
                    f"Neo4j at {self._address.place} has no such database: name one that exists "
                    "in SCRIPTORIUM_GRAPH, or none for the default one"
                ) from error
            raise self._unavailable(error.code) from error
        except TimeoutError as error:
            raise self._unavailable(f"no answer in {self._seconds:g} s") from error
        except (Neo4jError, DriverError, OSError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, why: object) -> GraphUnavailable:
        return GraphUnavailable(
            f"Neo4j at {self._address.place}: {why}. Is it running, and is its Bolt address set in "
            "SCRIPTORIUM_GRAPH?"
        )


async def _create(transaction: AsyncManagedTransaction, statement: str) -> None:
    """A constraint or index: several processes may begin at the same time."""
    await (await transaction.run(statement)).consume()
