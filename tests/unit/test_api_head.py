from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.api_server import PDF_ID, Server, serving, streaming
from tests.unit.sample_book import a_page

BOOK = f"/v1/books/{PDF_ID}"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path, http_streams=1) as running:
        await running.upload(fields={"exports": "md"})
        await running.finish(PDF_ID, [a_page(1, text="one")])
        await running.services.store.put(f"books/{PDF_ID}/exports/book.md", b"# one\n")
        yield running


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/ready",
        "/openapi.json",
        "/docs",
        "/v1/books",
        BOOK,
        f"{BOOK}/pages/1",
        f"{BOOK}/text",
        f"{BOOK}/exports/md",
        f"{BOOK}/exports/pdf",
        "/v1/books?nothing=1",
        "/nothing",
    ],
)
async def test_head_is_get_without_the_body(server: Server, path: str) -> None:
    got = await server.client.get(path)
    head = await server.client.head(path)
    assert got.content
    assert head.content == b""
    assert head.status_code == got.status_code
    for each in (got, head):
        del each.headers["x-request-id"]
    assert head.headers == got.headers


async def test_head_knows_what_the_client_has(server: Server) -> None:
    tag = (await server.client.head(BOOK)).headers["etag"]
    assert (await server.client.head(BOOK, headers={"If-None-Match": tag})).status_code == 304


async def test_head_opens_no_stream(server: Server) -> None:
    for _ in range(3):  # there is one place
        async with streaming(server.app, f"{BOOK}/events", method="HEAD") as stream:
            assert stream.status == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert await stream.block() is None


async def test_head_of_what_fails(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def query(*_arguments: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(server.services.entities, "query", query)
    response = await server.client.head(BOOK)
    assert (response.status_code, response.content) == (500, b"")
    assert response.headers["content-type"] == "application/problem+json"
