"""Waiting for the event log: while it is away, nothing else can be done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from actors.clock import Clock
from adapters.event_log.base import EventLog
from domain.errors import LogUnavailable

_logger = logging.getLogger(__name__)

_FIRST_SECONDS = 0.1

T = TypeVar("T")


class Patience:
    """Repeats a call for as long as it raises `LogUnavailable`, at growing intervals.

    `who` is named in the messages: one when the log goes away, one when it is back. `note` is
    called at each failure.
    """

    def __init__(self, who: str, clock: Clock, note: Callable[[], None] = lambda: None) -> None:
        self._who = who
        self._clock = clock
        self._note = note
        self._waiting = 0

    @property
    def is_tried(self) -> bool:
        """Whether a call is being repeated just now."""
        return self._waiting > 0

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, which may be made many times."""
        try:
            return await call()
        except LogUnavailable as error:
            self._waiting += 1
            if self._waiting == 1:
                _logger.warning("%s waits for the event log: %s", self._who, error)
        self._note()
        try:
            result = await self._repeat(call)
        finally:
            self._waiting -= 1
        if not self._waiting:
            _logger.warning("%s: the event log answers again", self._who)
        return result

    async def _repeat(self, call: Callable[[], Awaitable[T]]) -> T:
        async def again() -> T:
            return await call()

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(LogUnavailable),
            wait=wait_random_exponential(multiplier=2 * _FIRST_SECONDS, min=_FIRST_SECONDS, max=10),
            before_sleep=lambda _: self._note(),
            sleep=self._clock.sleep,
        )
        await self._clock.sleep(_FIRST_SECONDS)
        result: T = await retrying(again)
        return result


class News:
    """Tells all who follow the log that there may be something new in it. `who` as `Patience`."""

    def __init__(
        self, log: EventLog, clock: Clock, seconds: float, who: str = "the dispatcher"
    ) -> None:
        self._log = log
        self._seconds = seconds
        self._patience = Patience(who, clock, self._tell)
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Is set at the next news. Ask for it, read the log, and only then wait for it."""
        return self._next

    async def run(self) -> None:
        """Watch the log until cancelled. Not being able to, or `seconds` of silence, is news too:
        whoever wants to know has to look."""
        while True:
            known = await self._patience(self._log.head)
            self._tell()  # they look only now, and what comes from here on is told next
            await self._patience(partial(self._log.wait, self._seconds, known))

    def _tell(self) -> None:
        told, self._next = self._next, asyncio.Event()
        told.set()
