"""A chapter followed while it is written: the stream ends, whatever happens."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.event_stream import Streams
from api.projects.following import followed_chapter
from domain.errors import RecordDamaged
from domain.events import StreamId
from tests.unit.project_server import Novel, novel

WANTED = {"target_word_count": 100}
STREAM = {"accept": "text/event-stream", "Idempotency_Key": "one"}


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path, http_heartbeat_seconds=0.05) as found:
        yield found


async def test_a_repeated_request_is_told_what_it_missed(bell: Novel) -> None:
    await bell.post("/chapters", WANTED, Idempotency_Key="one")
    await bell.work(1)
    async with asyncio.timeout(10):
        again = await bell.post("/chapters", WANTED, **STREAM)
    assert again.status_code == 200
    assert "event: CoherenceValidated" in again.text


async def test_a_stream_that_comes_after_the_end_ends(bell: Novel) -> None:
    await bell.post("/chapters", WANTED)
    await bell.post("/chapters/1/cancel")
    found = (await bell.get()).json()
    chapter = found["chapters"][0]["chapter_id"]
    services = bell.server.services
    streams = Streams(1, services.log)
    async with asyncio.timeout(10):
        told = [
            each
            async for each in followed_chapter(
                services, bell.id, chapter, found["version"], streams
            )
        ]
    assert not any(b"event:" in each for each in told)


class DamagedLog:
    """A log of which something cannot be read."""

    async def head(self) -> None:
        return None

    async def wait(self, seconds: float, since: None) -> None:
        await asyncio.sleep(seconds)

    async def read(self, stream: StreamId, after: int) -> AsyncIterator[None]:
        raise RecordDamaged(f"{stream} after {after}")
        yield


async def test_a_stream_whose_events_cannot_be_read_ends(bell: Novel) -> None:
    services = replace(bell.server.services, log=DamagedLog())  # type: ignore[arg-type]
    streams = Streams(1, services.log)
    async with asyncio.timeout(10):
        assert [each async for each in followed_chapter(services, bell.id, "c" * 32, 0, streams)]
