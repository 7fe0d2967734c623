"""The real event log, with the faults that a test asks for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from enum import Enum, auto
from pathlib import Path

from adapters.event_log.base import Append, Fence, Outcome, Snapshot
from adapters.event_log.sqlite import SqliteLog
from domain.errors import LogUnavailable
from domain.events import RecordedEvent, StreamId


class Fault(Enum):
    """What happens to an append."""

    LOST = auto()  # it never arrives
    UNANSWERED = auto()  # it is stored, and the answer is lost
    STUCK = auto()  # it never arrives, and nobody hears of it
    STUCK_LATE = auto()  # it is stored, and nobody hears of it


class TamperedLog(SqliteLog):
    """Appends meet the `faults` one by one; what was asked is noted."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.faults: list[Fault | Exception | None] = []
        self.read_fault: Exception | None = None
        self.snapshot_fault: Exception | None = None
        self.held = asyncio.Event()  # appends wait until it is set
        self.held.set()
        self.held_reads: dict[StreamId, asyncio.Event] = {}
        self.appends: list[Sequence[Append]] = []
        self.reads: list[StreamId] = []
        self.snapshots: list[tuple[StreamId, int]] = []

    async def append(
        self, appends: Sequence[Append], fence: Fence | None = None
    ) -> Sequence[Outcome]:
        self.appends.append(appends)
        await self.held.wait()
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault is Fault.LOST:
            raise LogUnavailable("the request was lost")
        if fault is Fault.STUCK:
            await asyncio.Event().wait()
        outcomes = await super().append(appends, fence)
        if fault is Fault.UNANSWERED:
            raise LogUnavailable("the answer was lost")
        if fault is Fault.STUCK_LATE:
            await asyncio.Event().wait()
        return outcomes

    async def read(self, stream: StreamId, after: int = 0) -> AsyncIterator[RecordedEvent]:
        self.reads.append(stream)
        if stream in self.held_reads:
            await self.held_reads[stream].wait()
        if self.read_fault:
            raise self.read_fault
        async for event in super().read(stream, after):
            yield event

    async def save_snapshot(self, stream: StreamId, snapshot: Snapshot) -> None:
        if self.snapshot_fault:
            raise self.snapshot_fault
        await super().save_snapshot(stream, snapshot)
        self.snapshots.append((stream, snapshot.version))
