"""A project changed over HTTP, its chapters deleted and followed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from domain.events import StreamId
from jobs.consumers.projects import WANTED, ProjectLister
from tests.unit.api_server import serving, streaming
from tests.unit.project_server import FIRST, Json, Novel, novel

LATER = "Ines Varga went to the tower, and she waited there for the tide until it was dark."


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path, http_heartbeat_seconds=0.05) as found:
        yield found


async def changed(bell: Novel, change: Json, **headers: str) -> httpx.Response:
    return await bell.server.client.patch(bell.path, json=change, headers=headers)


async def test_what_is_given_is_changed(bell: Novel) -> None:
    answer = await changed(bell, {"title": " The Tide ", "budget": 5})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["title"], body["budget"], body["language"]) == ("The Tide", 5, "en")
    assert answer.headers["etag"] == f'"{body["version"]}"'
    french = (await changed(bell, {"language": "fr"})).json()
    assert (french["title"], french["budget"], french["language"]) == ("The Tide", 5, "fr")
    assert (await changed(bell, {"budget": None})).json()["budget"] is None
    unchanged = (await changed(bell, {})).json()
    assert unchanged == (await changed(bell, {"title": "The Tide"})).json()


async def test_the_list_says_what_was_changed(bell: Novel) -> None:
    services = bell.server.services
    lister = ProjectLister(services.entities, services.projects)
    await changed(bell, {"title": "The Tide"})
    async for event in services.log.read(StreamId("project", bell.id), 1):
        assert event.event.type in WANTED
        await lister.handle(event)
    (item,) = (await bell.server.client.get("/v1/projects")).json()["items"]
    assert item["title"] == "The Tide"


async def test_the_language_stays_once_there_are_chapters(bell: Novel) -> None:
    await bell.put("/chapters/1", {"text": FIRST})
    refused = await changed(bell, {"language": "fr"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "language_in_use")
    assert (await changed(bell, {"language": "en"})).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [({"language": "xx"}, 422), ({"title": " "}, 422), ({"budget": -1}, 422), ({"name": "A"}, 422)],
)
async def test_what_cannot_be_is_refused(bell: Novel, change: Json, status: int) -> None:
    assert (await changed(bell, change)).status_code == status
    assert (await bell.get()).json()["version"] == 1


async def test_a_change_may_expect_a_version(bell: Novel) -> None:
    await changed(bell, {"title": "The Tide"})
    late = await changed(bell, {"title": "The Ebb"}, **{"If-Match": '"1"'})
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("prices", "status"), [("", 422), ('{"big": {"prompt": 1, "completion": 2}}', 201)]
)
async def test_a_budget_needs_a_price(tmp_path: Path, prices: str, status: int) -> None:
    model = {"llm_url": "http://127.0.0.1:9/v1", "llm_model": "big", "llm_prices": prices}
    async with serving(tmp_path, **model) as server:
        wanted = {"title": "A", "language": "en"}
        for path in ("/v1/projects", "/v1/projects/import"):
            answer = await server.client.post(path, json=wanted | {"budget": 3})
            assert answer.status_code == status, answer.text
            if status == 422:
                assert answer.json()["errors"][0]["at"] == "body.budget"
            begun = await server.client.post(path, json=wanted)
            assert begun.status_code == 201
            address = begun.headers["location"]
            changed = await server.client.patch(address, json={"budget": 3})
            assert (changed.status_code == 200) is (status == 201)


async def test_a_chapter_goes_with_what_memory_had_of_it(bell: Novel) -> None:
    for number, text in enumerate((FIRST, LATER), start=1):
        await bell.put_text(number, text)
        await bell.post(f"/chapters/{number}/approve")
    before = (await bell.get("/memory/summaries")).json()["summaries"]
    deleted = await bell.server.client.delete(f"{bell.path}/chapters/1")
    assert deleted.status_code == 204
    (second,) = (await bell.get("/chapters")).json()["chapters"]
    assert (second["number"], second["stale"]["reason"]) == (2, "chapter_deleted")
    assert (await bell.get("/memory/summaries")).json()["summaries"] == before[1:]
    assert (await bell.get("/chapters/1")).status_code == 404
    assert (await bell.server.client.delete(f"{bell.path}/chapters/1")).status_code == 404
    await bell.put_text(1, FIRST)
    again = (await bell.get("/chapters/1")).json()["chapter"]
    assert (again["revision"], again["status"]) == (1, "pending_review")


async def test_a_chapter_in_the_works_is_not_deleted(bell: Novel) -> None:
    await bell.post("/chapters")
    path = f"{bell.path}/chapters/1"
    refused = await bell.server.client.delete(path)
    assert (refused.status_code, refused.json()["reason"]) == (409, "generating")
    await bell.post("/chapters/1/cancel")
    assert (await bell.server.client.delete(path)).status_code == 204


async def test_a_chapter_is_followed_at_its_address(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    begun = await bell.post("/chapters/1/revise", {"target_word_count": 100})
    address = begun.json()["stream"]
    assert address == f"{bell.path}/chapters/1/stream"
    async with asyncio.timeout(10), streaming(bell.server.app, address) as stream:
        assert stream.status == 200
        await bell.work(1)
        told = []
        while (event := await stream.event()) is not None:
            told.append(event["event"])
    assert told[-1] == "CoherenceValidated"
    assert "ChapterWritten" not in told  # what was before is over


async def test_it_goes_on_after_the_last_event_that_was_seen(bell: Novel) -> None:
    await bell.put("/chapters/1", {"text": FIRST})
    seen = {"Last-Event-ID": "1"}
    address = f"{bell.path}/chapters/1/stream"
    async with asyncio.timeout(10), streaming(bell.server.app, address, seen) as stream:
        event = await stream.event()
        assert event is not None
        assert (event["event"], event["id"]) == ("ChapterWritten", "2")
    missing = await bell.get("/chapters/2/stream")
    assert missing.json()["type"] == "/problems/chapter-not-found"
