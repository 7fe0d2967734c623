"""Every problem the API answers with, as RFC 9457 asks."""

from collections.abc import Mapping
from enum import Enum, unique
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Responses = dict[int | str, dict[str, Any]]
"""OpenAPI responses by status, of any shape."""

MEDIA_TYPE = "application/problem+json"


@unique
class ProblemType(Enum):
    """A kind of problem: status, title, and the seconds after which trying again may help."""

    SIGNATURE_INVALID = (401, "The signature is missing or wrong")
    BUCKET_REFUSED = (403, "Objects of this bucket are not taken")
    NOT_FOUND = (404, "There is nothing at this address")
    BOOK_NOT_FOUND = (404, "There is no such book")
    PAGE_NOT_FOUND = (404, "The book has no such page")
    EXPORT_NOT_FOUND = (404, "The book has no such export")
    PROJECT_NOT_FOUND = (404, "There is no such project")
    CHAPTER_NOT_FOUND = (404, "The project has no such chapter")
    NAME_NOT_FOUND = (404, "The story has nobody and nothing of that name")
    CONTEXT_NOT_FOUND = (404, "The chapter was not written from a context")
    HOOK_OFF = (404, "The hook is not set up")
    METHOD_NOT_ALLOWED = (405, "The method is not allowed here")
    BODY_TIMEOUT = (408, "The request's body did not arrive in time")
    NOT_READ_YET = (409, "This has not been read yet", 5)
    BOOK_UNREADABLE = (409, "The file cannot be read as a book")
    NOTHING_APPROVED = (409, "No chapter is approved yet")
    COMMAND_REFUSED = (409, "This cannot be done as things stand")
    VERSION_MISMATCH = (412, "It has another version by now")
    TOO_LARGE = (413, "The request's body is too large")
    UNSUPPORTED_MEDIA_TYPE = (415, "The body is of a type that is not understood here")
    INVALID_REQUEST = (422, "The request is not valid")
    IDEMPOTENCY_KEY_REUSED = (422, "The key belongs to a request with another payload")
    LANGUAGE_MISSING = (422, "A language cannot be read here")
    TOO_MANY_REQUESTS = (429, "Too many of these are going on", 5)
    HEADERS_TOO_LARGE = (431, "The request's headers are too large")
    INTERNAL_ERROR = (500, "Something is wrong on our side")
    UNAVAILABLE = (503, "Something that is needed does not answer", 5)
    LOG_UNAVAILABLE = (503, "The event log does not answer", 5)
    STORE_UNAVAILABLE = (503, "The object store does not answer", 5)
    SHARD_UNAVAILABLE = (503, "The shard that holds this does not answer", 2)
    SHARD_BUSY = (503, "The shard that holds this has too much to do", 1)
    ENGINE_MISSING = (503, "There is no OCR engine here", 60)
    TIMED_OUT = (503, "The answer took too long", 5)
    NOT_READY = (503, "Something that is needed is down", 5)

    def __init__(self, status: int, title: str, retry_after: int | None = None) -> None:
        self.status = status
        self.title = title
        self.retry_after = retry_after

    @property
    def uri(self) -> str:
        """The problem's `type`: stable, relative, and where `GET` describes it."""
        return f"/problems/{self.slug}"

    @property
    def slug(self) -> str:
        """The last part of the URI."""
        return self.name.lower().replace("_", "-")


class FieldFault(BaseModel):
    """What is wrong with one part of a request."""

    at: str = Field(description="where, e.g. `query.limit`")
    message: str


class DependencyState(BaseModel):
    """Whether something that is needed answers."""

    state: str = Field(description="`up` or `down`")
    detail: str | None = None


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="stable; a relative URI that describes the problem")
    title: str
    status: int
    detail: str = Field(description="for people: what happened and what to do")
    instance: str = Field(description="the path that was asked for")
    request_id: str = Field(description="names the request in our log")
    reason: str | None = Field(default=None, description="a stable word for why it was refused")
    errors: list[FieldFault] | None = Field(default=None, description="what is not valid")
    dependencies: dict[str, DependencyState] | None = Field(
        default=None, description="what is up and what is down"
    )


EVERYWHERE = (
    ProblemType.METHOD_NOT_ALLOWED,
    ProblemType.INTERNAL_ERROR,
    ProblemType.TIMED_OUT,
)
"""The problems that every address can answer with."""

ENTITY_PROBLEMS = (
    ProblemType.SHARD_UNAVAILABLE,
    ProblemType.SHARD_BUSY,
    ProblemType.LOG_UNAVAILABLE,
    ProblemType.UNAVAILABLE,
)
"""The problems of an address that asks an entity."""


def documented(*types: ProblemType) -> Responses:
    """OpenAPI responses for the problems that an address answers with, by status."""
    by_status: dict[int, list[ProblemType]] = {}
    for kind in (*types, *EVERYWHERE):
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _response(kinds) for status, kinds in by_status.items()}


def _response(kinds: list[ProblemType]) -> dict[str, object]:
    response: dict[str, object] = {
        "description": "; ".join(f"`{kind.uri}`: {kind.title}" for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if any(kind.retry_after for kind in kinds):
        response["headers"] = _RETRY_AFTER
    return response


_RETRY_AFTER: Mapping[str, object] = {
    "Retry-After": {
        "description": "seconds after which to try again",
        "schema": {"type": "integer", "minimum": 1},
    }
}
