"""The dispatcher: brings the event log to all its consumers."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from actors.dispatching.consumer import Consumer
from actors.dispatching.delivery import Delivery, Shared
from actors.dispatching.handling import describe
from actors.patience import Patience
from cluster.telemetry import Level, Tally
from domain.book import Frozen
from domain.errors import FencedOut, LogUnavailable
from domain.events import Position

_logger = logging.getLogger(__name__)

_OBSERVE_SECONDS = 5.0


class State(StrEnum):
    """How delivery to a consumer stands."""

    RUNNING = "running"
    WAITING_FOR_LOG = "waiting_for_log"
    RESTARTING = "restarting"
    FENCED_OUT = "fenced_out"
    STOPPED = "stopped"


class ConsumerStatus(Frozen):
    """How far a consumer is, and how it is doing.

    `position` is its durable checkpoint. `lag` counts the events after those it is done with,
    wanted or not; writes that a database took back may be among them. `in_flight` events were
    read and are not done, handlers are `running` for some of them. `handled` and `retries` count
    from the delivery's last start on, `error` is what made it start again. `lag` and
    `dead_letters` are None while the log does not answer.
    """

    consumer: str
    state: State
    position: Position
    lag: int | None
    in_flight: int
    running: int
    handled: int
    retries: int
    dead_letters: int | None
    breaker: str
    error: str | None


@dataclass(slots=True)
class _Following:
    """A consumer and its present delivery."""

    consumer: Consumer
    delivery: Delivery
    state: State = State.RUNNING
    error: str | None = None


class Dispatcher:
    """Runs a delivery for each consumer, none of which can stop another.

    A delivery that fails as a whole, which no handler can bring about, is begun anew from its
    checkpoint, at growing intervals. One that is fenced out is left to its new owner.
    """

    def __init__(self, consumers: Sequence[Consumer], shared: Shared) -> None:
        self._shared = shared
        self._followings = {
            each.name: _Following(each, Delivery(each, shared)) for each in consumers
        }
        if len(self._followings) < len(consumers):
            raise ValueError("two consumers have the same name, and so the same checkpoint")
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = asyncio.Event()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the consumers."""
        return tuple(self._followings)

    async def run(self) -> None:
        """Deliver until stopped, or until all consumers have found new owners."""
        try:
            async with asyncio.TaskGroup() as tasks:
                others = [
                    tasks.create_task(self._shared.news.run()),
                    tasks.create_task(self._observe()),
                ]
                self._tasks = [
                    tasks.create_task(self._follow(each)) for each in self._followings.values()
                ]
                if self._tasks:
                    await asyncio.wait(self._tasks)
                for task in others:
                    task.cancel()
        finally:
            self._ended.set()

    async def stop(self, seconds: float) -> None:
        """End `run`: handlers under way get `seconds` to finish, then the checkpoints are saved."""
        followings = self._followings.values()
        await asyncio.gather(*(each.delivery.stop(seconds) for each in followings))
        while left := [task for task in self._tasks if not task.done()]:
            for task in left:
                task.cancel()
            # Again, for a cancellation is lost when a delivery fails at the same moment.
            await asyncio.wait(left, timeout=0.1)
        await self._ended.wait()

    async def status(self) -> tuple[ConsumerStatus, ...]:
        """How the consumers are doing."""
        try:
            head = await self._shared.log.head()
            letters = await self._shared.log.count_dead_letters()
        except LogUnavailable:
            return tuple(_status(each, None, None) for each in self._followings.values())
        return tuple(_status(each, head, letters) for each in self._followings.values())

    async def _follow(self, following: _Following) -> None:
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_begun_anew),
            wait=wait_random_exponential(multiplier=1, min=0.5, max=60),
            before_sleep=partial(self._note_failure, following),
            sleep=self._shared.clock.sleep,
        )
        try:
            await retrying(self._deliver, following)
        except FencedOut as error:
            following.state = State.FENCED_OUT
            following.error = describe(error)
            _logger.warning("consumer %s has a new owner: %s", following.consumer.name, error)
        finally:
            if following.state is not State.FENCED_OUT:
                following.state = State.STOPPED

    async def _deliver(self, following: _Following) -> None:
        if following.state is State.RESTARTING:
            following.delivery = Delivery(following.consumer, self._shared)
        following.state = State.RUNNING
        await following.delivery.run()

    def _note_failure(self, following: _Following, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        following.state = State.RESTARTING
        following.error = describe(error)
        self._shared.metrics.count(following.consumer.name, Tally.RESTARTS)
        _logger.error(
            "delivery to consumer %s failed and is begun anew in %.1f seconds",
            following.consumer.name,
            state.upcoming_sleep,
            exc_info=error,
        )

    async def _observe(self) -> None:
        """Keep the gauges up to date."""
        patience = Patience("the dispatcher's metrics", self._shared.clock)
        log, metrics = self._shared.log, self._shared.metrics
        while True:
            head = await patience(log.head)
            letters = await patience(log.count_dead_letters)
            for each in self._followings.values():
                name, window = each.consumer.name, each.delivery.window
                metrics.set(name, Level.LAG, lag(window.done, head))
                metrics.set(name, Level.IN_FLIGHT, window.held)
                metrics.set(name, Level.DEAD_LETTERS, letters.get(name, 0))
            await self._shared.clock.sleep(_OBSERVE_SECONDS)


def lag(done: Position, head: Position) -> int:
    """About how many events lie between two positions; 0 only if there are none."""
    return max(1, head.sequence - done.sequence) if done < head else 0


def _is_begun_anew(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(error, FencedOut)


def _status(
    following: _Following, head: Position | None, letters: Mapping[str, int] | None
) -> ConsumerStatus:
    delivery, state = following.delivery, following.state
    if state is State.RUNNING and delivery.patience.is_tried:
        state = State.WAITING_FOR_LOG
    return ConsumerStatus(
        consumer=following.consumer.name,
        state=state,
        position=delivery.saved,
        lag=None if head is None else lag(delivery.window.done, head),
        in_flight=delivery.window.held,
        running=delivery.handling.running,
        handled=delivery.handling.handled,
        retries=delivery.handling.retries,
        dead_letters=None if letters is None else letters.get(following.consumer.name, 0),
        breaker=delivery.handling.breaker,
        error=following.error,
    )
