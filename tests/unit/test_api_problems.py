import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.problems import ProblemType
from domain.errors import (
    ClusterUnavailable,
    CommandRefused,
    EntityFailed,
    FencedOut,
    LogUnavailable,
    ObjectMissing,
    RecordDamaged,
    SettingsError,
    ShardBusy,
    ShardUnavailable,
    StoreRefused,
    StoreUnavailable,
    UsageError,
    VersionMismatch,
)
from domain.events import StreamId
from tests.unit.api_server import PDF_ID, Server, serving

BOOK = f"/v1/books/{PDF_ID}"
SECRET = "postgresql://user:password@host/db"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running


def failing(server: Server, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    async def query(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(server.services.entities, "query", query)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ShardBusy(SECRET), ("shard-busy", 503, "1")),
        (ShardUnavailable(SECRET), ("shard-unavailable", 503, "2")),
        (FencedOut(SECRET), ("shard-unavailable", 503, "2")),
        (LogUnavailable(SECRET), ("log-unavailable", 503, "5")),
        (StoreUnavailable(SECRET), ("store-unavailable", 503, "5")),
        (ClusterUnavailable(SECRET), ("unavailable", 503, "5")),
        (StoreRefused(SECRET), ("internal-error", 500, None)),
        (ObjectMissing(SECRET), ("internal-error", 500, None)),
        (RecordDamaged(SECRET), ("internal-error", 500, None)),
        (EntityFailed(SECRET), ("internal-error", 500, None)),
        (UsageError(SECRET), ("internal-error", 500, None)),
        (SettingsError(SECRET), ("internal-error", 500, None)),
        (RuntimeError(SECRET), ("internal-error", 500, None)),
        (TimeoutError(SECRET), ("internal-error", 500, None)),
        (CommandRefused("unknown_book", "no such book"), ("book-not-found", 404, None)),
        (CommandRefused("some_reason", "not now"), ("command-refused", 409, None)),
        (VersionMismatch(1, 2), ("version-mismatch", 412, None)),
    ],
)
async def test_every_error_is_a_problem(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    expected: tuple[str, int, str | None],
) -> None:
    name, status, retry_after = expected
    failing(server, monkeypatch, error)
    with caplog.at_level(logging.ERROR, "scriptorium.api"):
        response = await server.client.get(BOOK, headers={"X-Request-ID": "the-request"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers.get("retry-after") == retry_after
    problem = response.json()
    assert problem["type"] == f"/problems/{name}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == BOOK
    assert problem["request_id"] == "the-request"
    assert SECRET not in response.text
    assert "Traceback" not in response.text
    assert ("the-request" in caplog.text) == (status >= 500)


async def test_an_address_where_nothing_is(server: Server) -> None:
    for path in ("/", "/v1", "/v1/books/", "/v2/books", "/v1/books/x/y/z", "/docs/x"):
        response = await server.client.get(path)
        assert response.status_code == 404, path
        assert response.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/books", "GET, HEAD, POST"),
        ("PATCH", BOOK, "GET, HEAD"),
        ("GET", f"{BOOK}/retry", "POST"),
        ("HEAD", f"{BOOK}/retry", "POST"),
        ("GET", "/v1/hooks/object-created", "POST"),
        ("POST", "/health", "GET, HEAD"),
        ("TRACE", "/ready", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_for_an_address(
    server: Server, method: str, path: str, allowed: str
) -> None:
    response = await server.client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    if method != "HEAD":
        assert response.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize("kind", ProblemType)
async def test_the_type_of_a_problem_leads_to_what_it_is(server: Server, kind: ProblemType) -> None:
    response = await server.client.get(kind.uri)
    assert response.status_code == 200
    assert response.json() == {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "retry_after": kind.retry_after,
    }


async def test_a_problem_that_there_is_not(server: Server) -> None:
    assert (await server.client.get("/problems/none")).status_code == 404


async def test_a_request_that_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_arguments: object) -> None:
        await asyncio.Event().wait()

    async with serving(tmp_path, http_request_seconds=0.05) as server:
        monkeypatch.setattr(server.services.entities, "query", never)
        response = await server.client.get(BOOK)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/timed-out"
        assert response.headers["retry-after"] == "5"


async def test_an_answer_that_breaks_off_is_not_passed_off_as_whole(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.upload()
    key = f"books/{PDF_ID}/exports/book.pdf"
    await server.services.store.put(key, bytes(3_000_000))
    get_range = server.services.store.get_range

    async def broken(key: str, start: int, length: int) -> bytes:
        if start:
            raise StoreUnavailable("the disk went away")
        return await get_range(key, start, length)

    monkeypatch.setattr(server.services.store, "get_range", broken)
    with pytest.raises(RuntimeError, match="response already started"):  # breaks the connection off
        await server.client.get(f"{BOOK}/exports/pdf")


@pytest.mark.parametrize("given", ["abc-123", "A" * 128, "urn:x/1+2=3."])
async def test_a_request_keeps_its_id(server: Server, given: str) -> None:
    response = await server.client.get("/health", headers={"X-Request-ID": given})
    assert response.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "A" * 129, "<script>", 'x"y'])
async def test_an_id_that_is_malformed_is_replaced(server: Server, given: str) -> None:
    first = await server.client.get("/health", headers={"X-Request-ID": given})
    second = await server.client.get("/health", headers={"X-Request-ID": given})
    assert first.headers["x-request-id"] != given
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_events_know_the_request_they_came_with(server: Server) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await server.upload(X_Request_ID="the-request", traceparent=trace)
    recorded = [each async for each in server.services.log.read(StreamId("book", PDF_ID))]
    assert recorded[0].event.metadata.correlation_id == "the-request"
    assert recorded[0].event.metadata.traceparent == trace
    assert recorded[0].event.metadata.principal == "http"


async def test_a_malformed_trace_is_left_out(server: Server) -> None:
    await server.upload(traceparent="00-xyz")
    recorded = [each async for each in server.services.log.read(StreamId("book", PDF_ID))]
    assert recorded[0].event.metadata.traceparent is None


async def test_no_page_elsewhere_may_call(server: Server) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    response = await server.client.options("/v1/books", headers=headers)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control")]
