"""The bounds of a shard."""

from dataclasses import dataclass
from typing import Self

from cluster.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one shard: `queue` calls that wait, `entities` in memory and their `characters` as
    JSON together, `batch` commands in one
    append, `recent` answers remembered, `log_seconds` of patience with a log that does not answer,
    `snapshot_events` from one snapshot to the next, `attempts` at a command that other writers
    thwart, `reads` of the log at once."""

    queue: int = 10_000
    entities: int = 60_000
    characters: int = 128 * 1024**2
    batch: int = 500
    recent: int = 10_000
    log_seconds: float = 5.0
    snapshot_events: int = 200
    attempts: int = 10
    reads: int = 16

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The bounds that are set."""
        return cls(
            queue=settings.shard_queue,
            entities=settings.shard_entities,
            characters=settings.shard_bytes,
            log_seconds=settings.shard_log_seconds,
            snapshot_events=settings.snapshot_events,
        )
