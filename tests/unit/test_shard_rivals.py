"""Several writers of the same entities, fences, and a log that is in trouble."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from actors.sharding.limits import Limits
from adapters.event_log.base import Append, Conflict
from domain.entity import Executed
from domain.errors import (
    CommandRefused,
    LogUnavailable,
    RecordDamaged,
    ShardUnavailable,
    VersionMismatch,
)
from tests.unit.sample_account import Close, Withdraw
from tests.unit.shard_bench import A, B, ShardBench, balance, deposit, until
from tests.unit.tampered_log import Fault


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ShardBench]:
    async with ShardBench(tmp_path) as bench:
        yield bench


async def test_another_writer_costs_a_second_attempt_and_no_more(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    await shard.execute("account", "a", deposit(1))
    assert (await job.execute("account", "a", deposit(10))).version == 2
    assert (await shard.execute("account", "a", deposit(100))).version == 3
    assert (await job.execute("account", "a", deposit(1000))).version == 4
    assert (await bench.replayed()).balance == 1111


async def test_a_query_sees_what_another_has_written(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    await shard.execute("account", "a", deposit(1))
    await job.execute("account", "a", deposit(10))
    assert await balance(shard) == 11


async def test_what_another_has_written_lifts_a_refusal(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    with pytest.raises(CommandRefused):
        await shard.execute("account", "a", Withdraw(command_id="w0", amount=10))
    await shard.execute("account", "a", deposit(1))
    await job.execute("account", "a", deposit(10))
    withdrawn = await shard.execute("account", "a", Withdraw(command_id="w", amount=11))
    assert withdrawn == Executed(version=3, events=("Withdrawn",))


async def test_what_another_has_written_counts_for_an_expected_version(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    await shard.execute("account", "a", deposit())
    await job.execute("account", "a", deposit())
    with pytest.raises(VersionMismatch) as caught:
        await shard.execute("account", "a", deposit(), expected_version=1)
    assert caught.value.actual == 2
    await job.execute("account", "a", deposit())
    assert (await shard.execute("account", "a", deposit(), expected_version=3)).version == 4


async def test_what_another_has_written_leaves_nothing_to_do(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    await shard.execute("account", "a", deposit())
    await job.execute("account", "a", Close(command_id="theirs"))
    assert await shard.execute("account", "a", Close(command_id="ours")) == Executed(version=2)


async def test_a_command_sent_to_two_writers_is_carried_out_once(bench: ShardBench) -> None:
    shards = [bench.shard() for _ in range(3)]
    commands = [deposit(1, str(number)) for number in range(30)]
    copies = [shard.execute("account", "a", each) for each in commands for shard in shards]
    results = await asyncio.gather(*copies)
    assert (await bench.replayed()).balance == 30
    by_command = [results[start : start + 3] for start in range(0, 90, 3)]
    assert all(len({result.version for result in copies}) == 1 for copies in by_command)


async def test_order_is_kept_when_commands_are_decided_again(bench: ShardBench) -> None:
    shard, job = bench.shard(), bench.shard()
    await shard.execute("account", "a", deposit(1))
    await job.execute("account", "a", deposit(1))
    await asyncio.gather(*(shard.execute("account", "a", deposit(1, f"c{n}")) for n in range(9)))
    commands = [each.event.metadata.command_id for each in await bench.history()]
    assert commands[2:] == [f"c{number}" for number in range(9)]


async def test_a_conflict_is_given_up_after_some_attempts(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(attempts=3))

    async def always_too_late(appends: list[Append], *_: object) -> list[Conflict]:
        bench.log.appends.append(appends)
        return [Conflict(7) for _ in appends]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.log, "append", always_too_late)
        with pytest.raises(ShardUnavailable, match="others keep writing to account/a"):
            await shard.execute("account", "a", deposit())
    assert len(bench.log.appends) == 3
    assert (await shard.execute("account", "a", deposit())).version == 1


async def test_a_log_that_was_set_back_is_believed(bench: ShardBench, tmp_path: Path) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1))
    await shard.execute("account", "b", deposit(1))
    with closing(sqlite3.connect(tmp_path / "log.db")) as database, database:
        database.executescript("DELETE FROM events; DELETE FROM streams;")
    assert await balance(shard) == 0
    assert (await shard.execute("account", "a", deposit(5))).version == 1
    assert (await shard.execute("account", "b", deposit(5))).version == 1


async def test_the_newest_claim_writes_and_the_stale_one_ends(bench: ShardBench) -> None:
    stale = bench.shard("shard-0")
    await stale.execute("account", "a", deposit(1))
    newer = bench.shard("shard-0")
    await newer.execute("account", "a", deposit(10))
    results = await asyncio.gather(
        *(stale.execute("account", entity_id, deposit(100)) for entity_id in "aab"),
        return_exceptions=True,
    )
    assert all(isinstance(result, ShardUnavailable) for result in results)
    await asyncio.wait_for(stale.ended.wait(), 20)
    with pytest.raises(ShardUnavailable):
        await stale.execute("account", "c", deposit())
    with pytest.raises(ShardUnavailable):
        await balance(stale)
    assert (await newer.execute("account", "a", deposit(1000))).version == 3
    assert (await bench.replayed(A)).balance == 1011
    assert (await bench.replayed(B)).balance == 0


async def test_a_stale_shard_cannot_finish_an_append(bench: ShardBench) -> None:
    stale = bench.shard("shard-0")
    await stale.execute("account", "a", deposit(1))
    bench.log.held.clear()
    late = asyncio.ensure_future(stale.execute("account", "a", deposit(100)))
    await until(lambda: len(bench.log.appends) == 2)
    await bench.log.claim("shard-0")
    bench.log.held.set()
    with pytest.raises(ShardUnavailable):
        await late
    assert (await bench.replayed()).balance == 1


async def test_a_revoked_shard_ends(bench: ShardBench) -> None:
    shard = bench.shard("shard-3-of-4")
    await shard.execute("account", "a", deposit(1))
    await bench.log.revoke("shard-")
    with pytest.raises(ShardUnavailable):
        await shard.execute("account", "a", deposit(1))
    assert shard.ended.is_set()


async def test_a_shard_without_a_fence_is_not_in_the_way(bench: ShardBench) -> None:
    shard, job = bench.shard("shard-0"), bench.shard()
    for number in range(1, 4):
        await shard.execute("account", "a", deposit())
        assert (await job.execute("account", "a", deposit())).version == 2 * number


async def test_a_log_that_does_not_answer_is_an_error_in_the_end(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(log_seconds=0.01))
    await shard.execute("account", "a", deposit(1))
    bench.log.faults = [Fault.LOST] * 1000
    results = await asyncio.gather(
        *(shard.execute("account", entity_id, deposit(10)) for entity_id in "ab"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [LogUnavailable] * 2
    bench.log.faults = []
    assert (await shard.execute("account", "a", deposit(100))).version == 2
    assert not shard.ended.is_set()


async def test_an_append_that_is_damaged_does_not_keep_others(bench: ShardBench) -> None:
    shard = bench.shard()
    await asyncio.gather(*(shard.execute("account", entity_id, deposit()) for entity_id in "ab"))
    damaged = RecordDamaged("the stream's end is no stream's end")
    append = bench.log.append

    async def refuse_a(appends: list[Append], *others: object) -> object:
        if any(each.stream == A for each in appends):
            raise damaged
        return await append(appends, *others)  # type: ignore[arg-type]  # handed on

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.log, "append", refuse_a)
        results = await asyncio.gather(
            *(shard.execute("account", entity_id, deposit()) for entity_id in "ab"),
            return_exceptions=True,
        )
    assert isinstance(results[0], RecordDamaged)
    assert results[1] == Executed(version=2, events=("Deposited",))
    assert (await shard.execute("account", "a", deposit())).version == 2


async def test_an_unforeseen_fault_ends_the_shard_and_leaves_nobody_waiting(
    bench: ShardBench,
) -> None:
    shard = bench.shard()
    bench.log.faults = [ZeroDivisionError("a fault in an adapter")]
    results = await asyncio.gather(
        *(shard.execute("account", entity_id, deposit()) for entity_id in "aab"),
        return_exceptions=True,
    )
    assert all(isinstance(result, ShardUnavailable) for result in results)
    assert shard.ended.is_set()
