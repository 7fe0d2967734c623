"""What a shard keeps in memory: activation, passivation, snapshots."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from actors.sharding.limits import Limits
from actors.sharding.shard import Shard
from adapters.event_log.base import Snapshot
from domain.book import Frozen
from domain.entity import Query
from domain.errors import EntityFailed, LogUnavailable, RecordDamaged
from domain.events import StreamId
from tests.unit.sample_account import ACCOUNT, Account, Balance
from tests.unit.shard_bench import A, ShardBench, balance, deposit, until


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ShardBench]:
    async with ShardBench(tmp_path) as bench:
        yield bench


async def test_an_entity_is_activated_once_for_all_who_wait(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1))
    bench.log.reads.clear()
    bench.log.held_reads[A] = asyncio.Event()
    shard = bench.shard()
    calls = [asyncio.ensure_future(shard.execute("account", "a", deposit(1))) for _ in range(9)]
    await until(lambda: bench.log.reads)
    calls.append(asyncio.ensure_future(shard.execute("account", "a", deposit(1))))
    await asyncio.sleep(0)
    bench.log.held_reads[A].set()
    await asyncio.gather(*calls)
    assert bench.log.reads == [A]
    assert (await bench.replayed()).balance == 11


async def test_a_cold_entity_does_not_hold_up_a_hot_one(bench: ShardBench) -> None:
    shard = bench.shard()
    bench.log.held_reads[A] = asyncio.Event()
    cold = asyncio.ensure_future(shard.execute("account", "a", deposit()))
    for version in range(1, 6):
        assert (await shard.execute("account", "b", deposit())).version == version
    assert not cold.done()
    bench.log.held_reads[A].set()
    assert (await cold).version == 1


async def test_a_long_question_holds_nobody_up(bench: ShardBench) -> None:
    class Sum(Balance):
        LONG = True

    goes_on = threading.Event()

    def answer(state: Account, query: Query) -> Frozen:
        assert goes_on.wait(10)
        return ACCOUNT.answer(state, Balance())

    shard = Shard(bench.log, {"account": replace(ACCOUNT, answer=answer)})
    asked = asyncio.create_task(shard.query("account", "a", Sum()))
    await shard.execute("account", "b", deposit(1))
    goes_on.set()
    assert (await asked).version == 0
    await shard.close()


async def test_entities_not_used_for_longest_leave_memory(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(entities=3))
    for entity_id in "abcd":
        await shard.execute("account", entity_id, deposit(1))
    assert shard.entities == 3
    bench.log.reads.clear()
    for entity_id in "bcda":
        await shard.execute("account", entity_id, deposit(1))
    assert [stream.id for stream in bench.log.reads] == ["a"]
    assert shard.entities == 3


async def test_entities_leave_memory_when_they_are_too_large_together(bench: ShardBench) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1))
    (event,) = await bench.history()
    limits = Limits(characters=3 * len(event.event.data))
    for shard in (bench.shard(limits=limits), bench.shard(limits=limits)):
        for entity_id in "abcd":  # the second one finds them in the log
            await shard.execute("account", entity_id, deposit(1, f"once {entity_id}"))
        assert shard.entities == 3
    await shard.execute("account", "d", deposit(1))
    assert shard.entities == 2
    for _ in range(5):
        await shard.execute("account", "d", deposit(1))
    assert shard.entities == 1  # however large, the one in use stays


async def test_what_a_snapshot_says_in_short_takes_no_room(bench: ShardBench) -> None:
    limits = Limits(characters=2000, snapshot_events=10)
    shard = bench.shard(limits=limits)
    await shard.execute("account", "b", deposit(1))
    for _ in range(500):
        await shard.execute("account", "a", deposit(1))
    assert sum(len(each.event.data) for each in await bench.history()) > 2000
    assert shard.entities == 2


async def test_entities_at_work_stay_in_memory(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(entities=1))
    bench.log.held.clear()
    calls = [asyncio.ensure_future(shard.execute("account", n, deposit())) for n in "abcdef"]
    await until(lambda: bench.log.appends)
    bench.log.held.set()
    assert [each.version for each in await asyncio.gather(*calls)] == [1] * 6
    await shard.execute("account", "g", deposit())
    assert shard.entities == 1


async def test_a_question_does_not_take_a_log_that_went_on_for_one_that_was_set_back(
    bench: ShardBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = bench.shard()
    await shard.execute("account", "a", deposit(1))
    ask, asked, answer = bench.log.version, asyncio.Event(), asyncio.Event()

    async def version(stream: StreamId) -> int:
        found = await ask(stream)
        asked.set()
        await answer.wait()
        return found

    monkeypatch.setattr(bench.log, "version", version)
    question = asyncio.ensure_future(balance(shard))
    await asked.wait()
    await shard.execute("account", "a", deposit(1))
    bench.log.held.clear()
    appending = asyncio.ensure_future(shard.execute("account", "a", deposit(1)))
    await until(lambda: len(bench.log.appends) == 3)
    bench.log.reads.clear()
    answer.set()
    assert await question == 2
    assert not bench.log.reads  # it stays in memory, where the append under way finds it
    bench.log.held.set()
    assert (await appending).version == 3


async def test_asking_for_what_is_not_there_fills_no_memory(bench: ShardBench) -> None:
    shard = bench.shard()
    answer = await shard.query("account", "nobody", Balance())
    assert (answer.version, answer.value) == (0, Account())
    assert shard.entities == 0


@pytest.mark.parametrize("fault", ['data = \'{"amount": "much"}\'', "type = 'Robbed'"])
async def test_damage_fails_loudly_each_time_and_for_that_entity_only(
    bench: ShardBench, tmp_path: Path, fault: str
) -> None:
    for entity_id in "ab":
        await bench.shard().execute("account", entity_id, deposit(1))
    with closing(sqlite3.connect(tmp_path / "log.db")) as database, database:
        database.execute(f"UPDATE events SET {fault} WHERE id = 'a'")
    shard = bench.shard()
    for _ in range(2):
        results = await asyncio.gather(
            shard.execute("account", "a", deposit(1)),
            shard.execute("account", "b", deposit(1)),
            shard.query("account", "a", Balance()),
            return_exceptions=True,
        )
        assert [type(result) for result in results[::2]] == [RecordDamaged] * 2
        assert not isinstance(results[1], BaseException)
    assert len(await bench.history()) == 1


async def test_a_missing_event_is_damage(bench: ShardBench, tmp_path: Path) -> None:
    await bench.shard().execute("account", "a", deposit(1, slips=3))
    with closing(sqlite3.connect(tmp_path / "log.db")) as database, database:
        database.execute("DELETE FROM events WHERE version = 2")
    with pytest.raises(RecordDamaged, match="account/a has no event 2"):
        await balance(bench.shard())


async def test_rules_that_fail_on_an_event_fail_that_entity_only(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1))

    def fail(*_: object) -> Account:
        raise ZeroDivisionError

    shard = bench.shard(kinds={"account": replace(ACCOUNT, evolve=fail)})
    with pytest.raises(EntityFailed):
        await shard.execute("account", "a", deposit(1))
    assert not shard.ended.is_set()


async def test_an_activation_is_tried_again_by_the_next_call(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1))
    shard = bench.shard()
    bench.log.read_fault = LogUnavailable("the database is away")
    with pytest.raises(LogUnavailable):
        await shard.execute("account", "a", deposit(1))
    with pytest.raises(LogUnavailable):
        await balance(shard)
    bench.log.read_fault = None
    assert await balance(shard) == 1


async def test_snapshots_are_kept_every_so_many_events(bench: ShardBench) -> None:
    shard = bench.shard(limits=Limits(snapshot_events=5))
    for _ in range(12):
        await shard.execute("account", "a", deposit(1))
    await shard.close()
    assert bench.log.snapshots == [(A, 5), (A, 10)]
    assert await balance(bench.shard()) == 12


async def test_a_snapshot_spares_the_events_before_it(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1, slips=3))
    state = Account(balance=1000).model_dump_json()
    await bench.log.save_snapshot(A, Snapshot(2, 1, state))
    assert await balance(bench.shard()) == 1001


@pytest.mark.parametrize(
    ("schema", "state"),
    [(2, Account(balance=1000).model_dump_json()), (1, "{"), (1, '{"balance": "much"}')],
    ids=["another schema", "no JSON", "no such state"],
)
async def test_a_snapshot_that_cannot_be_used_is_not(
    bench: ShardBench, schema: int, state: str
) -> None:
    await bench.shard().execute("account", "a", deposit(1, slips=3))
    await bench.log.save_snapshot(A, Snapshot(2, schema, state))
    assert await balance(bench.shard()) == 3


async def test_a_snapshot_that_is_not_kept_is_only_noted(
    bench: ShardBench, caplog: pytest.LogCaptureFixture
) -> None:
    shard = bench.shard(limits=Limits(snapshot_events=1))
    bench.log.snapshot_fault = LogUnavailable("the database is away")
    assert (await shard.execute("account", "a", deposit(1))).version == 1
    await shard.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "no snapshot of account/a at version 1" in caplog.text


async def test_a_long_history_without_a_snapshot_gets_one(bench: ShardBench) -> None:
    await bench.shard().execute("account", "a", deposit(1, slips=150))
    assert not bench.log.snapshots
    shard = bench.shard(limits=Limits(snapshot_events=100))
    assert await balance(shard) == 150
    await shard.close()
    assert bench.log.snapshots == [(A, 150)]
