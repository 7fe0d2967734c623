"""What every event log must do: one owner at a time."""

import pytest

from adapters.event_log.base import Append, Appended, Fence, Log
from domain.errors import FencedOut, UsageError
from tests.contract.event_log_cases import LogContract
from tests.contract.sample_events import BOOK, OTHER, events, everything


class FenceCases(LogContract):
    async def test_the_newest_claim_may_append(self, log: Log, second: Log) -> None:
        old = await log.claim("shard-1")
        new = await second.claim("shard-1")
        assert new.epoch > old.epoch
        with pytest.raises(FencedOut, match="shard-1"):
            await log.append([Append(BOOK, 0, events(1))], old)
        assert await second.append([Append(BOOK, 0, events(1))], new) == [Appended(1)]
        with pytest.raises(FencedOut):
            await log.append([Append(BOOK, 1, events(1)), Append(OTHER, 0, events(1))], old)
        assert [event.stream for event in await everything(log)] == [BOOK]

    async def test_claims_of_other_names_do_not_matter(self, log: Log) -> None:
        fence = await log.claim("shard-1")
        await log.claim("shard-10")
        assert await log.append([Append(BOOK, 0, events(1))], fence) == [Appended(1)]

    async def test_a_claim_that_was_never_made_is_refused(self, log: Log) -> None:
        for fence in (Fence("nobody", 0), Fence("nobody", 1)):
            with pytest.raises(FencedOut):
                await log.append([Append(BOOK, 0, events(1))], fence)
            with pytest.raises(FencedOut):
                await log.append([], fence)

    async def test_claims_are_revoked_by_prefix(self, log: Log) -> None:
        shard = await log.claim("shard_1")
        other, odd = await log.claim("dispatcher"), await log.claim("shardX1")
        await log.revoke("shard_")
        with pytest.raises(FencedOut):
            await log.append([Append(BOOK, 0, events(1))], shard)
        assert await log.append([Append(BOOK, 0, events(1))], other) == [Appended(1)]
        assert await log.append([Append(BOOK, 1, events(1))], odd) == [Appended(2)]
        renewed = await log.claim("shard_1")
        assert await log.append([Append(OTHER, 0, events(1))], renewed) == [Appended(1)]

    async def test_a_name_must_be_one_that_can_be_kept(self, log: Log) -> None:
        for name in ("", "a\0b", "x" * 201):
            with pytest.raises(UsageError):
                await log.claim(name)
