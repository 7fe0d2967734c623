"""The writer of a shard: decides what waits, appends it to the log and answers."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

from actors.faults import faults_named
from actors.sharding.appender import Appender
from actors.sharding.limits import Limits
from actors.sharding.requests import RecentAnswers, Request
from actors.sharding.residents import Residents
from actors.sharding.turn import Doubt, Turn
from adapters.event_log.base import Appended, Conflict, EventLog, Outcome, Repeated
from domain.entity import EntityKind, Executed
from domain.errors import LogUnavailable, ScriptoriumError, ShardUnavailable
from domain.events import StreamId


class Writer:
    """One append follows the other, and each takes along what came in during the one before.

    Only what is ready is taken: entities with nothing under way. What needs a look at the log
    first gets it beside the loop, and holds up no other entity.
    """

    def __init__(
        self,
        log: EventLog,
        kinds: Mapping[str, EntityKind[Any]],
        *,
        fence_name: str | None,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._log = log
        self._kinds = kinds
        self._inboxes: dict[StreamId, deque[Request]] = {}  # of the entities at work, even if empty
        self.residents = Residents(log, kinds, busy=self._inboxes, limits=limits)
        self.stopped: ScriptoriumError | None = None
        self._clock = clock
        self._limits = limits
        self._appender = Appender(log, fence_name, limits.log_seconds)
        self._recent = RecentAnswers(limits.recent)
        self._reads = asyncio.Semaphore(limits.reads)
        self._ready: deque[StreamId] = deque()
        self._work = asyncio.Event()
        self._turns: list[Turn] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Write until stopped; whoever still waits then is answered with an error.

        Raises:
            FencedOut: another shard has taken the place of this one.
        """
        try:
            while not self.stopped:
                await self._work.wait()
                self._turns = self._take_turns()
                if not self._ready and not self.stopped:
                    self._work.clear()
                await self._carry_out(self._turns)
        finally:
            error = self.stop(ShardUnavailable("the shard has ended: send the command again"))
            for turn in self._turns:
                turn.fail(error)

    def put(self, stream: StreamId, request: Request) -> None:
        """Queue a command behind those of its entity."""
        if stream in self._inboxes:
            self._inboxes[stream].append(request)
        else:
            self._inboxes[stream] = deque([request])
            self._release(stream)

    def stop(self, error: ScriptoriumError) -> ScriptoriumError:
        """End the loop after the append under way, and answer all else with an error; the first
        such error stands and is given back."""
        if self.stopped is None:
            self.stopped = error
            for stream in list(self._inboxes):
                self._refuse(stream, error)
            self._work.set()
        return self.stopped

    async def close(self) -> None:
        """Wait for the end of what went on beside the loop."""
        await asyncio.gather(*self._tasks)

    def _take_turns(self) -> list[Turn]:
        """Decide what is ready, so much as one append takes."""
        now, room, turns = self._clock(), self._limits.batch, list[Turn]()
        while self._ready and room > 0 and not self.stopped:
            stream = self._ready.popleft()
            if stream not in self.residents:
                self._release(stream)  # it was dropped meanwhile
                continue
            resident, inbox = self.residents[stream], self._inboxes[stream]
            turn = Turn(self._kinds[stream.kind], stream, resident.version, resident.state)
            while inbox and room > 0:
                room -= 1
                self._take(turn, inbox.popleft(), now)
            turns.append(turn)
        return turns

    def _take(self, turn: Turn, request: Request, now: datetime) -> None:
        if request.answer.cancelled():
            return
        known = self._recent.get(turn.stream, request.command.command_id)
        if known:
            request.settle(known)
        else:
            turn.take(request, now)

    async def _carry_out(self, turns: Sequence[Turn]) -> None:
        """Append what was decided, then answer."""
        writing = {turn.stream: turn.append for turn in turns if turn.append}
        outcomes: Mapping[StreamId, Outcome | ScriptoriumError] = {}
        try:
            if writing:
                appended = await self._appender.append([*writing.values()])
                outcomes = dict(zip(writing, appended, strict=True))
        except LogUnavailable as error:
            outcomes = dict.fromkeys((turn.stream for turn in turns), error)
        for turn in turns:
            self._settle(turn, outcomes.get(turn.stream))

    def _settle(self, turn: Turn, outcome: Outcome | ScriptoriumError | None) -> None:
        """Answer the commands of a turn, or see that they are taken up again."""
        stream = turn.stream
        match outcome:
            case None | Appended():
                if outcome:
                    self.residents.advance(stream, turn.version, turn.state, turn.size)
                for request, answer, _ in turn.carried:
                    self._recent.put(stream, request.command.command_id, answer)
                    request.settle(answer)
                for doubt in turn.doubts:
                    self._spawn(self._resolve(stream, doubt, sure=outcome is not None))
                self._put_back(stream, turn.again)
                self._release(stream)
            case Conflict():
                self._thwarted(stream, turn.requests)
                self._spawn(self._look(stream))
            case Repeated(event_ids):
                earlier, others = turn.split(event_ids)
                for doubt in earlier:
                    self._spawn(self._resolve(stream, doubt, sure=True))
                self._thwarted(stream, others)
                self._spawn(self._look(stream))
            case ScriptoriumError():
                turn.fail(outcome)
                self._release(stream)

    def _thwarted(self, stream: StreamId, requests: Sequence[Request]) -> None:
        """Others have written to the entity: take up its commands again, if they have attempts
        left."""
        left = []
        for request in requests:
            request.attempts += 1
            if request.attempts < self._limits.attempts:
                left.append(request)
            else:
                request.settle(
                    ShardUnavailable(f"others keep writing to {stream}: send the command again")
                )
        self._put_back(stream, left)

    async def _resolve(self, stream: StreamId, doubt: Doubt, *, sure: bool) -> None:
        """Answer a command that led to nothing: as the first time if it had been carried out, else
        as it was decided if it is `sure`, or turns out, that the entity was up to date."""
        answer: Executed | ScriptoriumError | None
        try:
            with faults_named(stream):
                answer = await self._looked_up(stream, doubt, sure=sure)
                if answer is None:
                    await self.residents.current(stream)
        except ScriptoriumError as error:
            answer = error
        if answer is None:
            self._thwarted(stream, [doubt.request])
        else:
            doubt.request.settle(answer)

    async def _looked_up(
        self, stream: StreamId, doubt: Doubt, *, sure: bool
    ) -> Executed | ScriptoriumError | None:
        async with self._reads:
            first = await self._log.of_command(stream, doubt.request.command.command_id)
            if first:
                types = tuple(recorded.event.type for recorded in first)
                return Executed(version=first[-1].version, events=types, repeated=True)
            if sure or await self._log.version(stream) == doubt.version:
                return doubt.answer
            return None

    async def _look(self, stream: StreamId) -> None:
        """Bring the entity up to the log, then go on with what waits for it."""
        try:
            with faults_named(stream):
                await self.residents.current(stream)
        except ScriptoriumError as error:
            self._refuse(stream, error)
        else:
            self._release(stream)

    def _put_back(self, stream: StreamId, requests: Sequence[Request]) -> None:
        """Queue commands ahead of those of their entity."""
        if self.stopped:
            for request in requests:
                request.settle(self.stopped)
        elif stream in self._inboxes:
            self._inboxes[stream].extendleft(reversed(requests))
        elif requests:
            self._inboxes[stream] = deque(requests)
            self._release(stream)

    def _release(self, stream: StreamId) -> None:
        """Nothing of the entity is under way any more: go on with what waits for it."""
        if not self._inboxes.get(stream):
            self._inboxes.pop(stream, None)
            self.residents.forget_if_new(stream)
        elif stream in self.residents:
            self._ready.append(stream)
            self._work.set()
        else:
            self._spawn(self._look(stream))

    def _refuse(self, stream: StreamId, error: ScriptoriumError) -> None:
        for request in self._inboxes.pop(stream, ()):
            request.settle(error)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
