"""Shards on a real event log, for the tests of what they do."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from actors.sharding.limits import Limits
from actors.sharding.shard import Shard
from domain.entity import EntityKind
from domain.events import RecordedEvent, StreamId
from tests.unit.sample_account import ACCOUNT, KINDS, Account, Balance, Deposit
from tests.unit.tampered_log import TamperedLog

A, B = StreamId("account", "a"), StreamId("account", "b")
_SECONDS = 20  # far more than anything here takes: it is there to end what hangs
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Clock:
    """A second passes whenever it is asked."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class ShardBench:
    """A log, and shards on it; both are closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.log = TamperedLog(folder / "log.db")
        self._shards: list[Shard] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.log.held.set()
        for shard in self._shards:
            await shard.close()
        await self.log.close()

    def shard(
        self,
        fence_name: str | None = None,
        kinds: Mapping[str, EntityKind[Any]] = KINDS,
        limits: Limits | None = None,
    ) -> Shard:
        """One more shard, that keeps no other from writing unless they have a fence's name."""
        shard = Shard(
            self.log,
            kinds,
            fence_name=fence_name,
            clock=Clock(),
            limits=limits or Limits(log_seconds=0.3),
        )
        self._shards.append(shard)
        return shard

    async def crash(self, shard: Shard) -> None:
        """End a shard as the end of its process would: in the midst of whatever it does."""
        self._shards.remove(shard)
        tasks = [
            *([shard._writing] if shard._writing else []),
            *shard._writer._tasks,
            *shard._residents._snapshots,
            *shard._residents._activations.values(),
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def history(self, stream: StreamId = A) -> list[RecordedEvent]:
        """All events of an account."""
        return [event async for event in self.log.read(stream)]

    async def types(self, stream: StreamId = A) -> list[str]:
        """Their types."""
        return [each.event.type for each in await self.history(stream)]

    async def replayed(self, stream: StreamId = A, version: int | None = None) -> Account:
        """What they amount to, or amounted to at a version."""
        return ACCOUNT.replay(
            ACCOUNT.decode(each.event.type, each.event.schema_version, each.event.data)
            for each in (await self.history(stream))[:version]
        )


def deposit(amount: int = 1, command_id: str | None = None, slips: int = 1) -> Deposit:
    return Deposit(command_id=command_id or uuid4().hex, amount=amount, slips=slips)


async def balance(shard: Shard, entity_id: str = "a") -> int:
    account = (await shard.query("account", entity_id, Balance())).value
    assert isinstance(account, Account)
    return account.balance


async def until(condition: Callable[[], object]) -> None:
    """Returns once the condition holds."""
    async with asyncio.timeout(_SECONDS):
        while not condition():  # noqa: ASYNC110  # of things that tell nobody when they change
            await asyncio.sleep(0.001)
