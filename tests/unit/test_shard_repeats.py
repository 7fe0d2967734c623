"""A repeated command gives the first result, whenever and wherever the repetition arrives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.sharding.limits import Limits
from domain.entity import Executed
from domain.errors import CommandRefused, LogUnavailable
from tests.unit.sample_account import Balance, Close, Withdraw
from tests.unit.shard_bench import B, ShardBench, balance, deposit, until
from tests.unit.tampered_log import Fault

WITHDRAW = Withdraw(command_id="w", amount=5)
FIRST = Executed(version=2, events=("Withdrawn",))
REPEATED = Executed(version=2, events=("Withdrawn",), repeated=True)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ShardBench]:
    async with ShardBench(tmp_path) as bench:
        yield bench


async def test_at_once(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(5))
    assert await shard.execute("account", "a", WITHDRAW) == FIRST
    assert await shard.execute("account", "a", WITHDRAW) == REPEATED
    assert await bench.types() == ["Deposited", "Withdrawn"]


async def test_in_one_batch(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(10))
    copies = [shard.execute("account", "a", WITHDRAW) for _ in range(20)]
    results = await asyncio.gather(*copies)
    assert sorted(results, key=lambda result: result.repeated) == [FIRST, *[REPEATED] * 19]
    assert (await bench.replayed()).balance == 5


async def test_during_the_append(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(10))
    bench.log.held.clear()
    first = asyncio.ensure_future(shard.execute("account", "a", WITHDRAW))
    await until(lambda: len(bench.log.appends) == 2)
    copy = asyncio.ensure_future(shard.execute("account", "a", WITHDRAW))
    await asyncio.sleep(0)
    bench.log.held.set()
    assert await first == FIRST
    assert await copy == REPEATED


@pytest.mark.parametrize("balance", [5, 100], ids=["is now refused", "would be carried out again"])
@pytest.mark.parametrize("expected_version", [None, 1])
async def test_after_a_restart(
    bench: ShardBench, balance: int, expected_version: int | None
) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(balance))
    await shard.execute("account", "a", WITHDRAW, expected_version=expected_version)
    await shard.execute("account", "a", deposit(1))
    restarted = bench.shard()
    again = await restarted.execute("account", "a", WITHDRAW, expected_version=expected_version)
    assert again == REPEATED
    assert (await bench.replayed()).balance == balance - 4


async def test_after_a_restart_among_others(bench: ShardBench) -> None:
    await (shard := bench.shard()).execute("account", "a", deposit(100))
    await shard.execute("account", "a", WITHDRAW)
    restarted = bench.shard()
    await restarted.query("account", "a", Balance())
    results = await asyncio.gather(
        restarted.execute("account", "a", deposit(1)),
        restarted.execute("account", "a", WITHDRAW),
        restarted.execute("account", "a", deposit(1)),
        restarted.execute("account", "a", WITHDRAW),
        restarted.execute("account", "b", deposit(1)),
    )
    assert [result.repeated for result in results] == [False, True, False, True, False]
    assert results[1] == results[3] == REPEATED
    assert (await bench.replayed()).balance == 97
    assert (await bench.replayed(B)).balance == 1


async def test_many_times_after_a_restart(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1, "x"))
    restarted = bench.shard(limits=Limits(attempts=3))
    copies = [restarted.execute("account", "a", deposit(1, "x")) for _ in range(20)]
    results = await asyncio.gather(*copies)
    assert results == [Executed(version=1, events=("Deposited",), repeated=True)] * 20


async def test_after_passivation(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(entities=1, recent=1))
    await shard.execute("account", "a", deposit(5))
    await shard.execute("account", "a", WITHDRAW)
    await shard.execute("account", "b", deposit(5))
    assert await shard.execute("account", "a", WITHDRAW) == REPEATED


async def test_one_that_did_several_things(bench: ShardBench) -> None:
    several = deposit(1, "three", slips=3)
    first = await bench.shard().execute("account", "a", several)
    again = await bench.shard().execute("account", "a", several)
    assert again == first.model_copy(update={"repeated": True})
    assert first.version == 3


async def test_one_that_would_do_less_than_at_first(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1, "x", slips=3))
    again = await bench.shard().execute("account", "a", deposit(1, "x", slips=1))
    assert again.version == 3
    assert (await bench.replayed()).balance == 3


async def test_one_that_had_nothing_to_do_is_decided_anew(bench: ShardBench) -> None:
    shard = bench.shard()
    with pytest.raises(CommandRefused):
        await shard.execute("account", "a", WITHDRAW)
    await shard.execute("account", "a", deposit(5))
    assert await shard.execute("account", "a", WITHDRAW) == FIRST
    close = Close(command_id="close")
    assert not (await shard.execute("account", "a", close)).repeated
    assert (await shard.execute("account", "a", close)).repeated


async def test_the_same_id_is_another_command_on_another_entity(bench: ShardBench) -> None:
    shard = bench.shard()
    both = await asyncio.gather(
        *(shard.execute("account", entity_id, deposit(1, "x")) for entity_id in "ab")
    )
    assert [result.repeated for result in both] == [False, False]


async def test_what_is_fresh_in_memory_needs_no_look_at_the_log(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1, "x"))
    before = len(bench.log.reads), len(bench.log.appends)
    await shard.execute("account", "a", deposit(1, "x"))
    assert (len(bench.log.reads), len(bench.log.appends)) == before


async def test_an_append_whose_answer_was_lost_is_repeated_as_it_was(bench: ShardBench) -> None:
    shard = bench.shard()
    bench.log.faults = [Fault.UNANSWERED, Fault.LOST, Fault.UNANSWERED]
    assert await shard.execute("account", "a", deposit(5)) == Executed(
        version=1, events=("Deposited",)
    )
    assert len(bench.log.appends) == 4
    assert len({id(appends[0]) for appends in bench.log.appends}) == 1
    assert (await bench.replayed()).balance == 5


@pytest.mark.parametrize(
    ("fault", "repeated"), [(Fault.LOST, False), (Fault.UNANSWERED, True)], ids=["lost", "stored"]
)
async def test_after_the_log_did_not_answer(
    bench: ShardBench, fault: Fault, repeated: bool
) -> None:
    shard = bench.shard()
    bench.log.faults = [fault] * 1000
    with pytest.raises(LogUnavailable):
        await shard.execute("account", "a", deposit(5, "x"))
    assert len(bench.log.appends) > 1
    bench.log.faults = []
    again = await shard.execute("account", "a", deposit(5, "x"))
    assert (again.version, again.repeated) == (1, repeated)
    assert (await bench.replayed()).balance == 5


async def test_one_that_says_something_else_the_second_time_is_as_it_was_stored(
    bench: ShardBench,
) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1))
    bench.log.faults = [Fault.UNANSWERED] * 1000
    with pytest.raises(LogUnavailable):
        await shard.execute("account", "a", deposit(5, "x"))
    bench.log.faults = []
    again = await shard.execute("account", "a", deposit(70, "x"))
    assert again == Executed(version=2, events=("Deposited",), repeated=True)
    assert await balance(shard) == (await bench.replayed()).balance == 6
    assert (await shard.execute("account", "a", deposit(1))).version == 3
