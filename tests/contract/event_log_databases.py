"""The databases under test: each is empty at first, and can be written to behind the log's back."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from adapters.event_log.base import Log
from adapters.event_log.postgres import PostgresLog
from adapters.event_log.sqlite import SqliteLog
from tests.contract.postgres_server import PostgresServer


class Database(Protocol):
    @property
    def environment(self) -> Mapping[str, str]:
        """The settings by which another process opens the log."""

    def open(self, *, seconds: float = 30.0) -> Log:
        """One more log object on the same database."""

    def execute(self, statement: str) -> str:
        """Run SQL; gives the rows as text, one a line, with | between columns."""


class SqliteDatabase:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.db"

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SCRIPTORIUM_DATA_DIR": str(self.path.parent)}

    def open(self, *, seconds: float = 30.0) -> SqliteLog:
        return SqliteLog(self.path, seconds=seconds)

    def execute(self, statement: str) -> str:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            rows = connection.execute(statement).fetchall()
        return "\n".join("|".join(map(str, row)) for row in rows)


class PostgresDatabase:
    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.name = server.create_database()

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SCRIPTORIUM_DATABASE": self.url}

    def open(self, *, seconds: float = 30.0) -> PostgresLog:
        return PostgresLog(SecretStr(self.url), seconds=seconds)

    def execute(self, statement: str) -> str:
        return self.server.execute(self.name, statement)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that stays open for as long as a test wants."""
        url = self.url.replace("postgresql:", "postgresql+asyncpg:")
        async with create_async_engine(url, poolclass=NullPool).connect() as connection:
            await connection.begin()
            yield connection
