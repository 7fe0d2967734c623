"""The event log in each database."""

from pathlib import Path

import pytest

from tests.contract.consumer_log_cases import ConsumerLogCases
from tests.contract.damage_cases import DamageCases
from tests.contract.event_log_cases import EventLogCases
from tests.contract.event_log_databases import Database, PostgresDatabase, SqliteDatabase
from tests.contract.fence_cases import FenceCases
from tests.contract.postgres_server import PostgresServer


class TestSqlite(EventLogCases, FenceCases, ConsumerLogCases, DamageCases):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return SqliteDatabase(tmp_path)


class TestPostgres(EventLogCases, FenceCases, ConsumerLogCases, DamageCases):
    @pytest.fixture
    def database(self, postgres_server: PostgresServer) -> Database:
        return PostgresDatabase(postgres_server)
