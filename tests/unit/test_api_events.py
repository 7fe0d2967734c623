import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from domain.events import Position
from tests.unit.api_server import PDF_ID, Server, serving, streaming
from tests.unit.sample_book import a_failed_page, a_page

EVENTS = f"/v1/books/{PDF_ID}/events"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        await running.upload()
        yield running


async def test_past_events_come_first_then_those_to_come(server: Server) -> None:
    await server.begin(PDF_ID, 2)
    async with streaming(server.app, EVENTS) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-cache"
        assert await stream.block() == "retry: 1000"
        uploaded, started = await stream.event(), await stream.event()
        assert uploaded and started
        assert (uploaded["id"], uploaded["event"]) == ("1", "BookUploaded")
        assert (started["id"], started["event"]) == ("2", "ReadingStarted")
        data = json.loads(started["data"])
        assert data["version"] == 2
        assert data["type"] == "ReadingStarted"
        assert data["data"] == {"pages": 2, "title": "A “small” book"}
        assert data["occurred_at"].endswith("+00:00")
        await server.read(PDF_ID, [a_page(1), a_failed_page(2)])
        read = await stream.event()
        assert read
        assert (read["id"], read["event"]) == ("3", "SliceRead")
        assert json.loads(read["data"])["data"] == {"pages": [1, 2], "failed": 1}


async def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(
    server: Server,
) -> None:
    async with streaming(server.app, EVENTS) as stream:
        seen = await stream.event()
        assert seen
    await server.begin(PDF_ID, 2)
    await server.read(PDF_ID, [a_page(1)])
    async with streaming(server.app, EVENTS, {"Last-Event-ID": seen["id"]}) as stream:
        ids = [(await stream.event() or {}).get("id") for _ in range(2)]
    assert ids == ["2", "3"]


async def test_several_readers_see_the_same(server: Server) -> None:
    async with streaming(server.app, EVENTS) as one, streaming(server.app, EVENTS) as other:
        await server.begin(PDF_ID, 2)
        for stream in (one, other):
            ids = [(await stream.event() or {}).get("id") for _ in range(2)]
            assert ids == ["1", "2"]


async def test_a_reader_that_has_seen_nothing_gets_everything(server: Server) -> None:
    async with streaming(server.app, EVENTS, {"Last-Event-ID": ""}) as stream:
        assert stream.status == 200
        assert (await stream.event() or {})["id"] == "1"


async def test_all_streams_wait_for_the_log_together(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, waiting, most = server.services.log, 0, 0
    wait, over = log.wait, asyncio.Event()

    async def counted(seconds: float, since: Position | None = None) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        over.clear()
        try:
            await wait(seconds, since)
        finally:
            waiting -= 1
            over.set()

    monkeypatch.setattr(log, "wait", counted)
    async with AsyncExitStack() as stack:
        open = [await stack.enter_async_context(streaming(server.app, EVENTS)) for _ in range(5)]
        for stream in open:
            assert (await stream.event() or {})["id"] == "1"
        await server.begin(PDF_ID, 1)
        for stream in open:
            assert (await stream.event() or {})["id"] == "2"
    await over.wait()  # the last that leaves ends it
    assert most == 1
    async with streaming(server.app, EVENTS, {"Last-Event-ID": "2"}) as stream:
        await server.read(PDF_ID, [a_page(1)])
        assert (await stream.event() or {})["id"] == "3"


@pytest.mark.parametrize("last", ["-1", "one", "1.5", "9" * 40])
async def test_what_is_no_event_id_is_refused(server: Server, last: str) -> None:
    response = await server.client.get(EVENTS, headers={"Last-Event-ID": last})
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "header.Last-Event-ID"


async def test_silence_is_filled(tmp_path: Path) -> None:
    async with serving(tmp_path, http_heartbeat_seconds=0.02) as server:
        await server.upload()
        async with streaming(server.app, EVENTS) as stream:
            assert await stream.event()
            assert await stream.block() == ": ping"
            assert await stream.block() == ": ping"
            await server.begin(PDF_ID, 1)
            started = await stream.event()
            assert started
            assert started["id"] == "2"


async def test_a_stream_ends_after_a_while(tmp_path: Path) -> None:
    async with serving(tmp_path, http_stream_seconds=0.1) as server:
        await server.upload()
        async with streaming(server.app, EVENTS) as stream:
            assert await stream.event()
            assert await stream.event() is None


async def test_streams_end_when_the_process_is_to_end(server: Server) -> None:
    async with streaming(server.app, EVENTS) as stream:
        assert await stream.event()
        server.app.state.streams.close()
        assert await stream.event() is None
    refused = await server.client.get(EVENTS)
    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/unavailable"


async def test_a_stream_outlasts_other_requests(tmp_path: Path) -> None:
    async with serving(tmp_path, http_request_seconds=0.1) as server:
        await server.upload()
        async with streaming(server.app, EVENTS) as stream:
            assert await stream.event()
            await asyncio.sleep(0.3)
            await server.begin(PDF_ID, 1)
            assert await stream.event()


async def test_more_streams_than_allowed_are_turned_away(tmp_path: Path) -> None:
    async with serving(tmp_path, http_streams=1) as server:
        await server.upload()
        async with streaming(server.app, EVENTS):
            refused = await server.client.get(EVENTS)
            assert refused.status_code == 429
            assert refused.json()["type"] == "/problems/too-many-requests"
            assert refused.headers["retry-after"] == "5"
        async with streaming(server.app, EVENTS) as stream:
            assert stream.status == 200


async def test_requests_that_were_refused_do_not_keep_their_place(tmp_path: Path) -> None:
    async with serving(tmp_path, http_streams=1) as server:
        for _ in range(3):
            assert (await server.client.get(EVENTS)).status_code == 404


async def test_a_stream_ends_when_the_log_does_not_answer(server: Server) -> None:
    async with streaming(server.app, EVENTS) as stream:
        assert await stream.event()
        await server.services.log.close()
        assert await stream.event() is None
