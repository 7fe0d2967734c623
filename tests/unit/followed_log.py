"""An event log that consumers follow, in a time that passes quickly."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from actors.clock import Clock
from actors.dispatching.consumer import Consumer
from actors.dispatching.delivery import Delivery, Limits, Shared
from actors.patience import News
from adapters.event_log.base import Append, Appended, Log
from cluster.telemetry import Level, Tally
from domain.events import Metadata, NewEvent, Position, RecordedEvent, StreamId

SECONDS = 60.0
"""Far more than anything here takes: it is there to end what hangs."""

Place = tuple[str, int]
"""An event by the id of its stream and its version there."""


class QuickClock(Clock):
    """A thousand seconds pass in one."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1000)


class HeldClock(Clock):
    """Time passes when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def time(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.Event()
        self._sleepers.append((self.seconds + seconds, awake))
        await awake.wait()

    async def advance(self, seconds: float) -> None:
        """Let time pass, and let everybody do what there is to do then."""
        self.seconds += seconds
        for deadline, awake in self._sleepers:
            if deadline <= self.seconds:
                awake.set()
        self._sleepers = [each for each in self._sleepers if not each[1].is_set()]
        for _ in range(100):
            await asyncio.sleep(0)


class CountedMetrics:
    """Metrics that a test can look at."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, Tally]] = Counter()
        self.levels: dict[tuple[str, Level], int] = {}

    def count(self, consumer: str, what: Tally) -> None:
        self.counts[consumer, what] += 1

    def set(self, consumer: str, what: Level, value: int) -> None:
        self.levels[consumer, what] = value


class Diary:
    """What a handler was called with, in order; `finished` only what it returned from."""

    def __init__(self) -> None:
        self.begun: list[Place] = []
        self.finished: list[Place] = []

    def firsts(self, stream: str) -> list[int]:
        """The versions of a stream in the order in which they were handled first."""
        return list(dict.fromkeys(version for name, version in self.finished if name == stream))


class FollowedLog:
    """A log with events of the tests' own, and deliveries from it."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.metrics = CountedMetrics()
        self.runs: dict[Delivery, asyncio.Task[None]] = {}
        self._versions: defaultdict[str, int] = defaultdict(int)

    @staticmethod
    def stream(name: str) -> StreamId:
        """The stream that the tests call so."""
        return StreamId("thing", name)

    async def publish(self, stream: str, *types: str) -> list[UUID]:
        """Record events, one append for all."""
        now = datetime.now(UTC)
        origin = Metadata(command_id=str(uuid4()), correlation_id="test")
        events = [NewEvent(uuid4(), each, 1, "{}", origin, now) for each in types]
        append = Append(self.stream(stream), self._versions[stream], events)
        (outcome,) = await self.log.append([append])
        assert isinstance(outcome, Appended)
        self._versions[stream] = outcome.version
        return [each.event_id for each in events]

    async def publish_until(self, stream: str, condition: Callable[[], object]) -> None:
        """Record one event after the other until `condition` is true."""
        async with asyncio.timeout(SECONDS):
            while not condition():
                await self.publish(stream, "Happened")
                await asyncio.sleep(0.01)

    async def position(self, place: Place) -> Position:
        """Where an event is in the whole log."""
        stream, version = place
        async for event in self.log.read(self.stream(stream), version - 1):
            return event.position
        raise AssertionError(f"{place} is not in the log")

    def shared(self, limits: Limits | None = None, poll_seconds: float = 0.05) -> Shared:
        """What deliveries need; `poll_seconds` are real ones."""
        clock = QuickClock()
        news = News(self.log, clock, poll_seconds)
        return Shared(self.log, news, self.metrics, limits or Limits(), clock)

    @asynccontextmanager
    async def delivering(
        self, consumer: Consumer, limits: Limits | None = None, poll_seconds: float = 0.05
    ) -> AsyncIterator[Delivery]:
        """Deliver to a consumer; at the end it is ended as a crash would."""
        shared = self.shared(limits, poll_seconds)
        delivery = Delivery(consumer, shared)
        run = self.runs[delivery] = asyncio.create_task(delivery.run())
        news = asyncio.create_task(shared.news.run())
        try:
            yield delivery
            if run.done() and not run.cancelled():
                assert not isinstance(run.exception(), AssertionError), run.exception()
        finally:
            for task in (run, news):
                task.cancel()
            await asyncio.wait([run, news])


def an_event(sequence: int, stream: str, version: int) -> RecordedEvent:
    """An event that may have come from a log."""
    origin = Metadata(command_id="c", correlation_id="c")
    event = NewEvent(uuid4(), "Happened", 1, "{}", origin, datetime(2030, 1, 1, tzinfo=UTC))
    return RecordedEvent(Position(0, sequence), StreamId("thing", stream), version, event, "")


def place(event: RecordedEvent) -> Place:
    """How the tests name an event."""
    return event.stream.id, event.version


async def eventually(condition: Callable[[], object]) -> None:
    """Return when `condition` is true; the test fails when it does not become so."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110  # what it looks at are plain values
            await asyncio.sleep(0.002)
