"""What is remembered, over HTTP: of whom there is, page by page, and as it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from adapters.event_log.base import Snapshot
from api.projects.past import state_at
from domain.entities.project import PROJECT
from domain.entities.project.queries import WholeProject
from domain.events import StreamId
from tests.unit.project_server import FIRST, Novel, novel


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path, http_page_items=3) as found:
        yield found


async def told(bell: Novel, chapters: int = 1) -> None:
    for number in range(1, chapters + 1):
        await bell.put_text(number, FIRST)
        approved = await bell.post(f"/chapters/{number}/approve", {"force": True, "reason": "so"})
        assert approved.status_code == 200, approved.text


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/memory/knows", {"character": "Ines Vagra"}),
        ("/memory/knows", {"character": "Saltmarsh"}),
        ("/memory/knows", {"character": "the brass key"}),
        ("/memory/knows", {"character": "world"}),
        ("/memory/facts", {"subject": "Ines Vagra"}),
        ("/memory/sheet", {"name": "Ines Vagra"}),
    ],
)
async def test_nobody_of_that_name(bell: Novel, path: str, asked: dict[str, str]) -> None:
    await told(bell)
    for when in ({}, {"as_of_version": 2}):
        answer = await bell.get(path, **asked, **when)
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/name-not-found"
        assert next(iter(asked.values())) in answer.json()["detail"]


async def test_whoever_is_there_is_found_by_any_name(bell: Novel) -> None:
    for path, asked in (
        ("/memory/knows", {"character": " ines "}),
        ("/memory/facts", {"subject": "MATTHEW"}),
        ("/memory/sheet", {"name": "saltmarsh"}),
    ):
        assert (await bell.get(path, **asked)).status_code == 200


async def test_whom_only_a_chapter_has_is_there(bell: Novel) -> None:
    text = "Ines Varga met Agnes Poll at the gate. Agnes Poll had brown eyes. Agnes Poll nodded."
    missing = await bell.get("/memory/sheet", name="Agnes Poll")
    assert missing.status_code == 404
    await bell.put_text(1, text)
    await bell.post("/chapters/1/approve", {})
    assert (await bell.get("/memory/sheet", name="Agnes Poll")).json()["facts"]


@pytest.mark.parametrize(
    ("path", "lists", "asked"),
    [
        ("/memory/facts", ["facts", "beliefs"], {}),
        ("/memory/facts", ["facts", "beliefs"], {"subject": "Ines", "at_chapter": 1}),
        ("/memory/knows", ["facts", "outdated", "beliefs"], {"character": "Ines"}),
        ("/memory/sheet", ["facts"], {"name": "Ines"}),
        ("/memory/timeline", ["moments"], {}),
        ("/memory/summaries", ["summaries"], {"scope": "chapter"}),
        ("/setups", ["setups"], {"ended": 1}),
    ],
)
async def test_long_answers_come_page_by_page(
    bell: Novel, path: str, lists: list[str], asked: dict[str, str | int]
) -> None:
    await told(bell, 4)
    timeline = {"timeline": ["The bell was cast.", "The bell fell.", "The bell rang again."]}
    await bell.server.client.patch(f"{bell.path}/bible", json=timeline)

    async def pages(limit: int) -> list[list[object]]:
        found: list[list[object]] = []
        at: str | None = f"{bell.path}{path}"
        parameters: dict[str, str | int] | None = {**asked, "limit": limit}
        while at:
            answer = await bell.server.client.get(at, params=parameters)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found.append([(name, each) for name in lists for each in body[name]])
            at, parameters = answer.links.get("next", {}).get("url"), None
            assert (at is None) == (body["next_cursor"] is None)
        return found

    one_by_one, by_three = await pages(1), await pages(500)
    assert all(len(page) <= 1 for page in one_by_one)
    assert all(len(page) <= 3 for page in by_three)
    assert list(chain(*one_by_one)) == list(chain(*by_three))
    if path != "/setups":
        assert len(one_by_one) > 1


async def test_the_story_in_short(bell: Novel) -> None:
    await told(bell, 2)
    chapters = (await bell.get("/memory/summaries")).json()["summaries"]
    assert [(each["scope"], each["first"], each["last"]) for each in chapters] == [
        ("chapter", 1, 1),
        ("chapter", 2, 2),
    ]
    (book,) = (await bell.get("/memory/summaries", scope="book")).json()["summaries"]
    assert (book["first"], book["last"]) == (1, 2)
    assert chapters[0]["text"] in book["text"]
    (then,) = (await bell.get("/memory/summaries", scope="part", at_chapter=1)).json()["summaries"]
    assert then["last"] == 1


async def test_a_parameter_that_nobody_knows_is_refused_everywhere(bell: Novel) -> None:
    asked = 0
    routes = [each for each in bell.server.app.state.routes if isinstance(each, APIRoute)]
    for route in routes:
        if not route.path.startswith("/v1/") or "/hooks/" in route.path:
            continue
        path = route.path.format(
            project_id=bell.id, number=1, book_id="0" * 64, format="txt", **{"name": "x"}
        )
        for method in route.methods or ():
            answer = await bell.server.client.request(method, path, params={"at_chaptr": 1})
            assert answer.status_code == 422, route.path
            assert answer.json()["errors"][0]["at"] == "query.at_chaptr"
            asked += 1
    assert asked > 30
    assert (await bell.server.client.get("/health", params={"from": "probe"})).status_code == 200


async def test_a_parameter_is_named_as_it_was_sent(bell: Novel) -> None:
    answer = await bell.get("/memory/facts", at_chapter="first", as_of_version="x")
    assert [each["at"] for each in answer.json()["errors"]] == [
        "query.at_chapter",
        "query.as_of_version",
    ]


class TestThePast:
    async def test_it_is_what_the_events_say(self, bell: Novel) -> None:
        await told(bell, 2)
        services = bell.server.services
        whole = await services.entities.query("project", bell.id, WholeProject())
        assert await state_at(services.log, bell.id, whole.version) == whole.value
        first = await state_at(services.log, bell.id, 1)
        assert (first.title, dict(first.chapters)) == ("The Bell", {})

    async def test_it_begins_with_a_snapshot_that_is_old_enough(self, bell: Novel) -> None:
        await told(bell)
        log, stream = bell.server.services.log, StreamId("project", bell.id)
        state = (await state_at(log, bell.id, 3)).model_copy(update={"title": "From the snapshot"})
        await log.save_snapshot(stream, Snapshot(3, PROJECT.state_schema, state.model_dump_json()))
        assert (await state_at(log, bell.id, 4)).title == "From the snapshot"
        assert (await state_at(log, bell.id, 3)).title == "From the snapshot"
        assert (await state_at(log, bell.id, 2)).title == "The Bell"

    async def test_a_snapshot_that_cannot_be_read_is_left_alone(self, bell: Novel) -> None:
        log = bell.server.services.log
        damaged = Snapshot(1, PROJECT.state_schema, "{}x")
        await log.save_snapshot(StreamId("project", bell.id), damaged)
        assert (await state_at(log, bell.id, 1)).title == "The Bell"

    async def test_only_so_many_look_back_at_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with novel(tmp_path, http_checks=1) as bell:
            await bell.put_text(1, FIRST)
            begun = asyncio.Event()

            async def slow(*_: object) -> None:
                begun.set()
                await asyncio.sleep(3600)

            monkeypatch.setattr("api.projects.memory.state_at", slow)
            first = asyncio.create_task(bell.get("/memory/timeline", as_of_version=1))
            await begun.wait()
            second = await bell.get("/memory/timeline", as_of_version=1)
            assert second.json()["type"] == "/problems/too-many-requests"
            first.cancel()
            with suppress(asyncio.CancelledError):
                await first
