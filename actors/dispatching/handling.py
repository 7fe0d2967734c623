"""One event and the consumer's handler: attempts, the waits between them, and giving up."""

import asyncio
import logging
import time
import traceback
from contextlib import AsyncExitStack
from typing import NamedTuple

from purgatory import AsyncCircuitBreakerFactory, ContextChanged
from purgatory import Event as Message
from purgatory.domain.model import OpenedState
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from actors.clock import Clock
from actors.dispatching.consumer import Consumer
from actors.patience import Patience
from cluster.telemetry import ConsumerMetrics, Tally
from domain.errors import LogUnavailable, Retryable, Terminal
from domain.events import RecordedEvent

_logger = logging.getLogger(__name__)

_ERROR_CHARACTERS = 2000
_BREAKER_SECONDS = 10.0


class GaveUp(NamedTuple):
    """Why an event will not be tried again, and how often it was."""

    attempts: int
    error: str


class Handling:
    """Calls the handler until it succeeds or has failed often enough.

    Only a running handler takes one of the consumer's places: an event that waits for its next
    attempt holds up nobody. When attempts of many events fail in a row for want of something
    outside (`Retryable` or `OSError`), that is an outage and no fault of the events: a circuit
    breaker then lets no handler run for some seconds, so that few events use up their attempts.
    """

    def __init__(
        self, consumer: Consumer, patience: Patience, metrics: ConsumerMetrics, clock: Clock
    ) -> None:
        self._consumer = consumer
        self._patience = patience
        self._metrics = metrics
        self._clock = clock
        self._places = asyncio.Semaphore(consumer.parallelism)
        # One event alone, failing as often as it may, does not look like an outage.
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=2 * consumer.retries.attempts,
            default_ttl=min(_BREAKER_SECONDS, consumer.retries.longest_wait),
            exclude=[(BaseException, _is_no_outage)],
        )
        self._breakers.add_listener(self._note_breaker)
        self.breaker = "closed"
        self.running = 0
        """How many handlers are running."""
        self.handled = 0
        self.retries = 0
        self._idle = asyncio.Event()
        self._is_closed = False

    async def __call__(self, event: RecordedEvent) -> GaveUp | None:
        """Have an event handled; what it came to, if it could not be."""
        policy = self._consumer.retries
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_tried_again),
            stop=stop_after_attempt(policy.attempts),
            wait=wait_random_exponential(
                multiplier=policy.first_wait, min=policy.first_wait / 2, max=policy.longest_wait
            ),
            before_sleep=self._note_retry,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            await retrying(self._attempt, event)
        except Exception as error:  # a handler is anybody's code: whatever it raises is its answer
            attempts = int(retrying.statistics["attempt_number"])
            _logger.exception(
                "consumer %s gave up on event %s after %d attempts",
                self._consumer.name,
                event.event.event_id,
                attempts,
            )
            return GaveUp(attempts, describe(error))
        return None

    async def close(self, seconds: float) -> None:
        """Begin no attempt from now on, and wait up to `seconds` for the running ones."""
        self._is_closed = True
        if not self.running:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            _logger.warning(
                "consumer %s: %d handlers still run after %g seconds and are cancelled",
                self._consumer.name,
                self.running,
                seconds,
            )

    async def _attempt(self, event: RecordedEvent) -> None:
        await self._patience(lambda: self._turn(event))

    async def _turn(self, event: RecordedEvent) -> None:
        async with self._places, AsyncExitStack() as outcome:
            await self._pass_breaker(outcome)
            if self._is_closed:
                await asyncio.Event().wait()  # until cancelled
            self.running += 1
            self._idle.clear()
            try:
                await self._handle(event)
            finally:
                self.running -= 1
                if not self.running:
                    self._idle.set()

    async def _pass_breaker(self, outcome: AsyncExitStack) -> None:
        breaker = await self._breakers.get_breaker(self._consumer.name)
        while True:
            try:
                await outcome.enter_async_context(breaker)
            except OpenedState as opened:
                reopens = opened.opened_at + breaker.context.ttl - time.time()
                await self._clock.sleep(min(max(reopens, 0.01), breaker.context.ttl))
            else:
                return

    async def _handle(self, event: RecordedEvent) -> None:
        limit = self._consumer.time_limit
        # In a task of its own, so that what cancels itself is told from what we cancel.
        task = asyncio.ensure_future(self._consumer.handle(event))
        try:
            await asyncio.wait([task], timeout=limit)
            if not task.done():
                raise TimeoutError(f"not done within {limit:g} seconds")
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
                _ = task.cancelled() or task.exception()  # it matters no more what came of it
        if task.cancelled():
            raise RuntimeError("the handler, or what it was waiting for, was cancelled")
        task.result()
        self.handled += 1
        self._metrics.count(self._consumer.name, Tally.HANDLED)

    def _note_breaker(self, _circuit: str, _kind: str, message: Message) -> None:
        if not isinstance(message, ContextChanged) or message.state == self.breaker:
            return
        self.breaker = message.state
        _logger.warning("consumer %s: its circuit breaker is %s", self._consumer.name, self.breaker)

    def _note_retry(self, state: RetryCallState) -> None:
        self.retries += 1
        self._metrics.count(self._consumer.name, Tally.RETRIES)
        error = state.outcome.exception() if state.outcome else None
        _logger.warning(
            "consumer %s: attempt %d failed, next in %.1f seconds: %s",
            self._consumer.name,
            state.attempt_number,
            state.upcoming_sleep,
            describe(error),
        )


def describe(error: BaseException | None) -> str:
    """An error's type and message, printable and of bounded length."""
    text = "".join(traceback.format_exception_only(error)).rstrip()[:_ERROR_CHARACTERS]
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _is_tried_again(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(error, Terminal)


def _is_no_outage(error: BaseException) -> bool:
    # For the log's own outages there is `Patience`.
    return isinstance(error, LogUnavailable) or not isinstance(error, Retryable | OSError)
