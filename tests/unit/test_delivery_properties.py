"""Whatever handlers and the log do, and whenever the process ends: no event is passed over."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.delivery import Delivery, Limits
from adapters.event_log.base import DeadLetter, Fence
from adapters.event_log.sqlite import SqliteLog
from domain.errors import LogUnavailable, StoreUnavailable, UsageError
from domain.events import Position, RecordedEvent
from tests.unit.followed_log import SECONDS, FollowedLog, Place, eventually, place

ATTEMPTS = 3
STREAMS = "abcd"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Script:
    """What happens: the streams of the events in their order, what goes wrong with them (how many
    attempts fail, with which error, after how many turns of the event loop), after how many calls
    of the handler the process ends, and which calls of the log are not answered, before (True) or
    after their work."""

    streams: Sequence[str]
    failures: dict[Place, int]
    terminal: frozenset[Place]
    turns: dict[Place, int]
    crashes: Sequence[int]
    unanswered: dict[int, bool]
    window: int


places = st.tuples(st.sampled_from(STREAMS), st.integers(1, 20))
scripts = st.builds(
    Script,
    streams=st.lists(st.sampled_from(STREAMS), max_size=60),
    failures=st.dictionaries(places, st.integers(1, 2 * ATTEMPTS), max_size=8),
    terminal=st.frozensets(places, max_size=3),
    turns=st.dictionaries(places, st.integers(1, 30), max_size=20),
    crashes=st.lists(st.integers(0, 30), max_size=3),
    unanswered=st.dictionaries(st.integers(0, 60), st.booleans(), max_size=15),
    window=st.integers(8, 100),
)


class ShakyLog(SqliteLog):
    """A log that leaves calls unanswered, and checks each checkpoint against what is done."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.unanswered: dict[int, bool] = {}
        self.done: set[Position] = set()
        self.wrong: list[Position] = []
        self._events: list[Position] = []
        self._calls = 0

    async def know_events(self) -> None:
        self._events = [
            each.position for each in (await self.read_all(Position(0, 0), 1000)).events
        ]

    async def bury(self, letter: DeadLetter) -> None:
        await super().bury(letter)
        self.done.add(letter.event.position)

    async def save_checkpoint(self, consumer: str, position: Position, fence: Fence) -> None:
        self.wrong += [each for each in self._events if each <= position and each not in self.done]
        await super().save_checkpoint(consumer, position, fence)

    async def query(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._shaken(lambda: super(ShakyLog, self).query(work, *args, **kwargs))

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._shaken(lambda: super(ShakyLog, self).transact(work, *args, **kwargs))

    async def _shaken(self, call: Callable[[], Awaitable[T]]) -> T:
        self._calls += 1
        before = self.unanswered.get(self._calls)
        if before is True:
            raise LogUnavailable("the connection was refused")
        result = await call()
        if before is False:
            raise LogUnavailable("the connection was lost")
        return result


@dataclass
class Worker:
    """A handler that follows the script, over several lives of its process."""

    script: Script
    log: ShakyLog
    handled: list[Place] = field(default_factory=list)
    calls: Counter[Place] = field(default_factory=Counter)
    life: int = 0
    delivery: Delivery | None = None
    most_held: int = 0

    async def handle(self, event: RecordedEvent) -> None:
        where = place(event)
        self.calls[where] += 1
        self.life += 1
        assert self.delivery
        self.most_held = max(self.most_held, self.delivery.window.held)
        for _ in range(self.script.turns.get(where, 0)):
            await asyncio.sleep(0)
        if where in self.script.terminal:
            raise UsageError("never")
        if self.calls[where] <= self.script.failures.get(where, 0):
            raise StoreUnavailable("not yet") if self.calls[where] % 2 else KeyError("a bug")
        self.handled.append(where)
        self.log.done.add(event.position)


async def play(script: Script, folder: Path) -> None:
    log = ShakyLog(folder / "log.db")
    followed = FollowedLog(log)
    for stream in script.streams:
        await followed.publish(stream, "Happened")
    await log.know_events()
    log.unanswered = {log._calls + number: before for number, before in script.unanswered.items()}
    worker = Worker(script, log)
    retries = RetryPolicy(ATTEMPTS, 0.5, 20)
    consumer = Consumer("worker", worker.handle, retries=retries, parallelism=3)
    limits = Limits(window=script.window, save_seconds=3, poll_seconds=20)
    for calls in script.crashes:
        worker.life = 0
        async with followed.delivering(consumer, limits) as delivery:
            worker.delivery = delivery
            everything = len(script.streams)
            await eventually(lambda: worker.life >= calls or len(log.done) == everything)  # noqa: B023
    log.unanswered = {}
    head = await log.head()
    async with followed.delivering(consumer, limits) as delivery:
        worker.delivery = delivery
        await eventually(lambda: delivery.window.done == head)
        assert delivery.window.held == 0
        await delivery.stop(SECONDS)
    await check(worker, head)
    await log.close()


async def check(worker: Worker, head: Position) -> None:
    """Nothing is lost, nothing out of order, no checkpoint was ahead of its time."""
    script, log = worker.script, worker.log
    assert not log.wrong
    assert worker.most_held <= script.window
    assert await log.checkpoint("worker") == head
    published = Counter(script.streams)
    dead = {place(letter.event) for letter in await log.dead_letters("worker")}
    for stream, count in published.items():
        handled = list(dict.fromkeys(where for where in worker.handled if where[0] == stream))
        versions = set(range(1, count + 1))
        assert {version for _, version in handled} | {
            version for name, version in dead if name == stream
        } == versions
        # A dead letter may have been handled by another life, early or late.
        assert (in_order := [where for where in handled if where not in dead]) == sorted(in_order)
    assert dead >= script.terminal & {
        (stream, version) for stream, count in published.items() for version in range(1, count + 1)
    }
    for where in dead - script.terminal:
        assert script.failures[where] >= ATTEMPTS


@given(scripts)
@settings(max_examples=60)
def test_no_event_is_lost_or_out_of_order(script: Script) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(script, Path(folder)))
