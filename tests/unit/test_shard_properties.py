"""Whatever happens, and in whichever order: versions are dense and effects single."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.sharding.limits import Limits
from actors.sharding.shard import Shard
from domain.entity import Command, Executed
from domain.errors import CommandRefused, LogUnavailable, ShardUnavailable
from domain.events import StreamId
from tests.unit.sample_account import Account, Balance, Close, Deposit, Withdraw
from tests.unit.shard_bench import ShardBench, until
from tests.unit.tampered_log import Fault

ENTITIES = ("a", "b", "c")
FENCED, RIVAL, JOB = range(3)
LIMITS = Limits(entities=2, recent=3, batch=4, snapshot_events=4, log_seconds=0.02, attempts=50)


class Delivery(NamedTuple):
    """A command on its way to a shard. Those with the same number are the same command."""

    shard: int
    entity_id: str
    number: int

    @property
    def command(self) -> Command:
        command_id, amount = f"command {self.number}", self.number % 5 + 1
        match self.number % 7:
            case 0:
                return Close(command_id=command_id)
            case 1 | 2 | 3:
                return Withdraw(command_id=command_id, amount=amount)
            case slips:
                return Deposit(command_id=command_id, amount=amount, slips=slips - 3)


deliveries = st.lists(
    st.builds(
        Delivery, st.sampled_from([FENCED, JOB]), st.sampled_from(ENTITIES), st.integers(0, 25)
    ),
    min_size=1,
    max_size=12,
)


class Shards(RuleBasedStateMachine):
    """A shard with a fence and a job without one, on one log, and a rival for the fence."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shards-"))
        self.runner = asyncio.Runner()
        self.bench = ShardBench(self.folder)
        self.shards = [self._new("fence"), self._new("fence"), self._new(None)]
        self.written = 1000  # always a deposit
        self.answers: dict[tuple[str, str], list[Executed]] = defaultdict(list)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.runner.run(self._check_log())
            self.runner.run(self.bench.__aexit__())
            self.runner.close()
            shutil.rmtree(self.folder)

    @rule(
        sent=deliveries,
        faults=st.lists(st.sampled_from([None, Fault.LOST, Fault.UNANSWERED]), max_size=4),
    )
    def send(self, sent: Sequence[Delivery], faults: Sequence[Fault | None]) -> None:
        """Commands arrive together, some of them for the second time."""
        self.bench.log.faults = list(faults)
        self.runner.run(self._send(sent))
        self.bench.log.faults = []

    @rule(sent=deliveries, how=st.sampled_from([Fault.STUCK, Fault.STUCK_LATE]))
    def crash(self, sent: Sequence[Delivery], how: Fault) -> None:
        """The shard ends while it appends; another takes its place."""
        self.bench.log.faults = [how]
        self.runner.run(self._crash([each._replace(shard=FENCED) for each in sent]))
        self.bench.log.faults = []

    @rule(shard=st.sampled_from([FENCED, JOB]))
    def passivate(self, shard: int) -> None:
        """Nothing is in memory any more."""
        old = self.shards[shard]
        self.runner.run(old.close())
        self.shards[shard] = self._new("fence" if shard == FENCED else None)

    @rule(sent=deliveries)
    def overtake(self, sent: Sequence[Delivery]) -> None:
        """A rival claims the fence; the stale shard wakes up and is refused."""
        self._write()
        self.shards[RIVAL], self.shards[FENCED] = self.shards[FENCED], self._new("fence")
        self._write()
        self.runner.run(self._send([each._replace(shard=RIVAL) for each in sent]))

    @invariant()
    def live_state_is_what_the_log_says(self) -> None:
        if hasattr(self, "bench"):
            self.runner.run(self._check_states())

    def _write(self) -> None:
        """Have the shard with the fence write something, and so claim it."""
        self.written += 7
        self.runner.run(self._send([Delivery(FENCED, "a", self.written)]))

    def _new(self, fence_name: str | None) -> Shard:
        return self.bench.shard(fence_name, limits=LIMITS)

    async def _send(self, sent: Sequence[Delivery]) -> None:
        results = await asyncio.gather(
            *(self._execute(each) for each in sent), return_exceptions=True
        )
        for each, result in zip(sent, results, strict=True):
            if isinstance(result, Executed):
                self.answers[each.entity_id, each.command.command_id].append(result)
            else:
                allowed = (CommandRefused, LogUnavailable, ShardUnavailable)
                assert isinstance(result, allowed), result

    async def _execute(self, sent: Delivery) -> Executed:
        return await self.shards[sent.shard].execute("account", sent.entity_id, sent.command)

    async def _crash(self, sent: Sequence[Delivery]) -> None:
        before = len(self.bench.log.appends)
        shard = self.shards[FENCED]
        calls = [asyncio.create_task(self._execute(each)) for each in sent]
        await until(
            lambda: len(self.bench.log.appends) > before or all(call.done() for call in calls)
        )
        await self.bench.crash(shard)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        self.shards[FENCED] = self._new("fence")

    async def _check_states(self) -> None:
        # An append of a shard that has crashed may arrive while we look.
        for entity_id in ENTITIES:
            stream = StreamId("account", entity_id)
            for shard in (self.shards[FENCED], self.shards[JOB]):
                version = await self.bench.log.version(stream)
                answer = await shard.query("account", entity_id, Balance())
                assert answer.version >= version
                assert answer.value == await self.bench.replayed(stream, answer.version)
                assert isinstance(answer.value, Account)
                assert answer.value.balance >= 0

    async def _check_log(self) -> None:
        assert [damage async for damage in self.bench.log.verify()] == []
        for entity_id in ENTITIES:
            events = await self.bench.history(StreamId("account", entity_id))
            assert [each.version for each in events] == list(range(1, len(events) + 1))
            runs = [
                (command_id, list(run))
                for command_id, run in groupby(events, lambda each: each.event.metadata.command_id)
            ]
            done = {
                command_id: Executed(
                    version=run[-1].version, events=tuple(each.event.type for each in run)
                )
                for command_id, run in runs
            }
            assert len(done) == len(runs), "a command was carried out twice"
            for command_id, first in done.items():
                for answer in self.answers[entity_id, command_id]:
                    if answer.events:
                        assert answer.model_copy(update={"repeated": False}) == first
            for (of_entity, command_id), answers in self.answers.items():
                if of_entity == entity_id and any(answer.events for answer in answers):
                    assert command_id in done, "an acknowledged event is lost"


TestShards = Shards.TestCase
TestShards.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
