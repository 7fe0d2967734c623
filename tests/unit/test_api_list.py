from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters.catalogue.base import Entry
from domain.entities.book import Stage
from tests.unit.api_server import Server, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path, http_page_items=4) as running:
        yield running


async def shelve(server: Server, stages: Sequence[Stage]) -> list[str]:
    """Books in these stages, handed in one after the other; gives their ids."""
    ids = [f"{number:064x}" for number in range(len(stages))]
    for number, (book_id, stage) in enumerate(zip(ids, stages, strict=True)):
        entry = Entry(
            book_id=book_id,
            created=number + 1,
            stage=stage,
            source=f"{number}.pdf",
            title="A “small” book" if number % 2 else None,
            pages=20,
            pages_done=number,
            dead_pages=1,
            size=1000,
            version=3,
            updated_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        )
        await server.services.catalogue.upsert(entry)
    return ids


def ids_in(response: httpx.Response) -> list[str]:
    assert response.status_code == 200
    return [item["book_id"] for item in response.json()["items"]]


async def test_an_empty_library(server: Server) -> None:
    response = await server.client.get("/v1/books")
    assert response.json() == {"items": [], "next_cursor": None}
    assert "link" not in response.headers


async def test_a_book_in_the_list(server: Server) -> None:
    ids = await shelve(server, [Stage.PARTIAL, Stage.READY])
    item = (await server.client.get("/v1/books")).json()["items"][0]
    assert item == {
        "book_id": ids[1],
        "version": 3,
        "stage": "ready",
        "source": "1.pdf",
        "title": "A “small” book",
        "size": 1000,
        "pages": 20,
        "pages_done": 1,
        "dead_pages": 1,
        "updated_at": "2026-01-02T03:04:05+00:00",
        "href": f"/v1/books/{ids[1]}",
    }


@pytest.mark.parametrize("limit", ["", "limit=1", "limit=3", "limit=4", "limit=500"])
async def test_all_pages_together_are_the_whole_list(server: Server, limit: str) -> None:
    ids = await shelve(server, [Stage.READY] * 9)
    found: list[str] = []
    address: str | None = f"/v1/books?{limit}"
    while address:
        response = await server.client.get(address)
        assert 1 <= len(ids_in(response)) <= 4
        found += ids_in(response)
        address = response.links.get("next", {}).get("url")
        cursor = response.json()["next_cursor"]
        assert (cursor is None) == (address is None)
        assert cursor is None or f"cursor={cursor}" in (address or "")
    assert found == ids[::-1]


async def test_a_page_that_is_just_full_is_the_last(server: Server) -> None:
    await shelve(server, [Stage.READY] * 4)
    assert (await server.client.get("/v1/books?limit=4")).json()["next_cursor"] is None


async def test_books_of_one_stage(server: Server) -> None:
    ids = await shelve(server, [Stage.READY, Stage.PARTIAL] * 3)
    first = await server.client.get("/v1/books?status=partial&limit=2")
    assert ids_in(first) == [ids[5], ids[3]]
    second = await server.client.get(first.links["next"]["url"])
    assert ids_in(second) == [ids[1]]


async def test_a_book_that_comes_meanwhile_moves_nothing(server: Server) -> None:
    ids = await shelve(server, [Stage.READY] * 3)
    first = await server.client.get("/v1/books?limit=2")
    await shelve(server, [Stage.READY] * 5)
    second = await server.client.get(first.links["next"]["url"])
    assert ids_in(first) + ids_in(second) == ids[::-1]


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("status=lost", "query.status"),
        ("limit=0", "query.limit"),
        ("limit=501", "query.limit"),
        ("limit=ten", "query.limit"),
        ("cursor=", "query.cursor"),
        ("cursor=!", "query.cursor"),
        ("cursor=-1", "query.cursor"),
        ("cursor=x", "query.cursor"),
        ("cursor=" + "f" * 16, "query.cursor"),
    ],
)
async def test_what_makes_no_sense_is_refused(server: Server, query: str, at: str) -> None:
    response = await server.client.get(f"/v1/books?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == at
