"""The entity `request`: what was answered to an HTTP request that carried an idempotency key.

Its id stands for method, path and key. The first payload claims the key, the first answer stands,
until the key expires: then a request begins anew, in a round of its own.
"""

import hashlib

from pydantic import AwareDatetime, Field

from domain.book import Frozen
from domain.entity import Command, EntityKind, Event, Query
from domain.errors import CommandRefused

KEY_REUSED = "key_reused"
BODY_LIMIT = 1_000_000
"""Most characters of an answer: in JSON, which may need six for one, they fit into an event."""


def request_id(method: str, path: str, key: str) -> str:
    """The id of the requests to one place that carry one key: SHA-256 in hexadecimal."""
    return hashlib.sha256(f"{method}\n{path}\n{key}".encode()).hexdigest()


class BeginRequest(Command):
    """A request came in at a time; `fingerprint` stands for its payload. If it is the first, its
    key holds until `expires_at`."""

    fingerprint: str = Field(min_length=1, max_length=64)
    now: AwareDatetime
    expires_at: AwareDatetime


class RecordAnswer(Command):
    """The request was answered so in a round; `headers` are those worth repeating."""

    round: int = Field(ge=1)
    status: int = Field(ge=100, le=599)
    headers: tuple[tuple[str, str], ...] = Field(default=(), max_length=20)
    body: str = Field(max_length=BODY_LIMIT)


class RequestBegun(Event):
    """See `BeginRequest`. Without `expires_at`, as of earlier versions, the key always holds."""

    fingerprint: str
    expires_at: AwareDatetime | None = None


class AnswerRecorded(Event):
    """See `RecordAnswer`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


class WholeRequest(Query):
    """Everything the entity knows."""


class RequestState(Frozen):
    """What is known of a request: nothing, its payload's fingerprint, then its answer too; `round`
    counts how often its key was claimed."""

    round: int = 0
    fingerprint: str | None = None
    expires_at: AwareDatetime | None = None
    answer: AnswerRecorded | None = None


def decide(state: RequestState, command: Command) -> list[Event]:
    """What follows from a command.

    Raises:
        CommandRefused: another payload has claimed the key, or none has.
    """
    match command:
        case BeginRequest():
            return _begin(state, command)
        case RecordAnswer():
            return _record(state, command)
    raise CommandRefused("unknown_command", f"a request knows no {type(command).__name__}")


def _begin(state: RequestState, command: BeginRequest) -> list[Event]:
    is_over = state.expires_at is not None and state.expires_at <= command.now
    if state.fingerprint is None or is_over:
        return [RequestBegun(fingerprint=command.fingerprint, expires_at=command.expires_at)]
    if state.fingerprint != command.fingerprint:
        raise CommandRefused(KEY_REUSED, "the key was used for a request with another payload")
    return []


def _record(state: RequestState, command: RecordAnswer) -> list[Event]:
    if state.fingerprint is None:
        raise CommandRefused("not_begun", "no request with this key has begun")
    if state.answer is not None or state.round != command.round:
        return []
    return [AnswerRecorded(status=command.status, headers=command.headers, body=command.body)]


def evolve(state: RequestState, event: Event) -> RequestState:
    """The state after an event."""
    match event:
        case RequestBegun():
            return RequestState(
                round=state.round + 1, fingerprint=event.fingerprint, expires_at=event.expires_at
            )
        case AnswerRecorded():
            return state.model_copy(update={"answer": event})
    return state


def answer(state: RequestState, query: Query) -> Frozen:
    """What is so.

    Raises:
        CommandRefused: a request does not know that question.
    """
    if isinstance(query, WholeRequest):
        return state
    raise CommandRefused("unknown_query", f"a request knows no {type(query).__name__}")


REQUEST = EntityKind(
    name="request",
    initial=RequestState(),
    events=(RequestBegun, AnswerRecorded),
    decide=decide,
    evolve=evolve,
    answer=answer,
    state_schema=2,
)
