"""The catalogue and the list of projects in each database."""

from pathlib import Path

import pytest

from tests.contract.catalogue_cases import CatalogueCases
from tests.contract.event_log_databases import Database, PostgresDatabase, SqliteDatabase
from tests.contract.postgres_server import PostgresServer
from tests.contract.project_list_cases import ProjectListCases


class TestSqlite(CatalogueCases):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return SqliteDatabase(tmp_path)


class TestPostgres(CatalogueCases):
    @pytest.fixture
    def database(self, postgres_server: PostgresServer) -> Database:
        return PostgresDatabase(postgres_server)


class TestProjectsInSqlite(ProjectListCases):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return SqliteDatabase(tmp_path)


class TestProjectsInPostgres(ProjectListCases):
    @pytest.fixture
    def database(self, postgres_server: PostgresServer) -> Database:
        return PostgresDatabase(postgres_server)
