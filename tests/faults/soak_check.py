"""The checker of a soak: reads the whole log and compares it with what clients were told."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from actors.entities import Entities
from adapters.catalogue.base import Catalogue
from adapters.event_log.base import Log
from domain.entities import KINDS
from domain.entities.book import WholeBook
from domain.entities.intake import WholeIntake
from domain.entities.request import WholeRequest
from domain.events import START, RecordedEvent, StreamId
from tests.faults.soak_consumer import CATALOGUE, is_effect, is_source
from tests.faults.soak_ledger import Acknowledged, Ledger

_PAGE = 1000
_QUERIES = {"book": WholeBook(), "intake": WholeIntake(), "request": WholeRequest()}
_ASKED = 1000  # entities of a kind


class Found(NamedTuple):
    """An event, as far as it matters here; `turn` is the same for what was decided at once."""

    version: int
    type: str
    turn: object


@dataclass
class Findings:
    """What came of a soak. Each of `lost` and `duplicated` names a command or an event."""

    events: int = 0
    effects: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Checker:
    """Fed with the whole log, in its order; then asked."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._versions: dict[StreamId, int] = {}
        self._commands: defaultdict[tuple[StreamId, str], list[Found]] = defaultdict(list)
        self._sources: set[UUID] = set()
        self._effects: Counter[UUID] = Counter()
        self._position = START

    @property
    def streams(self) -> Sequence[StreamId]:
        """All that were seen, in the order in which they began."""
        return list(self._versions)

    def version(self, stream: StreamId) -> int:
        """The last version of a stream that was seen."""
        return self._versions[stream]

    def see(self, recorded: RecordedEvent) -> None:
        """Take in the next event."""
        stream, event, problems = recorded.stream, recorded.event, self.findings.problems
        expected = self._versions.get(stream, 0) + 1
        if recorded.version != expected:
            problems.append(f"{stream} goes on with version {recorded.version}, not {expected}")
        if not self._position < recorded.position:
            problems.append(f"{stream} at {recorded.version} is out of order")
        self._versions[stream] = recorded.version
        self._position = recorded.position
        found = Found(recorded.version, event.type, event.occurred_at)
        self._commands[stream, event.metadata.command_id].append(found)
        self.findings.events += 1
        if is_source(recorded):
            self._sources.add(event.event_id)
        if is_effect(recorded):
            self.findings.effects += 1
            self._effects[UUID(event.metadata.causation_id)] += 1

    def judge(self, ledger: Ledger) -> None:
        """Compare what was seen with what clients were told."""
        for told in set(ledger.acknowledged):
            self._judge_command(told)
        for (stream, command_id), events in self._commands.items():
            turns = {found.turn for found in events}
            if len(turns) > 1 or _has_gaps(events) or len(set(_types(events))) < len(events):
                self.findings.duplicated.append(f"{command_id} on {stream}: {events}")
        for event_id in self._sources:
            if event_id not in self._effects:
                self.findings.lost.append(f"the effect of event {event_id}")
        for event_id, times in self._effects.items():
            if times > 1:
                self.findings.duplicated.append(f"event {event_id} had {times} effects")
            if event_id not in self._sources:
                self.findings.problems.append(f"the effect of event {event_id} has no cause")
        for stream, command_id in ledger.forbidden:
            if (stream, command_id) in self._commands:
                self.findings.problems.append(f"{command_id} on {stream}: a void claim has written")

    def _judge_command(self, told: Acknowledged) -> None:
        events = self._commands.get((told.stream, told.command_id), [])
        stored = (events[-1].version, _types(events)) if events else None
        if stored != (told.version, told.events):
            self.findings.lost.append(f"{told} is stored as {events or 'nothing'}")


def _types(events: Sequence[Found]) -> tuple[str, ...]:
    return tuple(found.type for found in events)


def _has_gaps(events: Sequence[Found]) -> bool:
    return events[-1].version - events[0].version != len(events) - 1


async def check(log: Log, entities: Entities, catalogue: Catalogue, ledger: Ledger) -> Findings:
    """Check all there is, when all consumers are done with it."""
    checker = await check_log(log, ledger)
    problems = checker.findings.problems
    problems += [f"damage: {damage}" async for damage in log.verify()]
    problems += [
        f"{letter.consumer} gave up on {letter.event.event.event_id}: {letter.error}"
        for letter in await log.dead_letters()
    ]
    asked: Counter[str] = Counter()
    for stream in reversed(checker.streams):
        asked[stream.kind] += 1
        if asked[stream.kind] <= _ASKED:
            problems += await _check_state(stream, log, entities)
        if stream.kind == "book":
            entry = await catalogue.get(stream.id)
            if entry is None or entry.version != checker.version(stream):
                problems.append(f"the {CATALOGUE} has {stream} as {entry}")
    return checker.findings


async def check_log(log: Log, ledger: Ledger) -> Checker:
    """Check the events alone."""
    checker, position = Checker(), START
    while (batch := await log.read_all(position, _PAGE)).events:
        for event in batch.events:
            checker.see(event)
        position = batch.reached
    checker.judge(ledger)
    return checker


async def _check_state(stream: StreamId, log: Log, entities: Entities) -> list[str]:
    """Whether an entity, and its snapshot, are what its events make of it."""
    kind, problems = KINDS[stream.kind], []
    snapshot = await log.snapshot(stream)
    state, version = kind.initial, 0
    async for recorded in log.read(stream):
        event = recorded.event
        state = kind.evolve(state, kind.decode(event.type, event.schema_version, event.data))
        version = recorded.version
        if snapshot and version == snapshot.version and kind.restore(snapshot.state) != state:
            problems.append(f"the snapshot of {stream} at {version} is not what its events make")
    answer = await entities.query(*stream, _QUERIES[stream.kind])
    if (answer.version, answer.value) != (version, state):
        problems.append(f"{stream} lives at {answer.version} otherwise than replayed to {version}")
    return problems
