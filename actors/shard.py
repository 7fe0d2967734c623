"""The shard as a Ray actor."""

import asyncio
import os
from collections.abc import Collection, Coroutine, Sequence
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import ray

from actors.detached import Detached
from actors.sharding.limits import Limits
from actors.sharding.placement import shard_name
from actors.sharding.shard import Shard
from cluster.settings import Settings
from cluster.tenancy import hold_data_dir
from cluster.wiring import open_log
from domain.entities import KINDS
from domain.entity import Answer, Command, Executed, Origin, Query
from domain.errors import ScriptoriumError, ShardUnavailable

_PAUSE_SECONDS = 0.02
_LONGEST_SECONDS = 1.0
_KEPT_SECONDS = 30.0


class Call(NamedTuple):
    """A command or query on its way to a shard."""

    kind: str
    entity_id: str
    message: Command | Query
    origin: Origin | None = None
    expected_version: int | None = None


class Ticket(NamedTuple):
    """Stands for a call that takes longer: the shard's life it was begun in, and its number."""

    life: str
    number: int


Result = Executed | Answer | ScriptoriumError
"""What a call led to. Errors travel as values, and so arrive as what they are."""


class EntityShard(Detached):
    """A shard that the whole cluster can reach; `start_shards` makes one an actor.

    A command answered with `Executed` is durable. One answered with a `Retryable` error, or not at
    all because the actor or its node ended, may have been done (with `ShardBusy` it was not);
    sending it again with the same `command_id` is safe and gives the first result, also after a
    restart. Queries write nothing.

    All state comes from the event log: an actor that is killed and restarted, here or on another
    node, loses none. Before its first write it claims the name `fence_name` in the log, so that a
    predecessor that was only paused can write no more. It ends itself when it is the paused one.
    The first of all shards keeps the servers of other clusters out of the data folder.
    """

    def __init__(self, edition: str, settings: Settings, fence_name: str) -> None:
        super().__init__(edition)
        if fence_name == shard_name(0, settings.shards):
            ray_at = ray.get_runtime_context().gcs_address
            tenant = f"process {os.getpid()} of the Ray cluster at {ray_at}"
            self._tenancy = hold_data_dir(settings, tenant)
        log = open_log(settings)
        self._shard = Shard(log, KINDS, fence_name=fence_name, limits=Limits.of(settings))
        self._life = uuid4().hex
        self._numbers = count()
        self._owed: dict[Ticket, asyncio.Task[Result]] = {}
        self._end: asyncio.Task[None] | None = None

    async def ping(self) -> int:
        """How many entities are in memory."""
        return self._shard.entities

    async def begin(self, calls: Sequence[Call]) -> list[Result | Ticket]:
        """Carry out calls. Returns soon whatever they do: with a ticket for what takes longer."""
        if self._end is None:
            self._end = asyncio.create_task(self._end_with_shard())
        tasks = [asyncio.create_task(_result(self._work(call))) for call in calls]
        await _while_it_goes_on(tasks)
        return [task.result() if task.done() else self._ticket(task) for task in tasks]

    async def collect(self, tickets: Sequence[Ticket]) -> list[Result | None]:
        """What tickets stand for, each to be had once. Returns soon whatever they do: as soon as
        there is one result, with None for what is not done yet."""
        tasks = [self._owed.get(ticket) for ticket in tickets]
        if all(task and not task.done() for task in tasks):
            await asyncio.wait(
                [task for task in tasks if task],
                timeout=_LONGEST_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
        return [self._redeemed(ticket) for ticket in tickets]

    def _work(self, call: Call) -> Coroutine[object, object, Executed | Answer]:
        kind, entity_id, message, origin, expected_version = call
        if isinstance(message, Query):
            return self._shard.query(kind, entity_id, message)
        return self._shard.execute(
            kind, entity_id, message, origin=origin, expected_version=expected_version
        )

    def _ticket(self, task: "asyncio.Task[Result]") -> Ticket:
        ticket = Ticket(self._life, next(self._numbers))
        self._owed[ticket] = task
        # Whoever asked may have given up or ended.
        later = asyncio.get_running_loop().call_later
        task.add_done_callback(lambda _: later(_KEPT_SECONDS, self._owed.pop, ticket, None))
        return ticket

    def _redeemed(self, ticket: Ticket) -> Result | None:
        task = self._owed.get(ticket)
        if task is None:
            return ShardUnavailable("the shard has been restarted: send the command again")
        if not task.done():
            return None
        del self._owed[ticket]
        return task.result()

    async def _end_with_shard(self) -> None:
        await self._shard.ended.wait()
        # Not `exit_actor`, which Ray would take for the intended end: it is to start another.
        os._exit(1)


async def _result(work: Coroutine[object, object, Executed | Answer]) -> Result:
    try:
        return await work
    except ScriptoriumError as error:
        return error


async def _while_it_goes_on(tasks: "Sequence[asyncio.Task[Result]]") -> None:
    """Wait for all, but not for those after which there is a pause: they may take long."""
    clock = asyncio.get_running_loop().time
    end = clock() + _LONGEST_SECONDS
    left: Collection[asyncio.Task[Result]] = tasks
    while left and clock() < end:
        done, left = await asyncio.wait(
            left, timeout=_PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            return
