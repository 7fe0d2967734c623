"""JSON bodies of requests: bounded before they are parsed, described in the OpenAPI document."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.errors import Refusal, invalid_parts
from api.limits import whole_body
from api.problems import ProblemType
from cluster.settings import Settings

M = TypeVar("M", bound=BaseModel)

BODY_PROBLEMS = (
    ProblemType.BODY_TIMEOUT,
    ProblemType.TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA_TYPE,
    ProblemType.INVALID_REQUEST,
    ProblemType.TOO_MANY_REQUESTS,
)
"""What an address that takes a JSON body can answer."""

_TYPES = ("application/json", "application/merge-patch+json")


async def json_bytes(request: Request, settings: Settings) -> bytes:
    """The request's body, which says that it is JSON. A POST without one says nothing: `{}`.

    Raises:
        Refusal: it is of another type, too large or too slow.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    may_be_missing = request.method == "POST"
    if media_type not in _TYPES and not (may_be_missing and not media_type):
        raise _not_json()
    body = await whole_body(request, settings.http_story_bytes, settings.http_idle_seconds)
    if may_be_missing and not body:
        return b"{}"
    if not media_type:
        raise _not_json()
    return body


def _not_json() -> Refusal:
    return Refusal(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send JSON, as application/json.")


async def json_body(request: Request, settings: Settings, model: type[M]) -> M:
    """The request's body as a record.

    Raises:
        Refusal: as `json_bytes`, or the body is no such record.
    """
    return parsed(await json_bytes(request, settings), model)


def parsed(body: bytes, model: type[M]) -> M:
    """JSON as a record. Raises `Refusal` if it is none."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise invalid_parts(error.errors(include_input=False, include_url=False), "body") from None


def checked(model: type[M], **values: object) -> M:
    """A record of what a request says. Raises `Refusal` where that is not as it has to be."""
    try:
        return model(**values)
    except ValidationError as error:
        raise invalid_parts(error.errors(include_input=False, include_url=False), "body") from None


def described_body(
    model: type[BaseModel], *, required: bool = True
) -> dict[str, Any]:  # OpenAPI is JSON of any shape
    """What the OpenAPI document says of such a body; `api.openapi` holds the models' schemas."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}
