"""Every error Scriptorium raises on purpose.

    ScriptoriumError
    ├── Retryable               the same call may succeed later
    │   ├── StoreUnavailable
    │   ├── SourceChanged
    │   ├── ClusterUnavailable
    │   ├── LogUnavailable
    │   │   └── LogRaced
    │   ├── ReadingInterrupted
    │   ├── WritingInterrupted
    │   ├── ModelUnavailable
    │   ├── GraphUnavailable
    │   ├── VectorsUnavailable
    │   └── ShardUnavailable
    │       └── ShardBusy
    └── Terminal                the same call fails again; the message says what to change
        ├── UsageError
        ├── SettingsError
        ├── LanguageMissing
        ├── EngineMissing
        ├── ObjectMissing
        ├── KeyRefused
        ├── StoreRefused
        ├── RecordDamaged
        ├── NothingGained
        │   ├── ModelRefused
        │   └── AnswerUnusable
        ├── FencedOut
        ├── ProcessKilled
        ├── EntityFailed
        ├── CommandRefused      carries a stable reason
        ├── VersionMismatch     carries the entity's version
        └── BookRefused         carries a BookFault

Whether a caller may retry is the type, never the message. All of them survive pickling.
"""

from typing import TYPE_CHECKING

from domain.book import BookFault

if TYPE_CHECKING:
    from domain.prompt import Usage


class ScriptoriumError(Exception):
    """Base of every error raised on purpose."""


class Retryable(ScriptoriumError):
    """The same call may succeed later."""


class Terminal(ScriptoriumError):
    """The same call will fail again until something is changed."""


class StoreUnavailable(Retryable):
    """The object store did not answer, or answered that it is overloaded."""


class SourceChanged(Retryable):
    """A file was written to while it was taken; nothing of it was stored."""


class ClusterUnavailable(Retryable):
    """The Ray cluster did not answer, or did not let us in."""


class LogUnavailable(Retryable):
    """The event log did not answer; an append may have happened, and may be repeated as it is."""


class LogRaced(LogUnavailable):
    """Other writers of the event log were faster; nothing was stored."""


class ReadingInterrupted(Retryable):
    """A book was not read to its end; what was read of it stays."""


class WritingInterrupted(Retryable):
    """A chapter's attempt did not come to its end; what was recorded of it stays."""


class ModelUnavailable(Retryable):
    """The language model did not answer, or is overloaded; the call may have been paid for."""


class GraphUnavailable(Retryable):
    """The story graph's database did not answer."""


class VectorsUnavailable(Retryable):
    """The vector database did not answer."""


class ShardUnavailable(Retryable):
    """The shard that holds an entity did not answer in time; a command may have been done."""


class ShardBusy(ShardUnavailable):
    """The shard's queue is full; the command was not begun."""


class UsageError(Terminal):
    """A command was called with arguments it cannot work with."""


class SettingsError(Terminal):
    """The settings are unknown, malformed or contradict each other."""


class LanguageMissing(Terminal):
    """There is no data for a requested language."""


class EngineMissing(Terminal):
    """The chosen OCR engine is not installed."""


class ObjectMissing(Terminal):
    """No object is stored under this key."""


class KeyRefused(Terminal):
    """The key would leave the store's root or is not a plain relative path."""


class StoreRefused(Terminal):
    """The object store rejected the request: credentials, bucket or permissions."""


class RecordDamaged(Terminal):
    """A stored record cannot be understood."""


class NothingGained(Terminal):
    """A call to a language model that gave nothing; `usage` is what it has cost all the same, None
    where that is not known."""

    def __init__(self, message: str = "", usage: "Usage | None" = None) -> None:
        super().__init__(message)
        self.usage = usage


class ModelRefused(NothingGained):
    """The language model's endpoint rejected the call: credentials, model name, content filter."""


class AnswerUnusable(NothingGained):
    """A language model's answer was cut off, or was not what was asked for."""


class FencedOut(Terminal):
    """A newer owner has claimed what this one held; nothing was written."""


class ProcessKilled(Terminal):
    """Whatever process does it ends."""


class EntityFailed(Terminal):
    """An entity's rules met a fault of their own on a command; nothing was done."""


class CommandRefused(Terminal):
    """A rule of the entity forbids the command, as things stand.

    `reason` is a stable word for programs, `detail` the sentence a person reads.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class VersionMismatch(Terminal):
    """The entity is at another version than the caller expects."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(expected, actual)
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        return f"version {self.expected} was expected, the entity is at version {self.actual}"


class BookRefused(Terminal):
    """A file cannot be read as a book.

    `fault` is the machine-readable reason, `detail` the sentence a person reads.
    """

    def __init__(self, fault: BookFault, detail: str) -> None:
        super().__init__(fault, detail)
        self.fault = fault
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.fault}: {self.detail}"
