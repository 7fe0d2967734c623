"""The directory: all entities, from anywhere on the cluster."""

import asyncio
from typing import cast

from tenacity import AsyncRetrying, retry_if_exception, wait_random_exponential

from actors.shard import Call
from actors.sharding.client import ShardClient
from actors.sharding.placement import shard_names, shard_of
from cluster.settings import Settings
from domain.entity import Answer, Command, Executed, Origin, Query
from domain.errors import LogUnavailable, Retryable, ShardBusy, ShardUnavailable
from domain.events import StreamId


class Directory:
    """Implements `Entities` by calling the shards that `start_shards` has started.

    Every command may be repeated, so that a call is repeated for `shard_seconds` while its shard or
    the log is away, at growing intervals; then `ShardUnavailable` says so. `ShardBusy` is passed on
    at once: repeating would add to the load, and the caller knows better how long it can wait.
    A directory belongs to one event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.shard_seconds
        self._shards = [
            ShardClient(name, queue=settings.shard_queue, hang_seconds=settings.shard_hang_seconds)
            for name in shard_names(settings.shards)
        ]
        self._retrying = AsyncRetrying(
            retry=retry_if_exception(_may_succeed_soon),
            wait=wait_random_exponential(multiplier=0.1, max=1),  # up to 0.1 s, 0.2 s ... 1 s
            reraise=True,
        )

    async def execute(
        self,
        kind: str,
        entity_id: str,
        command: Command,
        *,
        origin: Origin | None = None,
        expected_version: int | None = None,
    ) -> Executed:
        """See `Entities`. Raises `ClusterUnavailable` in a process that is not connected."""
        call = Call(kind, entity_id, command, origin, expected_version)
        return cast(Executed, await self._ask(call))

    async def query(self, kind: str, entity_id: str, query: Query) -> Answer:
        """See `Entities`. Raises `ClusterUnavailable` in a process that is not connected."""
        return cast(Answer, await self._ask(Call(kind, entity_id, query)))

    async def ping(self) -> None:
        """Raise `ShardUnavailable` unless all shards answer."""
        await asyncio.gather(*(shard.ping() for shard in self._shards))

    async def close(self) -> None:
        """Give up the calls under way."""
        await asyncio.gather(*(shard.close() for shard in self._shards))

    async def _ask(self, call: Call) -> Executed | Answer:
        stream = StreamId(call.kind, call.entity_id)
        shard = self._shards[shard_of(stream, len(self._shards))]
        trouble: Retryable | None = None

        async def attempt() -> Executed | Answer:
            nonlocal trouble
            try:
                return await shard.ask(call)
            except Retryable as error:
                trouble = error
                raise

        try:
            async with asyncio.timeout(self._seconds):
                try:
                    return await attempt()
                except Retryable as error:
                    if not _may_succeed_soon(error):
                        raise
                # Not before, for its bookkeeping costs as much as all else in a call that succeeds.
                return await self._retrying.copy()(attempt)
        except TimeoutError:
            raise ShardUnavailable(
                f"{shard.name} was given up after {self._seconds:g} seconds, as "
                f"{trouble or 'it has not answered'}; what was asked may have been done, and can "
                "be sent again"
            ) from trouble


def _may_succeed_soon(error: BaseException) -> bool:
    unavailable = isinstance(error, ShardUnavailable | LogUnavailable)
    return unavailable and not isinstance(error, ShardBusy)
