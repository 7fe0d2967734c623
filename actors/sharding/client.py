"""The way to one shard, from any process of the cluster."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

import ray
from ray import ObjectRef
from ray.actor import ActorHandle
from ray.exceptions import ActorDiedError, RayError, RayTaskError

from actors.shard import Call, Result, Ticket
from cluster.ray_connection import NAMESPACE
from domain.entity import Answer, Executed
from domain.errors import (
    ClusterUnavailable,
    EntityFailed,
    ScriptoriumError,
    ShardBusy,
    ShardUnavailable,
)

_BATCH = 250  # calls that travel together
_LANES = 4  # batches on their way at once
_START_SECONDS = 60.0
_LOOKS = 10  # for an answer; of the time this process stands still, one look is lost at most
_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    call: Call
    reply: "asyncio.Future[Executed | Answer]"

    def settle(self, result: Result) -> None:
        """Answer, if anybody still waits."""
        if self.reply.done():
            return
        if isinstance(result, ScriptoriumError):
            self.reply.set_exception(copy(result))
        else:
            self.reply.set_result(result)


class ShardClient:
    """Calls made at the same time travel together: one call to an actor costs Ray much more than a
    command costs a shard.

    A shard answers every call within a second or so, if only by a ticket for the answer. One that
    is silent for `hang_seconds` hangs, if it has answered before and so is not about to start:
    it is killed, for Ray to start it anew. While this process stands still itself, it cannot tell:
    that time does not count. A client belongs to one event loop.
    """

    def __init__(self, name: str, *, queue: int, hang_seconds: float) -> None:
        self.name = name
        self._queue = queue
        self._hang_seconds = hang_seconds
        self._actor: ActorHandle | None = None
        self._life = 0  # counts the ends of the shard that were noticed
        self._has_answered = False  # in this life
        self._outbox: deque[_Waiting] = deque()
        self._travelling = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, call: Call) -> Executed | Answer:
        """The answer to a call, however long it takes. Errors of the shard are raised as they are.

        Raises:
            ShardBusy: too many calls wait already.
            ShardUnavailable: the shard is not running, ended meanwhile or hangs.
        """
        if len(self._outbox) >= self._queue:
            raise ShardBusy(f"{len(self._outbox)} calls wait for {self.name}: try again later")
        waiting = _Waiting(call, asyncio.get_running_loop().create_future())
        self._outbox.append(waiting)
        self._send()
        return await waiting.reply

    async def ping(self) -> None:
        """Raise `ShardUnavailable` unless the shard answers."""
        await self._remote("begin", [])

    async def close(self) -> None:
        """Give up what is on its way."""
        for waiting in self._outbox:
            waiting.reply.cancel()
        self._outbox.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _send(self) -> None:
        while self._outbox and self._travelling < _LANES:
            batch = [self._outbox.popleft() for _ in range(min(_BATCH, len(self._outbox)))]
            self._travelling += 1
            task = asyncio.create_task(self._deliver(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, batch: Sequence[_Waiting]) -> None:
        try:
            slow = await self._begin([each for each in batch if not each.reply.done()])
        finally:
            self._travelling -= 1
            self._send()
        while slow:
            slow = await self._collect(slow)

    async def _begin(self, batch: Sequence[_Waiting]) -> list[tuple[_Waiting, Ticket]]:
        """Answer those whose call is done soon; the others are given a ticket for it."""
        if not batch:
            return []
        replies = await self._replies("begin", [waiting.call for waiting in batch])
        slow = []
        for waiting, reply in zip(batch, replies, strict=True):
            if isinstance(reply, Ticket):
                slow.append((waiting, reply))
            else:
                waiting.settle(reply)
        return slow

    async def _collect(
        self, slow: Sequence[tuple[_Waiting, Ticket]]
    ) -> list[tuple[_Waiting, Ticket]]:
        """Answer those whose call is done now; gives the others."""
        replies = await self._replies("collect", [ticket for _, ticket in slow])
        left = []
        for (waiting, ticket), reply in zip(slow, replies, strict=True):
            if reply is not None:
                waiting.settle(reply)
            elif not waiting.reply.done():
                left.append((waiting, ticket))
        return left

    # What actors answer has no type; `begin` and `collect` say what it is.
    async def _replies(self, method: str, what: Sequence[object]) -> Sequence[Any]:
        try:
            return await self._remote(method, what)
        except ScriptoriumError as error:
            return [error] * len(what)

    async def _remote(self, method: str, what: Sequence[object]) -> Sequence[Any]:
        """One call to the actor.

        Raises:
            ClusterUnavailable: there is no connection to a cluster.
            ShardUnavailable: as `ask`.
            EntityFailed: the calls cannot be transported, or the shard does not know them.
        """
        actor = await self._find()
        try:
            return await self._answer(actor, getattr(actor, method).remote(what))
        except (RayTaskError, TypeError) as error:
            raise EntityFailed(f"{self.name} cannot be called so: {error}") from error
        except RayError as error:
            self._note_end()
            if isinstance(error, ActorDiedError):
                self._actor = None  # for good, but another of its name may be started
            raise ShardUnavailable(f"{self.name} ended during the call") from error

    async def _find(self) -> ActorHandle:
        if self._actor is None:
            if not ray.is_initialized():
                raise ClusterUnavailable("this process is not connected to a Ray cluster")
            try:
                self._actor = await asyncio.to_thread(ray.get_actor, self.name, NAMESPACE)
            except (ValueError, RayError) as error:
                raise ShardUnavailable(
                    f"{self.name} is not running: start the shards, and set SCRIPTORIUM_SHARDS "
                    "to the same number everywhere"
                ) from error
        return self._actor

    async def _answer(self, actor: ActorHandle, reference: ObjectRef) -> Sequence[Any]:
        life = self._life
        future: asyncio.Future[Sequence[Any]] = asyncio.wrap_future(reference.future())
        limit = self._hang_seconds if self._has_answered else _START_SECONDS
        for _ in range(_LOOKS):
            await asyncio.wait([future], timeout=limit / _LOOKS)
            if future.done():
                break
        if future.done():
            answer = future.result()
            self._has_answered = True
            return answer
        future.add_done_callback(_look_away)
        if life == self._life:  # else it was another, and is no more
            self._note_end()
            _log.warning("%s has been silent for %g s: it is killed", self.name, limit)
            await asyncio.to_thread(ray.kill, actor, no_restart=False)
        raise ShardUnavailable(f"{self.name} hangs and is started anew")

    def _note_end(self) -> None:
        self._life += 1
        self._has_answered = False


def _look_away(future: "asyncio.Future[Sequence[Any]]") -> None:
    """Its error is known already; asyncio is not to complain that nobody has asked for it."""
    if not future.cancelled():
        future.exception()
