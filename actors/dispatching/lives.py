"""The ends of a consumer's processes, and which event brings them about."""

import random
from uuid import UUID

from actors.clock import Clock
from actors.dispatching.consumer import Consumer
from actors.patience import Patience
from adapters.event_log.base import Log
from domain.errors import ProcessKilled
from domain.events import START, Position, RecordedEvent

_LIFE = UUID(int=0)
"""Stands in the log for the consumer's lives themselves."""


class Lives:
    """Finds the event that takes the process down with it whenever it is handled.

    A life lasts from `begin` to `end`. After one that had no end, each event that may have been
    under way then is counted in the log before it is handled. One that was counted before waits a
    while, at random, so that those beside it are not always under way when it kills.
    """

    def __init__(self, log: Log, consumer: Consumer, patience: Patience, clock: Clock) -> None:
        self._log = log
        self._consumer = consumer
        self._patience = patience
        self._clock = clock
        self._suspects_end: Position = START
        self._attempts: dict[UUID, int] = {}
        self._begun: set[UUID] = set()

    async def begin(self) -> None:
        """Note that a life begins, and learn from the earlier ones."""
        name = self._consumer.name
        if await self._patience(lambda: self._log.count_attempt(name, _LIFE)) > 1:
            self._suspects_end = await self._patience(self._log.head)
            self._attempts = dict(await self._patience(lambda: self._log.attempts(name)))

    async def wait(self, event: RecordedEvent) -> None:
        """Hold back an event during which earlier lives ended."""
        attempts, retries = self._attempts.get(event.event.event_id, 0), self._consumer.retries
        if attempts:
            longest = min(retries.first_wait * 2.0**attempts, retries.longest_wait)
            await self._clock.sleep(random.uniform(0, longest))  # noqa: S311  # no secret

    async def handle(self, event: RecordedEvent) -> None:
        """Have the consumer handle an event. Raises what it does, and `ProcessKilled` if too many
        lives ended meanwhile."""
        await self._count(event)
        await self._consumer.handle(event)

    def has_counted(self, event: RecordedEvent) -> bool:
        """Whether the event was counted in this life."""
        return event.event.event_id in self._begun

    async def end_event(self, event: RecordedEvent) -> None:
        """Forget an event that was counted, and is done or among the dead letters."""
        event_id = event.event.event_id
        await self._log.forget_attempts(self._consumer.name, event_id)
        self._begun.discard(event_id)

    async def end(self) -> None:
        """Note that the life ends without anybody's fault."""
        await self._log.forget_attempts(self._consumer.name)

    async def _count(self, event: RecordedEvent) -> None:
        """Count an event as begun, once a life."""
        if event.position > self._suspects_end or self.has_counted(event):
            return
        event_id = event.event.event_id
        begun = await self._log.count_attempt(self._consumer.name, event_id)
        self._begun.add(event_id)
        if begun > self._consumer.retries.crashes:
            raise ProcessKilled(f"the process ended each of the {begun - 1} times it was handled")
