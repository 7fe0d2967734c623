"""The shard as a Ray actor."""

import asyncio
import os
from collections.abc import Collection, Coroutine, Sequence
from typing import NamedTuple

from actors.limits import Limits
from actors.shard import Shard
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.entities import KINDS
from domain.entity import Answer, Command, Executed, Origin, Query
from domain.errors import ScriptoriumError

_PAUSE_SECONDS = 0.02
_LONGEST_SECONDS = 1.0


class Call(NamedTuple):
    """A command or query on its way to a shard."""

    kind: str
    entity_id: str
    message: Command | Query
    origin: Origin | None = None
    expected_version: int | None = None


Reply = Executed | Answer | ScriptoriumError | None
"""What became of a call; None: nothing yet."""


class EntityShard:
    """A shard that the whole cluster can reach; `start_shards` makes one an actor.

    A command answered with `Executed` is durable. One answered with a `Retryable` error, or not at
    all because the actor or its node ended, may have been done; sending it again with the same
    `command_id` is safe and gives the first result, also after a restart. Queries write nothing.

    All state comes from the event log: an actor that is killed and restarted, here or on another
    node, loses none. Before its first write it claims the name `fence_name` in the log, so that a
    predecessor that was only paused can write no more. It ends itself when it is the paused one.
    """

    def __init__(self, settings: Settings, fence_name: str) -> None:
        log = open_log(settings)
        self._shard = Shard(log, KINDS, fence_name=fence_name, limits=Limits.of(settings))
        self._under_way: dict[tuple[str, str, str, int | None], asyncio.Task[Reply]] = {}
        self._end: asyncio.Task[None] | None = None

    async def ping(self) -> int:
        """How many entities are in memory: a sign of life."""
        return self._shard.entities

    async def call(self, calls: Sequence[Call], *, insist: bool = False) -> list[Reply]:
        """Carry out several calls, and answer soon whatever they do: with those that are done.

        The others go on. Whoever asks for them again, to `insist`, is answered as soon as one of
        them is done.
        """
        if self._end is None:
            self._end = asyncio.create_task(self._end_with_shard())
        tasks = [self._task(call) for call in calls]
        if insist:
            await asyncio.wait(tasks, timeout=_LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        else:
            await _while_it_goes_on(tasks)
        return [task.result() if task.done() else None for task in tasks]

    def _task(self, call: Call) -> "asyncio.Task[Reply]":
        message = call.message
        if isinstance(message, Query):
            return asyncio.create_task(
                _reply(self._shard.query(call.kind, call.entity_id, message))
            )
        key = (call.kind, call.entity_id, message.command_id, call.expected_version)
        task = self._under_way.get(key)
        if task is None:
            command = self._shard.execute(
                call.kind,
                call.entity_id,
                message,
                origin=call.origin,
                expected_version=call.expected_version,
            )
            task = self._under_way[key] = asyncio.create_task(_reply(command))
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return task

    async def _end_with_shard(self) -> None:
        await self._shard.ended.wait()
        # Not `exit_actor`, which Ray would take for the intended end: it is to start another.
        os._exit(1)


async def _while_it_goes_on(tasks: "Sequence[asyncio.Task[Reply]]") -> None:
    """Wait for all, but not for those after which there is a pause: they may take long."""
    end = asyncio.get_running_loop().time() + _LONGEST_SECONDS
    left: Collection[asyncio.Task[Reply]] = tasks
    while left and asyncio.get_running_loop().time() < end:
        done, left = await asyncio.wait(
            left, timeout=_PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            return


async def _reply(work: Coroutine[object, object, Executed | Answer]) -> Reply:
    """The result, or the error as a value: so it arrives as what it is."""
    try:
        return await work
    except ScriptoriumError as error:
        return error
