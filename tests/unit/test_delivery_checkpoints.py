"""How far a consumer is: over a crash, an end and a change of owners."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.delivery import Limits
from adapters.event_log.sqlite import SqliteLog
from domain.errors import FencedOut
from domain.events import START
from tests.unit.followed_log import SECONDS, FollowedLog, eventually
from tests.unit.sample_handler import Handler, a_consumer


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


async def test_a_stopped_delivery_goes_on_where_it_was(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened", "Happened")
    handler = Handler()
    async with followed.delivering(a_consumer(handler)) as delivery:
        await eventually(lambda: len(handler.diary.finished) == 2)
        await delivery.stop(SECONDS)
    assert await followed.log.checkpoint("reader") == await followed.log.head()
    await followed.publish("a", "Happened")
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("a", 3)))
    assert handler.diary.begun == [("a", 1), ("a", 2), ("a", 3)]


async def test_the_checkpoint_waits_for_the_oldest_event(followed: FollowedLog) -> None:
    handler = Handler()
    await followed.publish("first", "Happened")
    await followed.publish("slow", "Happened")
    release = handler.hold("slow", 1)
    async with followed.delivering(a_consumer(handler)) as delivery:
        for number in range(20):
            await followed.publish("quick", "Happened")
            await eventually(partial(handler.has_finished, ("quick", number + 1)))
        await eventually(lambda: delivery.saved != START)
        before = await followed.position(("first", 1))
        assert await followed.log.checkpoint("reader") == delivery.saved == before
        release.set()
        head = await followed.log.head()
        await eventually(lambda: delivery.saved == head)
    assert await followed.log.checkpoint("reader") == head


async def test_after_a_crash_everything_beyond_the_checkpoint_comes_again(
    followed: FollowedLog,
) -> None:
    handler = Handler()
    never = Limits(save_seconds=1e9)
    await followed.publish("a", "Happened", "Happened")
    await followed.publish("b", "Happened")
    handler.hold("b", 1)
    async with followed.delivering(a_consumer(handler), never):
        await eventually(lambda: len(handler.diary.begun) == 3)
        await eventually(lambda: handler.has_finished(("a", 2)))
    handler.held.clear()
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("b", 1)) and len(handler.diary.begun) == 6)
    assert Counter(handler.diary.finished) == {("a", 1): 2, ("a", 2): 2, ("b", 1): 1}


async def test_checkpoints_are_not_saved_for_every_event(followed: FollowedLog) -> None:
    saves = 0
    save = followed.log.save_checkpoint

    async def counted(*arguments: object) -> None:
        nonlocal saves
        saves += 1
        await save(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(followed.log, "save_checkpoint", counted)
        for _ in range(10):
            await followed.publish("a", *["Happened"] * 50)
        handler = Handler()
        limits = Limits(save_seconds=50)
        async with followed.delivering(a_consumer(handler), limits) as delivery:
            head = await followed.log.head()
            await eventually(lambda: delivery.saved == head)
            settled = saves
            await asyncio.sleep(0.2)
            assert saves == settled  # nothing new, nothing written
    assert 1 <= saves < 50


async def test_an_older_delivery_is_fenced_out(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened")
    await followed.publish("b", "Happened")
    old, new = Handler(), Handler()
    old.hold("b", 1)
    never = Limits(save_seconds=1e9)
    async with followed.delivering(a_consumer(old), never) as first:
        await eventually(lambda: old.running == {("b", 1)})
        async with followed.delivering(a_consumer(new)) as second:
            await eventually(lambda: new.has_finished(("a", 1), ("b", 1)))
            await second.stop(SECONDS)
        with pytest.raises(FencedOut):
            await first._save_checkpoint()
    assert await followed.log.checkpoint("reader") == await followed.log.head()


async def test_a_delivery_that_is_fenced_out_stops_at_once(followed: FollowedLog) -> None:
    await followed.publish("slow", "Happened")
    handler = Handler()
    handler.hold("slow", 1)
    async with followed.delivering(a_consumer(handler)) as delivery:
        await eventually(lambda: handler.running)
        await followed.log.claim("consumer/reader")
        await followed.publish("a", "Happened", "Happened")
        run = followed.runs[delivery]
        await eventually(run.done)
        assert isinstance(run.exception(), FencedOut)
        assert not handler.running  # cancelled
    assert not handler.has_finished(("slow", 1))
    assert await followed.log.checkpoint("reader") == START


async def test_a_stopping_delivery_lets_handlers_finish(followed: FollowedLog) -> None:
    handler = Handler()
    for stream in ("finishing", "hanging", "failing"):
        await followed.publish(stream, "Happened", "Happened")
    release = handler.hold("finishing", 1)
    handler.hold("hanging", 1)
    handler.faults["failing", 1] = OSError("away")
    hours = RetryPolicy(attempts=2, first_wait=1e9, longest_wait=1e9)
    async with followed.delivering(Consumer("reader", handler, retries=hours)) as delivery:
        await eventually(lambda: len(handler.diary.begun) == 3 and len(handler.running) == 2)
        stopping = asyncio.create_task(delivery.stop(0.2))
        await asyncio.sleep(0)
        release.set()
        await stopping
        await eventually(followed.runs[delivery].done)
    assert handler.diary.finished == [("finishing", 1)]
    assert len(handler.diary.begun) == 3
    head = await followed.position(("finishing", 2))
    assert START < await followed.log.checkpoint("reader") < head


async def test_a_delivery_that_is_stopped_while_it_begins_forgets_nothing(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await followed.publish("a", "Happened")
    async with followed.delivering(a_consumer(Handler())) as delivery:
        await eventually(lambda: delivery.saved != START)
    head = await followed.log.head()
    asked = asyncio.Event()

    async def checkpoint(_: str) -> None:
        asked.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(followed.log, "checkpoint", checkpoint)
        async with followed.delivering(a_consumer(Handler())) as delivery:
            await asked.wait()
            await delivery.stop(SECONDS)
    assert await followed.log.checkpoint("reader") == head
