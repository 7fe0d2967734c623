"""A consumer's handler that does as a test says."""

import asyncio

from actors.dispatching.consumer import Consumer, RetryPolicy
from domain.events import RecordedEvent
from tests.unit.followed_log import Diary, Place, place


class Handler:
    """Notes what it is called with; fails at `faults` and waits at `held` places."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.faults: dict[Place, Exception] = {}
        self.held: dict[Place, asyncio.Event] = {}
        self.running: set[Place] = set()
        self.most_running = 0

    async def __call__(self, event: RecordedEvent) -> None:
        where = place(event)
        self.diary.begun.append(where)
        self.running.add(where)
        self.most_running = max(self.most_running, len(self.running))
        try:
            assert len({stream for stream, _ in self.running}) == len(self.running)
            if where in self.held:
                await self.held[where].wait()
            else:
                await asyncio.sleep(0)
            if where in self.faults:
                raise self.faults[where]
        finally:
            self.running.discard(where)
        self.diary.finished.append(where)

    def hold(self, stream: str, version: int) -> asyncio.Event:
        return self.held.setdefault((stream, version), asyncio.Event())

    def is_running(self, where: Place) -> bool:
        return where in self.running

    def has_finished(self, *places: Place) -> bool:
        return set(places) <= set(self.diary.finished)


def a_consumer(handler: Handler, attempts: int = 3, **options: object) -> Consumer:
    return Consumer("reader", handler, retries=RetryPolicy(attempts), **options)  # type: ignore[arg-type]
