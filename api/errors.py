"""Which error becomes which problem, in one place.

Of what is wrong on our side the client learns the request's id only: the rest is in the log.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.problems import MEDIA_TYPE, FieldFault, Problem, ProblemType
from domain.entities.request import KEY_REUSED
from domain.entity import Origin
from domain.errors import (
    CommandRefused,
    EngineMissing,
    FencedOut,
    LanguageMissing,
    LogUnavailable,
    Retryable,
    ScriptoriumError,
    ShardBusy,
    ShardUnavailable,
    StoreUnavailable,
    VersionMismatch,
)

_log = logging.getLogger("scriptorium.api")

# The first class of an error's ancestry that is listed decides.
_OF_ERROR: Mapping[type[BaseException], ProblemType] = {
    ShardBusy: ProblemType.SHARD_BUSY,
    ShardUnavailable: ProblemType.SHARD_UNAVAILABLE,
    LogUnavailable: ProblemType.LOG_UNAVAILABLE,
    StoreUnavailable: ProblemType.STORE_UNAVAILABLE,
    Retryable: ProblemType.UNAVAILABLE,
    FencedOut: ProblemType.SHARD_UNAVAILABLE,
    EngineMissing: ProblemType.ENGINE_MISSING,
    LanguageMissing: ProblemType.LANGUAGE_MISSING,
    CommandRefused: ProblemType.COMMAND_REFUSED,
    VersionMismatch: ProblemType.VERSION_MISMATCH,
    ScriptoriumError: ProblemType.INTERNAL_ERROR,
}
_OF_REASON: Mapping[str, ProblemType] = {
    "unknown_book": ProblemType.BOOK_NOT_FOUND,
    "unknown_project": ProblemType.PROJECT_NOT_FOUND,
    "project_deleted": ProblemType.PROJECT_NOT_FOUND,
    "unknown_chapter": ProblemType.CHAPTER_NOT_FOUND,
    "unknown_name": ProblemType.NAME_NOT_FOUND,
    KEY_REUSED: ProblemType.IDEMPOTENCY_KEY_REUSED,
}
OURS = "It is in the log, under this request's id."
_FAULTS = 20  # more of them help nobody


class Refusal(Exception):
    """A request is answered with a problem; `members` are further ones of `Problem`."""

    def __init__(
        self,
        type: ProblemType,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.type = type
        self.detail = detail
        self.headers = headers or {}
        self.members = members


def invalid(at: str, message: str) -> Refusal:
    """One part of the request is not valid."""
    return Refusal(
        ProblemType.INVALID_REQUEST,
        f"{at}: {message}",
        errors=[FieldFault(at=at, message=message)],
    )


def invalid_parts(found: Sequence[Mapping[str, Any]], root: str = "") -> Refusal:
    """What pydantic found wrong below `root`, or in a parameter; what was sent is not repeated."""
    messages: dict[str, str] = {}
    for each in found[:_FAULTS]:
        # Below a parameter there is only what it could have been instead.
        parts = (root, *each["loc"]) if root else each["loc"][:2]
        messages.setdefault(".".join(str(part) for part in parts if part != ""), each["msg"])
    faults = [FieldFault(at=at, message=message) for at, message in messages.items()]
    detail = "; ".join(f"{fault.at}: {fault.message}" for fault in faults)
    return Refusal(ProblemType.INVALID_REQUEST, detail, errors=faults)


def refusal_of(error: ScriptoriumError) -> Refusal:
    """What an error is to the client."""
    kind = next(_OF_ERROR[parent] for parent in type(error).__mro__ if parent in _OF_ERROR)
    if isinstance(error, CommandRefused):
        return Refusal(_OF_REASON.get(error.reason, kind), error.detail, reason=error.reason)
    if kind is ProblemType.INTERNAL_ERROR:
        return Refusal(kind, OURS)
    if kind.status >= 500:
        return Refusal(kind, f"Send the same request again in {kind.retry_after} seconds.")
    return Refusal(kind, str(error))


def request_id(request: Request) -> str:
    """The id that the request came with or was given."""
    origin: Origin = request.state.origin
    return origin.correlation_id or ""


def problem_response(request: Request, refusal: Refusal) -> Response:
    """The problem as a response."""
    kind = refusal.type
    problem = Problem.model_validate(
        {
            "type": kind.uri,
            "title": kind.title,
            "status": kind.status,
            "detail": refusal.detail,
            "instance": quote(request.scope["path"]),
            "request_id": request_id(request),
            **refusal.members,
        }
    )
    headers = dict(refusal.headers)
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    return Response(
        problem.model_dump_json(exclude_none=True), kind.status, headers, media_type=MEDIA_TYPE
    )


def answer_errors_with_problems(app: FastAPI) -> None:
    """Make every error that a route or the router raises a problem."""
    for kind in (Refusal, ScriptoriumError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    match error:
        case Refusal():
            refusal = error
        case ScriptoriumError():
            refusal = refusal_of(error)
            _note(request, error, refusal)
        case RequestValidationError():
            refusal = invalid_parts(error.errors())
        case HTTPException():
            refusal = _of_router(request, error)
        case _:
            raise error
    return problem_response(request, refusal)


def _note(request: Request, error: ScriptoriumError, refusal: Refusal) -> None:
    if refusal.type.status >= 500:
        _log.error("request %s: %s: %s", request_id(request), type(error).__name__, error)


def _of_router(request: Request, error: HTTPException) -> Refusal:
    if error.status_code == 405:
        allowed = ", ".join(_methods_at(request))
        return Refusal(
            ProblemType.METHOD_NOT_ALLOWED,
            f"Allowed here: {allowed}.",
            headers={"Allow": allowed},
        )
    if error.status_code == 404:
        return Refusal(ProblemType.NOT_FOUND, "All addresses are listed at /docs.")
    return Refusal(ProblemType.INVALID_REQUEST, str(error.detail))


def _methods_at(request: Request) -> list[str]:
    """All methods of an address; the router names only those of its first route there."""
    routes: Sequence[Route] = request.app.state.routes
    methods = {
        method
        for route in routes
        if route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)
