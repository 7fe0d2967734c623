"""Delivery of the event log to one consumer."""

import asyncio
import logging
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from actors.clock import Clock
from actors.dispatching.consumer import Consumer
from actors.dispatching.handling import Handling
from actors.dispatching.lives import Lives
from actors.dispatching.window import Gap, InHand, Window
from actors.patience import News, Patience
from adapters.event_log.base import DeadLetter, Fence, Log
from cluster.telemetry import ConsumerMetrics, Tally
from domain.errors import FencedOut, LogUnavailable, RecordDamaged
from domain.events import START, RecordedEvent, StreamId

_logger = logging.getLogger(__name__)

_PAGE = 200  # events


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a delivery: `window` events in hand (or twice the consumer's parallelism, if that
    is more), `save_seconds` from an event's end to the checkpoint that says so, `poll_seconds`
    between looks for dead letters to be replayed."""

    window: int = 1000
    save_seconds: float = 1.0
    poll_seconds: float = 1.0

    @property
    def page(self) -> int:
        """Most events that are read from the log at once."""
        return max(1, min(_PAGE, self.window // 4))

    @property
    def spare(self) -> int:
        """Most events in hand before the log is read once more: a page always has room."""
        return self.window - self.page

    @property
    def lane(self) -> int:
        """Most events of one stream that wait in memory."""
        return max(1, self.window // 32)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the deliveries of one dispatcher have in common."""

    log: Log
    news: News
    metrics: ConsumerMetrics
    limits: Limits
    clock: Clock


class _Ended(Exception):
    """Ends a delivery that was asked to stop."""


