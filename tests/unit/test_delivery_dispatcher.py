"""The dispatcher: many consumers, none of which can stop another."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.dispatcher import ConsumerStatus, Dispatcher, State, lag
from adapters.event_log.sqlite import SqliteLog
from cluster.telemetry import Level, Tally
from domain.errors import LogUnavailable, RecordDamaged, UsageError
from domain.events import START, Position, RecordedEvent
from tests.unit.followed_log import SECONDS, FollowedLog, Place, eventually, place


class Office:
    """A dispatcher at work, and what its consumers have handled."""

    def __init__(self, followed: FollowedLog, *extra: Consumer) -> None:
        self.followed = followed
        self.handled: defaultdict[str, list[Place]] = defaultdict(list)
        consumers = [self.consumer("first"), *extra, self.consumer("last")]
        self.dispatcher = Dispatcher(consumers, followed.shared())
        self.run = asyncio.create_task(self.dispatcher.run())

    def consumer(self, name: str) -> Consumer:
        async def handle(event: RecordedEvent) -> None:
            self.handled[name].append(place(event))

        return Consumer(name, handle)

    async def status(self, name: str) -> ConsumerStatus:
        (status,) = (each for each in await self.dispatcher.status() if each.consumer == name)
        return status

    async def have_handled(self, *versions: int) -> None:
        for name in ("first", "last"):
            expected = [("a", version) for version in versions]
            await eventually(lambda name=name, expected=expected: self.handled[name] == expected)  # type: ignore[misc]


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[FollowedLog]:
    log = SqliteLog(tmp_path / "log.db")
    yield FollowedLog(log)
    await log.close()


async def test_all_consumers_get_all_events(followed: FollowedLog) -> None:
    office = Office(followed)
    await followed.publish("a", "Happened", "Happened")
    await office.have_handled(1, 2)
    await office.dispatcher.stop(SECONDS)
    await office.run
    head = await followed.log.head()
    for status in await office.dispatcher.status():
        assert status.state is State.STOPPED
        assert (status.position, status.lag, status.in_flight) == (head, 0, 0)
        assert (status.handled, status.retries, status.dead_letters) == (2, 0, 0)
        assert await followed.log.checkpoint(status.consumer) == head


async def test_a_consumer_that_always_fails_stops_no_other(followed: FollowedLog) -> None:
    async def fail(_: RecordedEvent) -> None:
        raise KeyError("bug")

    office = Office(followed, Consumer("bad", fail, retries=RetryPolicy(3)))
    await followed.publish("a", *["Happened"] * 5)
    await office.have_handled(1, 2, 3, 4, 5)
    await eventually(lambda: followed.metrics.counts["bad", Tally.GIVEN_UP] == 5)
    status = await office.status("bad")
    assert (status.state, status.retries, status.dead_letters) == (State.RUNNING, 10, 5)
    await eventually(lambda: followed.metrics.levels.get(("bad", Level.DEAD_LETTERS)) == 5)
    assert followed.metrics.levels["first", Level.DEAD_LETTERS] == 0
    await office.dispatcher.stop(SECONDS)
    await office.run


async def test_a_delivery_that_fails_is_begun_anew(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell, broken = followed.log.checkpoint, True

    async def checkpoint(name: str) -> Position:
        if name == "bad" and broken:
            raise RecordDamaged("the checkpoint is no position")
        return await tell(name)

    monkeypatch.setattr(followed.log, "checkpoint", checkpoint)
    handled: list[int] = []

    async def handle(event: RecordedEvent) -> None:
        handled.append(event.version)

    office = Office(followed, Consumer("bad", handle))
    await followed.publish("a", "Happened")
    await office.have_handled(1)
    await eventually(lambda: followed.metrics.counts["bad", Tally.RESTARTS] >= 3)
    status = await office.status("bad")
    assert status.error == "domain.errors.RecordDamaged: the checkpoint is no position"
    broken = False
    await eventually(lambda: handled == [1])
    assert (await office.status("bad")).state is State.RUNNING
    await office.dispatcher.stop(SECONDS)
    await office.run


async def test_a_dispatcher_that_begins_anew_can_be_stopped(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claim(_: str) -> None:
        raise UsageError("never")

    monkeypatch.setattr(followed.log, "claim", claim)
    office = Office(followed)
    await eventually(lambda: followed.metrics.counts["last", Tally.RESTARTS] >= 2)
    await office.dispatcher.stop(SECONDS)
    await office.run


async def test_a_new_dispatcher_takes_over(followed: FollowedLog) -> None:
    old = Office(followed)
    await followed.publish("a", "Happened")
    await old.have_handled(1)
    new = Office(followed)
    await followed.publish_until("b", old.run.done)
    old.run.result()
    for status in await old.dispatcher.status():
        assert status.state is State.FENCED_OUT
        assert status.error is not None
    await followed.publish("c", "Happened")
    for name in ("first", "last"):
        await eventually(lambda name=name: ("c", 1) in new.handled[name])  # type: ignore[misc]
        assert ("c", 1) not in old.handled[name]
    await new.dispatcher.stop(SECONDS)
    await new.run


async def test_consumers_have_different_names(followed: FollowedLog) -> None:
    async def handle(_: RecordedEvent) -> None:
        pass

    with pytest.raises(ValueError, match="same name"):
        Dispatcher([Consumer("one", handle), Consumer("one", handle)], followed.shared())


async def test_a_dispatcher_may_have_no_consumers(followed: FollowedLog) -> None:
    dispatcher = Dispatcher([], followed.shared())
    run = asyncio.create_task(dispatcher.run())
    await dispatcher.stop(SECONDS)
    await run
    assert await dispatcher.status() == ()


async def test_status_while_the_log_is_away(
    followed: FollowedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise LogUnavailable("the database is away")

    for name in ("head", "read_all", "claim"):
        monkeypatch.setattr(followed.log, name, away)
    office = Office(followed)
    await eventually(lambda: followed.metrics.counts["first", Tally.LOG_UNAVAILABLE] >= 2)
    status = await office.status("first")
    assert (status.state, status.lag, status.dead_letters) == (State.WAITING_FOR_LOG, None, None)
    monkeypatch.undo()
    await followed.publish("a", "Happened")
    await office.have_handled(1)
    await office.dispatcher.stop(SECONDS)
    await office.run


@pytest.mark.parametrize(
    ("done", "head", "events"),
    [
        (START, START, 0),
        (START, Position(0, 7), 7),
        (Position(0, 7), Position(0, 7), 0),
        (Position(5, 20), Position(6, 18), 1),  # a late sequence number
        (Position(6, 30), Position(6, 18), 0),  # read since the head was asked for
    ],
)
def test_lag(done: Position, head: Position, events: int) -> None:
    assert lag(done, head) == events
