import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from adapters.llm.endpoint import Limits
from adapters.llm.openai_model import OpenAiModel
from adapters.llm.prices import Prices
from adapters.llm.response_cache import ResponseCache
from adapters.object_store.local import LocalStore
from adapters.object_store.s3 import S3Store
from tests.contract import neo4j_server as neo4j
from tests.contract import postgres_server as postgres
from tests.contract.chroma_server import ChromaServer
from tests.contract.language_models import FakeTime, Figures, MakeModel, an_endpoint
from tests.contract.neo4j_server import Neo4jMissing, Neo4jServer
from tests.contract.postgres_server import PostgresMissing, PostgresServer
from tests.contract.s3_server import S3Server
from tests.fakes.openai_server import FakeOpenAi

BUCKET = "library"
ACCESS_KEY = "AKIATESTACCESSKEY"
SECRET_KEY = "testSecretKeyThatNobodyMaySee"
LIMITS = Limits(seconds=30)


@pytest.fixture(scope="session")
def running_s3() -> Iterator[S3Server]:
    server = S3Server()
    server.put(f"/{BUCKET}")
    yield server
    server.stop()


@pytest.fixture
def s3_server(running_s3: S3Server) -> S3Server:
    running_s3.requests.clear()
    running_s3.faults.clear()
    return running_s3


@pytest.fixture
def s3_prefix() -> str:
    """The part of the bucket that belongs to one test."""
    return f"tests/{uuid4().hex}"


MakeS3Store = Callable[..., S3Store]


@pytest.fixture
async def s3_store_at(s3_prefix: str) -> AsyncIterator[MakeS3Store]:
    """Makes stores that are closed after the test; keywords override how."""
    stores: list[S3Store] = []

    def make(url: str, *, bucket: str = BUCKET, attempts: int = 2, timeout: float = 20) -> S3Store:
        store = S3Store(
            bucket,
            s3_prefix,
            region="us-east-1",
            endpoint_url=url,
            access_key=SecretStr(ACCESS_KEY),
            secret_key=SecretStr(SECRET_KEY),
            connect_timeout=timeout,
            read_timeout=timeout,
            attempts=attempts,
        )
        stores.append(store)
        return store

    yield make
    for store in stores:
        await store.close()


@pytest.fixture
def s3_store(s3_store_at: MakeS3Store, s3_server: S3Server) -> S3Store:
    return s3_store_at(s3_server.url)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the local store."""
    return tmp_path / "store"


@pytest.fixture
def local_store(root: Path) -> LocalStore:
    return LocalStore(root)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A missing server is told in one line, not in one a test: as if all were skipped here."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        *_, reason = report.longrepr
        if reason.endswith((postgres.NOT_INSTALLED, neo4j.NOT_INSTALLED)):
            report.longrepr = (__file__, 1, reason)
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer()
    except PostgresMissing as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Neo4jServer]:
    try:
        server = Neo4jServer()
    except Neo4jMissing as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chroma_server() -> Iterator[ChromaServer]:
    server = ChromaServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def running_llm() -> Iterator[FakeOpenAi]:
    server = FakeOpenAi()
    yield server
    server.stop()


@pytest.fixture
def llm_server(running_llm: FakeOpenAi) -> FakeOpenAi:
    running_llm.reset()
    return running_llm


@pytest.fixture
def figures() -> Figures:
    """What the models of a test have counted."""
    return Figures()


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The time of the models of a test, and of their circuit breakers."""
    clock = FakeTime()
    monkeypatch.setattr("purgatory.domain.model.time", clock)
    return clock


@pytest.fixture
async def open_llm(
    llm_server: FakeOpenAi, figures: Figures, fake_time: FakeTime
) -> AsyncIterator[MakeModel]:
    """Makes models at the fake endpoint that are closed after the test. A name that was not used
    before is a model of which nothing is known."""
    models: list[OpenAiModel] = []

    def make(
        name: str | None = None,
        *,
        url: str = llm_server.url,
        limits: Limits = LIMITS,
        prices: Prices | None = None,
        cache: ResponseCache | None = None,
    ) -> OpenAiModel:
        model = OpenAiModel(
            an_endpoint(url, limits, figures, fake_time),
            name or uuid4().hex,
            embedding_model="fake-embedder",
            prices=prices,
            cache=cache,
        )
        models.append(model)
        return model

    yield make
    for model in models:
        await model.close()
