"""A short soak on each database; and that its checker would have found what it looks for."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.event_log.base import Append
from adapters.event_log.sqlite import SqliteLog
from domain.events import Metadata, NewEvent, StreamId
from tests.cluster.commands import REPOSITORY, clean_environment
from tests.contract.postgres_server import NOT_INSTALLED
from tests.faults import soak
from tests.faults.soak_check import Findings, check_log
from tests.faults.soak_consumer import effect_of
from tests.faults.soak_ledger import Acknowledged, Ledger

_SECONDS = 200
_BOOK = StreamId("book", "a")


def run(database: str, *faults: str) -> dict[str, Any]:  # figures as JSON has them
    """Bring each fault once; gives the figures. What other tests bring is left out."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.faults.soak", "--json", "--database", database),
            *("--rounds", str(len(faults)), "--faults", ",".join(faults)),
        ],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode == soak.NO_DATABASE and "CI" not in os.environ:
        pytest.skip(NOT_INSTALLED)
    assert done.returncode == soak.GOOD, done.stderr + done.stdout
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def assert_endured(figures: dict[str, Any], faults: Sequence[str]) -> None:
    assert figures["faults"].keys() == set(faults)
    assert figures["commands"] > 100
    assert figures["requests"] > 10
    assert figures["findings"]["effects"] > 100
    assert not figures["findings"]["lost"]
    assert not figures["findings"]["duplicated"]


@pytest.mark.timeout(_SECONDS + 20)
def test_on_sqlite() -> None:
    faults = (
        "supersede shard",
        "pause dispatcher",
        "kill HTTP replica",
        "pause HTTP replica",
    )
    figures = run("sqlite", *faults)
    assert_endured(figures, faults)
    assert figures["refused"] >= 1


@pytest.mark.timeout(_SECONDS + 20)
def test_on_postgresql() -> None:
    faults = (
        "kill database",
        "pause database",
        "supersede shard",
        "kill all of these",
    )
    figures = run("postgresql", *faults)
    assert_endured(figures, faults)
    assert figures["refused"] >= 1


class Written:
    """A log with a source event and its effect, and a ledger that agrees with it."""

    def __init__(self, log: SqliteLog) -> None:
        self.log = log
        self.ledger = Ledger()

    async def write(
        self, stream: StreamId, command_id: str, *, causation_id: str | None = None
    ) -> UUID:
        event = NewEvent(
            uuid4(),
            "SliceRead",
            1,
            '{"pages":[1,1],"failed":0}',
            Metadata(command_id, "correlation", causation_id),
            datetime.now(UTC),
        )
        version = await self.log.version(stream)
        await self.log.append([Append(stream, version, [event])])
        return event.event_id

    async def effect(self, event_id: UUID, attempt: int = 1) -> None:
        stream, command_id = effect_of(event_id)
        await self.write(stream, f"{command_id}-{attempt}", causation_id=str(event_id))

    def acknowledge(self, stream: StreamId, command_id: str, version: int) -> None:
        self.ledger.acknowledged.append(Acknowledged(stream, command_id, version, ("SliceRead",)))

    async def findings(self) -> Findings:
        return (await check_log(self.log, self.ledger)).findings


@pytest.fixture
async def written(tmp_path: Path) -> AsyncIterator[Written]:
    written = Written(SqliteLog(tmp_path / "log.db"))
    event_id = await written.write(_BOOK, "first")
    await written.effect(event_id)
    written.acknowledge(_BOOK, "first", 1)
    yield written
    await written.log.close()


async def test_a_log_that_is_right_has_no_findings(written: Written) -> None:
    assert await written.findings() == Findings(events=2, effects=1)


async def test_an_acknowledged_command_without_events_is_lost(written: Written) -> None:
    written.acknowledge(_BOOK, "second", 2)
    findings = await written.findings()
    assert (len(findings.lost), findings.duplicated) == (1, [])


async def test_a_command_stored_at_another_version_is_lost(written: Written) -> None:
    written.acknowledge(_BOOK, "first", 2)
    assert len((await written.findings()).lost) == 1


async def test_a_command_stored_twice_is_duplicated(written: Written) -> None:
    event_id = await written.write(_BOOK, "first")
    await written.effect(event_id)
    assert len((await written.findings()).duplicated) == 1


async def test_an_event_without_effect_is_lost(written: Written) -> None:
    await written.write(_BOOK, "second")
    findings = await written.findings()
    assert (len(findings.lost), findings.duplicated) == (1, [])


async def test_an_event_with_two_effects_is_duplicated(written: Written) -> None:
    event_id = await written.write(_BOOK, "second")
    for attempt in range(2):
        await written.effect(event_id, attempt)
    assert len((await written.findings()).duplicated) == 1


async def test_a_writer_that_should_have_been_refused_is_found(written: Written) -> None:
    written.ledger.forbidden.append((_BOOK, "first"))
    assert len((await written.findings()).problems) == 1
