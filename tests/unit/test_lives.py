"""What ends its consumer's process is found out and put aside; nothing else is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.dispatching.consumer import Consumer, RetryPolicy
from adapters.event_log.sqlite import SqliteLog
from cluster.telemetry import Tally
from tests.unit.followed_log import SECONDS, FollowedLog, eventually
from tests.unit.sample_handler import Handler, a_consumer

CRASHES = RetryPolicy().crashes


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


async def crash_during(followed: FollowedLog, handler: Handler, consumer: Consumer) -> None:
    """A life that ends while the first event of stream `deadly` is handled."""
    async with followed.delivering(consumer):
        await eventually(lambda: handler.is_running(("deadly", 1)))


def given_up(followed: FollowedLog) -> int:
    return followed.metrics.counts["reader", Tally.GIVEN_UP]


async def test_an_event_that_ends_each_life_becomes_a_dead_letter(followed: FollowedLog) -> None:
    handler = Handler()
    handler.hold("deadly", 1)
    (deadly, _) = await followed.publish("deadly", "Happened", "Happened")
    await followed.publish("other", "Happened")
    for _ in range(1 + CRASHES):  # the first is not counted: nothing had happened before
        await crash_during(followed, handler, a_consumer(handler))
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("deadly", 2), ("other", 1)))
    assert handler.diary.begun.count(("deadly", 1)) == 1 + CRASHES
    (letter,) = await followed.log.dead_letters()
    assert letter.event.event.event_id == deadly
    assert f"ended each of the {CRASHES} times" in letter.error


async def test_one_that_is_replayed_and_still_deadly_is_put_aside_again(
    followed: FollowedLog,
) -> None:
    handler = Handler()
    handler.hold("deadly", 1)
    await followed.publish("deadly", "Happened")
    for number in range(1, 3):
        for _ in range(1 + CRASHES):
            await crash_during(followed, handler, a_consumer(handler))
        async with followed.delivering(a_consumer(handler)) as delivery:
            await eventually(lambda number=number: given_up(followed) == number)  # type: ignore[misc]
            await delivery.stop(SECONDS)
        (letter,) = await followed.log.dead_letters()
        assert not letter.replay
        await followed.log.request_replay("reader")


async def test_what_is_survived_in_the_end_is_forgotten(followed: FollowedLog) -> None:
    handler = Handler()
    (event_id,) = await followed.publish("deadly", "Happened")
    handler.hold("deadly", 1)
    for _ in range(CRASHES):
        await crash_during(followed, handler, a_consumer(handler))
    assert (await followed.log.attempts("reader"))[event_id] == CRASHES - 1
    handler.held.clear()
    async with followed.delivering(a_consumer(handler)), asyncio.timeout(SECONDS):
        while event_id in await followed.log.attempts("reader"):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    assert handler.diary.finished == [("deadly", 1)]
    assert not await followed.log.dead_letters()


async def test_orderly_ends_are_nobodys_fault(followed: FollowedLog) -> None:
    handler = Handler()
    handler.hold("deadly", 1)
    await followed.publish("deadly", "Happened")
    for _ in range(2 * CRASHES):
        async with followed.delivering(a_consumer(handler)) as delivery:
            await eventually(lambda: handler.is_running(("deadly", 1)))
            await delivery.stop(0)
    assert await followed.log.attempts("reader") == {}
    handler.held.clear()
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("deadly", 1)))
    assert not await followed.log.dead_letters()


async def test_failures_in_one_life_are_no_crashes(followed: FollowedLog) -> None:
    handler = Handler()
    handler.hold("deadly", 1)
    await followed.publish("deadly", "Happened")
    for _ in range(2):
        await crash_during(followed, handler, a_consumer(handler))
    handler.held.clear()
    handler.faults["deadly", 1] = KeyError("bug")
    attempts = 3 * CRASHES
    async with followed.delivering(a_consumer(handler, attempts)):
        await eventually(lambda: given_up(followed))
    (letter,) = await followed.log.dead_letters()
    assert (letter.attempts, letter.error) == (attempts, "KeyError: 'bug'")


async def test_where_all_ends_in_order_nothing_is_counted(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    count = followed.log.count_attempt

    async def note(*arguments: object) -> int:
        counted.append(arguments)
        return await count(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(followed.log, "count_attempt", note)
    handler = Handler()
    for number in range(1, 4):
        await followed.publish("a", "Happened")
        async with followed.delivering(a_consumer(handler)) as delivery:
            await eventually(lambda number=number: handler.has_finished(("a", number)))  # type: ignore[misc]
            await delivery.stop(SECONDS)
    assert len(counted) == 3  # the lives themselves
