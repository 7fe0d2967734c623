"""A shard on a log that works: commands, answers, queries, order and bounds."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.entities import Entities
from actors.sharding.limits import Limits
from domain.entity import Executed, Origin, Query
from domain.errors import (
    CommandRefused,
    EntityFailed,
    ShardBusy,
    ShardUnavailable,
    UsageError,
    VersionMismatch,
)
from domain.events import Metadata
from tests.unit.sample_account import (
    Account,
    Balance,
    Close,
    Misfire,
    Withdraw,
)
from tests.unit.shard_bench import NOON, A, B, ShardBench, balance, deposit, until


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ShardBench]:
    async with ShardBench(tmp_path) as bench:
        yield bench


async def test_a_command_leads_to_events(bench: ShardBench) -> None:
    shard: Entities = bench.shard()
    executed = await shard.execute("account", "a", deposit(5, slips=2))
    assert executed == Executed(version=2, events=("Deposited", "Deposited"))
    assert await bench.types() == ["Deposited", "Deposited"]
    answer = await shard.query("account", "a", Balance())
    assert answer.version == 2
    assert answer.value == Account(balance=10, movements=2)


async def test_events_say_where_they_come_from(bench: ShardBench) -> None:
    shard = bench.shard()
    origin = Origin(
        correlation_id="visit", causation_id="click", traceparent="00-1-2-01", principal="anna"
    )
    await shard.execute("account", "a", deposit(command_id="first"), origin=origin)
    await shard.execute("account", "a", deposit(command_id="second"))
    first, second = (each.event for each in await bench.history())
    assert first.metadata == Metadata("first", "visit", "click", "00-1-2-01", "anna")
    assert second.metadata == Metadata("second", "second")
    assert NOON < first.occurred_at < second.occurred_at


async def test_event_ids_do_not_depend_on_where_ids_are_cut(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a/b", deposit(command_id="c"))
    assert not (await shard.execute("account", "a", deposit(command_id="b/c"))).repeated
    assert len(await bench.types()) == 1


async def test_a_refused_command_writes_nothing(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(5))
    with pytest.raises(CommandRefused, match="there are 5 left"):
        await shard.execute("account", "a", Withdraw(command_id="w", amount=6))
    assert await bench.types() == ["Deposited"]


async def test_a_command_with_nothing_to_do_gives_the_version(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", Close(command_id="close"))
    again = await shard.execute("account", "a", Close(command_id="close again"))
    assert again == Executed(version=1)
    assert await bench.types() == ["Closed"]


async def test_a_version_may_be_expected(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(), expected_version=0)
    await shard.execute("account", "a", deposit(), expected_version=1)
    with pytest.raises(VersionMismatch) as caught:
        await shard.execute("account", "a", deposit(), expected_version=1)
    assert (caught.value.expected, caught.value.actual) == (1, 2)
    assert (await bench.replayed()).balance == 2


async def test_commands_sent_together_are_decided_one_after_another(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(5))
    withdrawals = [
        shard.execute("account", "a", Withdraw(command_id=str(n), amount=2)) for n in range(5)
    ]
    results = await asyncio.gather(*withdrawals, return_exceptions=True)
    assert [result.version for result in results if isinstance(result, Executed)] == [2, 3]
    assert all(isinstance(result, CommandRefused) for result in results[2:])
    assert (await bench.replayed()).balance == 1


async def test_of_commands_that_expect_a_version_one_wins(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit())
    rivals = [shard.execute("account", "a", deposit(), expected_version=1) for _ in range(8)]
    results = await asyncio.gather(*rivals, return_exceptions=True)
    assert sum(isinstance(result, Executed) for result in results) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == 7


async def test_what_comes_in_during_an_append_is_written_together(bench: ShardBench) -> None:
    shard = bench.shard()
    bench.log.held.clear()
    first = asyncio.ensure_future(shard.execute("account", "a", deposit()))
    await until(lambda: len(bench.log.appends) == 1)
    others = [
        asyncio.ensure_future(shard.execute("account", entity_id, deposit()))
        for entity_id in "aaab"
    ]
    await until(lambda: B in bench.log.reads)
    bench.log.held.set()
    assert [each.version for each in await asyncio.gather(first, *others)] == [1, 2, 3, 4, 1]
    sizes = [sorted(len(append.events) for append in appends) for appends in bench.log.appends]
    assert sizes == [[1], [1, 3]]


async def test_nobody_is_answered_before_the_events_are_durable(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1))
    bench.log.held.clear()
    writing = asyncio.ensure_future(shard.execute("account", "a", deposit(1)))
    await until(lambda: len(bench.log.appends) == 2)
    refused = asyncio.ensure_future(
        shard.execute("account", "a", Withdraw(command_id="w", amount=3))
    )
    assert await balance(shard) == 1  # a query sees what is committed
    assert not writing.done()
    assert not refused.done()
    bench.log.held.set()
    await writing
    with pytest.raises(CommandRefused):
        await refused
    assert await balance(shard) == 2


async def test_an_append_takes_a_bounded_batch(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(batch=3))
    await asyncio.gather(*(shard.execute("account", id_, deposit()) for id_ in "aaaaabbcdd"))
    assert max(sum(len(a.events) for a in appends) for appends in bench.log.appends) == 3
    assert (await bench.replayed(A)).balance == 5


async def test_a_full_queue_is_refused_at_once(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(queue=3))
    bench.log.held.clear()
    waiting = [asyncio.ensure_future(shard.execute("account", "a", deposit())) for _ in range(3)]
    await until(lambda: len(bench.log.appends) == 1)
    with pytest.raises(ShardBusy, match="3 calls wait"):
        await shard.execute("account", "b", deposit())
    with pytest.raises(ShardBusy):
        await shard.query("account", "b", Balance())
    bench.log.held.set()
    await asyncio.gather(*waiting)
    await shard.execute("account", "b", deposit())
    assert (await bench.replayed(B)).balance == 1


async def test_whoever_gives_up_waiting_does_not_disturb_the_others(bench: ShardBench) -> None:
    shard = bench.shard()
    bench.log.held.clear()
    calls = [asyncio.ensure_future(shard.execute("account", "a", deposit())) for _ in range(3)]
    await until(lambda: len(bench.log.appends) == 1)
    later = [asyncio.ensure_future(shard.execute("account", "a", deposit())) for _ in range(3)]
    await asyncio.sleep(0)
    calls[0].cancel()
    later[0].cancel()
    bench.log.held.set()
    done = await asyncio.gather(*calls[1:], *later[1:])
    assert len({each.version for each in done}) == 4
    assert (await bench.replayed()).balance == 5  # the one not begun was dropped


async def test_a_fault_in_the_rules_is_the_entitys_own(bench: ShardBench) -> None:
    shard = bench.shard()
    results = await asyncio.gather(
        shard.execute("account", "a", deposit()),
        shard.execute("account", "a", Misfire(command_id="m")),
        shard.execute("account", "b", deposit()),
        return_exceptions=True,
    )
    assert isinstance(results[1], EntityFailed)
    assert "ZeroDivisionError" in str(results[1])
    assert isinstance(results[0], Executed)
    assert isinstance(results[2], Executed)


async def test_a_fault_in_an_answer_is_named(bench: ShardBench) -> None:
    with pytest.raises(EntityFailed, match="ZeroDivisionError"):
        await bench.shard().query("account", "a", Query())


async def test_what_cannot_be_stored_fails_alone(bench: ShardBench) -> None:
    shard = bench.shard()
    results = await asyncio.gather(
        shard.execute("account", "a", deposit()),
        shard.execute("account", "a", deposit(command_id="nul\0")),
        shard.execute("account", "a", deposit()),
        return_exceptions=True,
    )
    assert isinstance(results[1], UsageError)
    assert (await bench.replayed()).balance == 2


@pytest.mark.parametrize("entity_id", ["", "x" * 201])
async def test_ids_are_bounded(bench: ShardBench, entity_id: str) -> None:
    with pytest.raises(UsageError, match="1 to 200 characters"):
        await bench.shard().execute("account", entity_id, deposit())


async def test_an_unknown_kind_is_named(bench: ShardBench) -> None:
    with pytest.raises(UsageError, match="no entity is a 'cheque'; there are account"):
        await bench.shard().query("cheque", "a", Balance())


async def test_a_closed_shard_refuses(bench: ShardBench) -> None:
    shard = bench.shard()
    bench.log.held.clear()
    writing = asyncio.ensure_future(shard.execute("account", "a", deposit()))
    await until(lambda: len(bench.log.appends) == 1)
    waiting = asyncio.ensure_future(shard.execute("account", "a", deposit()))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(shard.close())
    with pytest.raises(ShardUnavailable, match="closing"):
        await waiting
    bench.log.held.set()
    assert (await writing).version == 1  # what was under way is finished and answered
    await closing
    for _ in range(2):
        with pytest.raises(ShardUnavailable, match="closing"):
            await shard.execute("account", "a", deposit())
    with pytest.raises(ShardUnavailable):
        await shard.query("account", "a", Balance())
