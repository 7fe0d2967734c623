"""What follows the event log: projections, process managers, notifications."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from domain.events import RecordedEvent

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often an event is tried, and how long to wait in between.

    The wait is drawn at random from a span that doubles with each attempt: about `first_wait`
    seconds at first, up to `longest_wait` seconds. An event during which the process ended
    `crashes` times is not tried again.
    """

    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 60.0
    crashes: int = 5

    def __post_init__(self) -> None:
        if min(self.attempts, self.crashes) < 1 or not 0 < self.first_wait <= self.longest_wait:
            raise ValueError(
                "at least one attempt and one crash, and 0 < first_wait <= longest_wait"
            )


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named follower of the log, which remembers under its name how far it has come.

    `handle` is called with every event of the wanted types, in the order of the event's stream and
    at least once: it is idempotent by `event.event_id`. Returning means that the event is done. A
    `Terminal` error means that it never will be and makes it a dead letter at once; every other
    error is tried again as `retries` says and makes a dead letter after the last attempt.
    `LogUnavailable` says nothing about the event: it is tried again for ever, and is not counted.

    `wants` names event types by kind of entity, None standing for all of a kind; without it every
    event is wanted. At most `parallelism` events are handled at once, each of another stream. An
    attempt is cancelled after `time_limit` seconds, and fails; None lets it take as long as it
    takes. Handlers share a process and its event loop: what computes or blocks runs elsewhere, and
    is awaited.
    """

    name: str
    handle: Callable[[RecordedEvent], Awaitable[None]]
    wants: Mapping[str, Collection[str] | None] | None = None
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    parallelism: int = 16
    time_limit: float | None = 60.0

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a consumer cannot be named {self.name!r}: use a-z, 0-9, _ and -")
        if self.parallelism < 1 or (self.time_limit is not None and self.time_limit <= 0):
            raise ValueError(f"consumer {self.name}: parallelism and time_limit are above 0")
        if any(isinstance(types, str) for types in (self.wants or {}).values()):
            raise ValueError(f"consumer {self.name}: wants takes a set of types, not one name")

    def is_wanted(self, event: RecordedEvent) -> bool:
        """Whether the event is of a type that the consumer asked for."""
        if self.wants is None:
            return True
        types = self.wants.get(event.stream.kind, ())
        return types is None or event.event.type in types
