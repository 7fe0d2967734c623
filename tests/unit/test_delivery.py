"""Delivery of the log to one consumer: order, attempts, bounds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.delivery import Limits
from adapters.event_log.sqlite import SqliteLog
from cluster.telemetry import Tally
from domain.errors import RecordDamaged, StoreUnavailable, UsageError
from domain.events import RecordedEvent
from tests.unit.followed_log import SECONDS, FollowedLog, eventually
from tests.unit.sample_handler import Handler, a_consumer


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


async def deliver_all(followed: FollowedLog, consumer: Consumer) -> None:
    """Deliver what is in the log, and stop."""
    head = await followed.log.head()
    async with followed.delivering(consumer) as delivery:
        await eventually(lambda: delivery.window.done == head)
        await delivery.stop(SECONDS)


async def test_events_come_in_the_order_of_their_streams(followed: FollowedLog) -> None:
    for _ in range(20):
        for stream in "abc":
            await followed.publish(stream, "Happened", "Happened")
    handler = Handler()
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: len(handler.diary.finished) == 120)
        await followed.publish("d", "Happened")
        await eventually(lambda: handler.has_finished(("d", 1)))
    for stream in "abc":
        assert handler.diary.firsts(stream) == list(range(1, 41))
    assert len(handler.diary.begun) == 121
    assert handler.most_running > 1


async def test_only_wanted_events_come(followed: FollowedLog) -> None:
    await followed.publish("a", "Wanted", "Other", "Wanted", "Other")
    cases: list[tuple[Mapping[str, set[str] | None] | None, list[int]]] = [
        ({"thing": {"Wanted"}}, [1, 3]),
        ({"thing": None}, [1, 2, 3, 4]),
        ({"another": None}, []),
        (None, [1, 2, 3, 4]),
    ]
    for number, (wants, versions) in enumerate(cases):
        handler = Handler()
        consumer = Consumer(f"reader-{number}", handler, wants)
        await deliver_all(followed, consumer)
        assert handler.diary.finished == [("a", version) for version in versions]
        assert await followed.log.checkpoint(consumer.name) == await followed.log.head()


@pytest.mark.parametrize("error", [StoreUnavailable("away"), OSError("gone"), KeyError("bug")])
async def test_an_event_that_always_fails_becomes_a_dead_letter(
    followed: FollowedLog, error: Exception
) -> None:
    _, bad, _ = await followed.publish("a", "Happened", "Happened", "Happened")
    handler = Handler()
    handler.faults["a", 2] = error
    async with followed.delivering(a_consumer(handler, attempts=4)) as delivery:
        await eventually(lambda: handler.has_finished(("a", 1), ("a", 3)))
        await delivery.stop(SECONDS)
    assert Counter(handler.diary.begun) == {("a", 1): 1, ("a", 2): 4, ("a", 3): 1}
    assert handler.diary.begun[-1] == ("a", 3)
    (letter,) = await followed.log.dead_letters("reader")
    assert (letter.event.event.event_id, letter.attempts) == (bad, 4)
    assert type(error).__name__ in letter.error
    assert str(error) in letter.error
    assert await followed.log.checkpoint("reader") == await followed.log.head()
    assert followed.metrics.counts == {
        ("reader", Tally.HANDLED): 2,
        ("reader", Tally.RETRIES): 3,
        ("reader", Tally.GIVEN_UP): 1,
    }


async def test_a_terminal_error_is_not_tried_again(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened", "Happened")
    handler = Handler()
    handler.faults["a", 1] = UsageError("\x1b[31mnever " + "x" * 5000)
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("a", 2)))
    assert handler.diary.begun == [("a", 1), ("a", 2)]
    (letter,) = await followed.log.dead_letters("reader")
    assert letter.attempts == 1
    assert letter.error.startswith("domain.errors.UsageError: \ufffd[31mnever xxx")
    assert len(letter.error) == 2000


async def test_an_event_that_succeeds_at_last_is_done(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened", "Happened")
    handler = Handler()
    handler.faults["a", 1] = OSError("not yet")
    async with followed.delivering(a_consumer(handler, attempts=1000)):
        await eventually(lambda: len(handler.diary.begun) >= 3)
        handler.faults.clear()
        await eventually(lambda: handler.has_finished(("a", 1), ("a", 2)))
    assert handler.diary.finished == [("a", 1), ("a", 2)]
    assert not await followed.log.dead_letters()


async def test_an_event_that_waits_for_its_next_attempt_takes_no_place(
    followed: FollowedLog,
) -> None:
    handler = Handler()
    for number in range(5):
        await followed.publish(f"bad-{number}", "Happened")
        handler.faults[f"bad-{number}", 1] = KeyError("bug")
    hours = RetryPolicy(attempts=2, first_wait=10_000_000, longest_wait=10_000_000)
    consumer = Consumer("reader", handler, retries=hours, parallelism=1)
    async with followed.delivering(consumer):
        await eventually(lambda: len(handler.diary.begun) == 5)
        await followed.publish("good", "Happened")
        await eventually(lambda: handler.has_finished(("good", 1)))


async def test_a_stream_that_stands_still_holds_up_no_other(followed: FollowedLog) -> None:
    handler = Handler()
    for stream in ("slow-1", "slow-2"):
        handler.hold(stream, 1)
        await followed.publish(stream, *["Happened"] * 100)
    limits = Limits(window=64)
    async with followed.delivering(a_consumer(handler), limits) as delivery:
        for number in range(300):
            await followed.publish(f"quick-{number % 7}", "Happened")
        await eventually(lambda: len(handler.diary.finished) == 300)
        await eventually(lambda: delivery.window.held <= 4)  # a handled event leaves it soon
        for event in handler.held.values():
            event.set()
        await eventually(lambda: len(handler.diary.finished) == 500)
        await delivery.stop(SECONDS)
    for stream in ("slow-1", "slow-2"):
        assert handler.diary.firsts(stream) == list(range(1, 101))
    assert len(handler.diary.begun) == 500
    assert await followed.log.checkpoint("reader") == await followed.log.head()


async def test_the_window_and_the_places_are_bounded(followed: FollowedLog) -> None:
    handler = Handler()
    for number in range(100):
        handler.hold(f"s{number}", 1)
        await followed.publish(f"s{number}", "Happened")
    limits = Limits(window=20)
    async with followed.delivering(a_consumer(handler, parallelism=7), limits) as delivery:
        held: list[int] = []
        for where, release in handler.held.items():
            await eventually(partial(handler.is_running, where))
            held.append(delivery.window.held)
            release.set()
        await eventually(lambda: len(handler.diary.finished) == 100)
    assert max(held) <= 20
    assert handler.most_running == 7


async def test_an_attempt_has_a_time_limit(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened", "Happened")
    handler = Handler()
    handler.hold("a", 1)
    async with followed.delivering(a_consumer(handler, attempts=2, time_limit=0.01)):
        await eventually(lambda: handler.has_finished(("a", 2)))
    (letter,) = await followed.log.dead_letters("reader")
    assert letter.error == "TimeoutError: not done within 0.01 seconds"
    assert letter.attempts == 2


async def test_what_a_handler_waits_for_may_be_cancelled(followed: FollowedLog) -> None:
    await followed.publish("a", "Happened", "Happened")
    times = 0

    async def handle(event: RecordedEvent) -> None:
        nonlocal times
        times += 1
        if event.version == 1:
            never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            never.cancel()
            await never

    await deliver_all(followed, Consumer("reader", handle, retries=RetryPolicy(2)))
    assert times == 3
    (letter,) = await followed.log.dead_letters("reader")
    assert letter.event.version == 1


async def test_an_error_may_be_beyond_words(followed: FollowedLog) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise KeyError("no words")

    await followed.publish("a", "Happened", "Happened")
    handler = Handler()
    handler.faults["a", 1] = Mute()
    async with followed.delivering(a_consumer(handler)):
        await eventually(lambda: handler.has_finished(("a", 2)))
    (letter,) = await followed.log.dead_letters("reader")
    assert letter.error.endswith("Mute: <exception str() failed>")


async def test_events_that_have_gone_are_noticed(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> AsyncIterator[RecordedEvent]:
        no_events: list[RecordedEvent] = []
        for event in no_events:
            yield event

    await followed.publish("a", *["Happened"] * 20)
    monkeypatch.setattr(followed.log, "read", nothing)
    handler = Handler()
    async with followed.delivering(a_consumer(handler), Limits(window=32)) as delivery:
        run = followed.runs[delivery]
        await eventually(run.done)
        with pytest.raises(RecordDamaged, match=r"version \d+ of thing/a has gone"):
            run.result()
