"""Dead letters handled once more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.event_log.sqlite import SqliteLog
from domain.errors import UsageError
from tests.unit.followed_log import FollowedLog, eventually
from tests.unit.sample_handler import Handler, a_consumer


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


async def test_a_dead_letter_is_replayed(followed: FollowedLog) -> None:
    (bad, *_) = await followed.publish("a", "Happened", "Happened")
    (worse,) = await followed.publish("b", "Happened")
    handler = Handler()
    handler.faults["a", 1] = UsageError("no")
    handler.faults["b", 1] = UsageError("never")
    async with followed.delivering(a_consumer(handler)) as delivery:
        head = await followed.log.head()
        await eventually(lambda: delivery.window.done == head)
        assert len(await followed.log.dead_letters("reader")) == 2
        del handler.faults["a", 1]
        hold = handler.hold("a", 3)
        await followed.publish("a", "Happened")
        await eventually(lambda: ("a", 3) in handler.running)
        assert await followed.log.request_replay("reader") == 2
        await eventually(lambda: handler.diary.begun.count(("b", 1)) == 2)
        assert handler.diary.begun.count(("a", 1)) == 1  # its stream is busy
        hold.set()
        await eventually(lambda: handler.has_finished(("a", 1)))
        await eventually(lambda: delivery.window.held == 0)
    (letter,) = await followed.log.dead_letters("reader")
    assert letter.event.event.event_id == worse != bad
    assert not letter.replay
    assert handler.diary.begun.count(("a", 1)) == 2
    assert handler.diary.begun.count(("b", 1)) == 2


async def test_a_replay_that_a_crash_cut_short_is_taken_up_again(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened")
    handler = Handler()
    handler.faults["a", 1] = UsageError("no")
    async with followed.delivering(a_consumer(handler)) as delivery:
        head = await followed.log.head()
        await eventually(lambda: delivery.saved == head)
    handler.faults.clear()
    handler.hold("a", 1)
    await followed.log.request_replay("reader")
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.running)
    handler.held.clear()
    async with followed.delivering(a_consumer(handler)) as delivery:
        await eventually(lambda: handler.has_finished(("a", 1)))
        await eventually(lambda: delivery.window.held == 0)
    assert not await followed.log.dead_letters("reader")
