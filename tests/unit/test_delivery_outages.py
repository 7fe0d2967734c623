"""What delivery does while the log, or what handlers depend on, is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from actors.clock import Clock
from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.handling import GaveUp, Handling
from actors.patience import Patience
from adapters.event_log.sqlite import SqliteLog
from cluster.telemetry import Tally
from domain.errors import LogUnavailable, StoreUnavailable
from domain.events import RecordedEvent
from tests.unit.followed_log import (
    SECONDS,
    CountedMetrics,
    FollowedLog,
    HeldClock,
    QuickClock,
    an_event,
    eventually,
)

T = TypeVar("T")


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


class Downtime:
    """Makes the log's methods fail while `is_down`."""

    def __init__(self, log: object, patch: pytest.MonkeyPatch, *names: str) -> None:
        self.is_down = True
        self.calls = 0
        for name in names:
            patch.setattr(log, name, self._guarded(getattr(log, name)))

    def _guarded(self, call: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def guarded(*arguments: object, **options: object) -> T:
            if self.is_down:
                self.calls += 1
                raise LogUnavailable("the database is away")
            return await call(*arguments, **options)

        return guarded


@pytest.mark.parametrize(
    "names",
    [["claim"], ["checkpoint"], ["read_all", "wait"], ["save_checkpoint"], ["dead_letters"]],
)
async def test_a_delivery_waits_for_the_log(
    followed: FollowedLog,
    names: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handled: list[int] = []

    async def handle(event: RecordedEvent) -> None:
        handled.append(event.version)

    await followed.publish("a", "Happened", "Happened")
    downtime = Downtime(followed.log, monkeypatch, *names)
    head = await followed.log.head()
    async with followed.delivering(Consumer("reader", handle)) as delivery:
        await eventually(lambda: followed.metrics.counts["reader", Tally.LOG_UNAVAILABLE] >= 4)
        assert delivery.patience.is_tried
        downtime.is_down = False
        await eventually(lambda: delivery.saved == head)
        await eventually(lambda: not delivery.patience.is_tried)
    assert handled == [1, 2]
    about = [each.message for each in caplog.records if "consumer reader" in each.message]
    assert about == [
        "consumer reader waits for the event log: the database is away",
        "consumer reader: the event log answers again",
    ]


async def test_a_dead_letter_waits_for_the_log(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(_: RecordedEvent) -> None:
        raise KeyError("bug")

    await followed.publish("a", "Happened")
    downtime = Downtime(followed.log, monkeypatch, "bury")
    head = await followed.log.head()
    consumer = Consumer("reader", handle, retries=RetryPolicy(2))
    async with followed.delivering(consumer) as delivery:
        await eventually(lambda: downtime.calls >= 5)
        assert delivery.window.done < head
        downtime.is_down = False
        await eventually(lambda: delivery.saved == head)
    assert len(await followed.log.dead_letters("reader")) == 1


async def test_a_handler_that_lacks_the_log_uses_up_no_attempt(followed: FollowedLog) -> None:
    calls = 0

    async def handle(_: RecordedEvent) -> None:
        nonlocal calls
        calls += 1
        if calls < 20:
            raise LogUnavailable("the database is away")

    await followed.publish("a", "Happened")
    head = await followed.log.head()
    consumer = Consumer("reader", handle, retries=RetryPolicy(1))
    async with followed.delivering(consumer) as delivery:
        await eventually(lambda: delivery.window.done == head)
    assert calls == 20
    assert not await followed.log.dead_letters("reader")


@pytest.mark.parametrize("name", ["claim", "save_checkpoint"])
async def test_a_delivery_stops_while_the_log_is_away(
    followed: FollowedLog, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(_: RecordedEvent) -> None:
        pass

    await followed.publish("a", "Happened")
    downtime = Downtime(followed.log, monkeypatch, name)
    async with followed.delivering(Consumer("reader", handle)) as delivery:
        await eventually(lambda: downtime.calls >= 2)
        await delivery.stop(SECONDS)
        await eventually(followed.runs[delivery].done)
        assert followed.runs[delivery].exception() is None


async def test_news_is_not_needed(followed: FollowedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[int] = []

    async def handle(event: RecordedEvent) -> None:
        handled.append(event.version)

    Downtime(followed.log, monkeypatch, "wait")
    async with followed.delivering(Consumer("reader", handle)):
        for number in range(1, 4):
            await followed.publish("a", "Happened")
            await eventually(lambda number=number: len(handled) == number)  # type: ignore[misc]


async def test_other_errors_are_not_waited_out() -> None:
    async def call() -> None:
        raise StoreUnavailable("not the log")

    with pytest.raises(StoreUnavailable):
        await Patience("a test", QuickClock())(call)


class Dependency:
    """Something that handlers need."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.calls = 0

    async def handle(self, _: RecordedEvent) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error


def a_handling(dependency: Dependency, clock: Clock) -> Handling:
    consumer = Consumer("reader", dependency.handle, retries=RetryPolicy(5, 1, 60), parallelism=4)
    return Handling(consumer, Patience("a test", clock), CountedMetrics(), clock)


async def handle_streams(handling: Handling, streams: int) -> list[GaveUp | None]:
    """What comes of one event each of so many streams."""
    events = [an_event(number, f"s{number}", 1) for number in range(streams)]
    return await asyncio.gather(*map(handling, events))


async def test_an_outage_uses_up_few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HeldClock()
    monkeypatch.setattr("purgatory.domain.model.time", clock)
    monkeypatch.setattr("actors.dispatching.handling.time", clock)
    dependency = Dependency(StoreUnavailable("away"))
    handling = a_handling(dependency, clock)
    outcomes = asyncio.ensure_future(handle_streams(handling, 50))
    await clock.advance(0)
    assert handling.breaker == "opened"
    at_first = dependency.calls
    assert 10 <= at_first < 10 + 4  # the other handlers had begun
    await clock.advance(9)
    assert dependency.calls == at_first
    for tries in range(1, 6):
        await clock.advance(10.1)
        assert dependency.calls <= at_first + 4 * tries
    assert dependency.calls > at_first
    dependency.error = None
    for _ in range(20):
        await clock.advance(10.1)
    assert handling.breaker == "closed"
    assert (await outcomes).count(None) >= 40


async def test_faults_of_events_are_no_outage() -> None:
    dependency = Dependency(KeyError("bug"))
    handling = a_handling(dependency, QuickClock())
    assert await handle_streams(handling, 10) == [GaveUp(5, "KeyError: 'bug'")] * 10
    assert (handling.breaker, dependency.calls) == ("closed", 50)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), OSError("gone")])
async def test_one_event_alone_is_no_outage(error: Exception) -> None:
    dependency = Dependency(error)
    handling = a_handling(dependency, QuickClock())
    (gave_up,) = await handle_streams(handling, 1)
    assert gave_up is not None
    assert gave_up.attempts == 5
    assert handling.breaker == "closed"
    dependency.error = None
    assert await handle_streams(handling, 3) == [None] * 3


async def test_in_a_lasting_outage_events_are_given_up_all_the_same() -> None:
    dependency = Dependency(StoreUnavailable("away"))
    consumer = Consumer("reader", dependency.handle, retries=RetryPolicy(3, 0.001, 0.01))
    clock = QuickClock()
    handling = Handling(consumer, Patience("a test", clock), CountedMetrics(), clock)
    outcomes = await handle_streams(handling, 30)
    assert outcomes == [GaveUp(3, "domain.errors.StoreUnavailable: away")] * 30
    assert dependency.calls == 90