class Delivery:
    """Hands a consumer the events it wants, from its checkpoint on.

    - At least once: the checkpoint never passes an event that is neither handled nor among the
      dead letters. After a crash, everything beyond the checkpoint comes again.
    - In order: an event is handled when the stream's earlier ones are done. Only a replayed dead
      letter comes late, and never while another event of its stream is handled.
    - What ends the process each time makes a dead letter after some crashes.
    - A stream that fails or takes long holds up no other, unless so many do that they fill the
      window. Then nothing more is read until one of them gets on.
    - One owner: a newer delivery for the consumer voids this one's checkpoints, and `run` raises
      `FencedOut` at the next. Until then both may handle events, each in order.
    """

    def __init__(self, consumer: Consumer, shared: Shared) -> None:
        self._consumer = consumer
        self._log = shared.log
        self._news = shared.news
        self._metrics = shared.metrics
        window = max(shared.limits.window, 2 * consumer.parallelism)
        self._limits = replace(shared.limits, window=window)
        self._clock = shared.clock
        self.patience = Patience(
            f"consumer {consumer.name}",
            shared.clock,
            partial(shared.metrics.count, consumer.name, Tally.LOG_UNAVAILABLE),
        )
        self._lives = Lives(shared.log, consumer, self.patience, shared.clock)
        guarded = replace(consumer, handle=self._lives.handle)
        self.handling = Handling(guarded, self.patience, shared.metrics, shared.clock)
        self.window = Window(START, self._limits.lane)
        self.saved = START
        """The durable checkpoint."""
        self._fence: Fence | None = None  # until the window is where the checkpoint is
        self._replays: set[UUID] = set()
        self._saving = asyncio.Lock()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._stop = asyncio.Event()
        self._stop_seconds = 0.0
        self._ended = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Deliver until stopped. May be called once.

        Raises:
            FencedOut: another delivery has taken over; nothing runs any more.
            RecordDamaged: the log cannot be read.
        """
        name = self._consumer.name
        try:
            async with self._tasks:
                self._tasks.create_task(self._end())
                fence = await self.patience(lambda: self._log.claim(f"consumer/{name}"))
                # Nobody else can move the checkpoint any more.
                self.saved = await self.patience(lambda: self._log.checkpoint(name))
                self.window = Window(self.saved, self._limits.lane)
                await self._lives.begin()
                self._fence = fence
                for part in (self._read, self._replay, self._save):
                    self._tasks.create_task(part())
        except BaseExceptionGroup as failures:
            first = failures.exceptions[0]  # the others, if any, are what came of it
            if not isinstance(first, FencedOut):
                await self._end_life()
            if not isinstance(first, _Ended):
                raise first from None
        finally:
            self._ended.set()

    async def stop(self, seconds: float) -> None:
        """End `run`: handlers under way get `seconds` to finish, then the checkpoint is saved."""
        self._stop_seconds = seconds
        self._stop.set()
        await self._ended.wait()

    async def _read(self) -> None:
        """Take what is new in the log, as far as there is room."""
        page = self._limits.page
        while True:
            while self.window.held > self._limits.spare:
                self._room.clear()
                await self._room.wait()
            news = self._news.next
            after = self.window.reached
            batch = await self.patience(partial(self._log.read_all, after, page))
            for event in batch.events:
                if self._consumer.is_wanted(event):
                    if self.window.add(event):
                        self._start_lane(event.stream)
                else:
                    self.window.skip_to(event.position)
            self.window.skip_to(batch.reached)
            if batch.events:
                self._changed.set()
            if len(batch.events) < page:
                await news.wait()

    async def _replay(self) -> None:
        """Take the dead letters that somebody wants to have replayed."""
        name = self._consumer.name
        while True:
            room = min(self._limits.page, self._limits.spare - self.window.held)
            if room > 0:
                limit = room + len(self._replays)
                letters = await self.patience(
                    partial(self._log.dead_letters, name, to_replay=True, limit=limit)
                )
                for letter in letters:
                    self._take_replay(letter.event)
            await self._clock.sleep(self._limits.poll_seconds)

    def _take_replay(self, event: RecordedEvent) -> None:
        if event.event.event_id in self._replays:
            return
        self._replays.add(event.event.event_id)
        if self.window.add_replay(event):
            self._start_lane(event.stream)

    def _start_lane(self, stream: StreamId) -> None:
        self._tasks.create_task(self._work_on(stream))

    async def _work_on(self, stream: StreamId) -> None:
        """Handle the events of a stream, one after the other, while there are any."""
        while (front := self.window.front(stream)) is not None:
            if isinstance(front, Gap):
                await self.patience(partial(self._fill, stream, front))
                continue
            await self._settle(front)
            self.window.finish(stream)
            self._changed.set()
            self._room.set()
            if self._lives.has_counted(front.event):
                self._tasks.create_task(self._forget(front.event))

    async def _fill(self, stream: StreamId, gap: Gap) -> None:
        """Read again what was left out of a stream. Raises `RecordDamaged` if it has gone."""
        room = self._limits.spare - self.window.held + 1  # the gap itself counts as one
        most = max(1, min(self._limits.lane, room))
        events: list[RecordedEvent] = []
        last = gap.after
        async for event in self._log.read(stream, gap.after):
            if event.version > gap.last or len(events) == most:
                break
            last = event.version
            if self._consumer.is_wanted(event):
                events.append(event)
        else:
            if last < gap.last:
                raise RecordDamaged(
                    f"version {gap.last} of {stream} has gone from the log: restore a backup"
                )
        self.window.fill(stream, events, last)

    async def _settle(self, item: InHand) -> None:
        """Have an event handled, or keep it as a dead letter."""
        name, event = self._consumer.name, item.event
        event_id = event.event.event_id
        await self._lives.wait(event)
        gave_up = await self.handling(event)
        if gave_up:
            letter = DeadLetter(name, event, gave_up.attempts, gave_up.error, self._clock.now())
            await self.patience(lambda: self._log.bury(letter))
            self._metrics.count(name, Tally.GIVEN_UP)
        elif item.before is None:
            await self.patience(lambda: self._log.discard(name, event_id))
        if item.before is None:
            self._replays.discard(event_id)

    async def _save(self) -> None:
        """Note from time to time how far the consumer is.

        Also when the oldest event has not got on: it shows whether the claim still holds.
        """
        while True:
            await self._changed.wait()
            await self._clock.sleep(self._limits.save_seconds)
            self._changed.clear()
            await self.patience(self._save_checkpoint)

    async def _save_checkpoint(self) -> None:
        async with self._saving:
            if self._fence is None:
                return
            done = self.window.done
            await self._log.save_checkpoint(self._consumer.name, done, self._fence)
            self.saved = done

    async def _forget(self, event: RecordedEvent) -> None:
        await self.patience(lambda: self._lives.end_event(event))

    async def _end_life(self) -> None:
        try:
            await self._lives.end()
        except LogUnavailable as error:
            _logger.warning("consumer %s ends as in a crash: %s", self._consumer.name, error)

    async def _end(self) -> None:
        await self._stop.wait()
        await self.handling.close(self._stop_seconds)
        try:
            await self._save_checkpoint()
        except LogUnavailable as error:
            _logger.warning(
                "consumer %s stops without saving how far it is, so that some events will be "
                "handled again: %s",
                self._consumer.name,
                error,
            )
        raise _Ended
