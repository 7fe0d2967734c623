"""`Idempotency-Key`: a POST that is repeated with its key has one effect and one answer.

The key is claimed durably before anything is done and the answer recorded before it is given. A
process that dies in between leaves a claim without an answer: the next attempt does the work
again under the same command ids, which has no second effect. Keys do not expire.

Kept are the answers to requests that had their effect. A refusal had none, and may pass: as things
stand then, the same request is answered anew.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Header, Request
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from api.services import Services, Using
from domain.entities.request import (
    BODY_LIMIT,
    AnswerRecorded,
    BeginRequest,
    RecordAnswer,
    RequestState,
    WholeRequest,
    request_id,
)
from domain.entity import Command, Executed, Origin

REPLAYED = "Idempotent-Replayed"
_KEY = r'^("[!#-~]{1,255}"|[!#-~]{1,255})$'
_KEPT_HEADERS = ("content-type", "location", "etag")

Respond = Callable[[str], Awaitable[Response]]
"""Does the work under a command id, which a repeated request gives again."""


class Idempotency:
    """What a POST asks for by its key, if it has one."""

    def __init__(
        self,
        request: Request,
        services: Using,
        key: Annotated[
            str | SkipJsonSchema[None],
            Header(
                alias="Idempotency-Key",
                pattern=_KEY,
                json_schema_extra={"pattern": _KEY},
                description="Up to 255 visible characters, with or without quotes around them: "
                "repeated with its key, a request has no second effect and gets the first answer.",
            ),
        ] = None,
    ) -> None:
        self._request = request
        self._services = services
        self._key = key and key.strip('"')

    async def once(self, fingerprint: str, respond: Respond) -> Response:
        """The answer to a request whose payload has this fingerprint (SHA-256, hexadecimal).

        Raises:
            CommandRefused: the key belongs to a request with another payload.
            ShardUnavailable, LogUnavailable: as `Entities`; and what `respond` raises.
        """
        if self._key is None:
            return await respond(uuid4().hex)
        keyed = _KeyedRequest(self._services, self._request, self._key)
        if recorded := await keyed.begin(fingerprint):
            return _replayed(recorded)
        response = await respond(keyed.command_id)
        recorded = await keyed.record(response)
        return _replayed(recorded) if recorded else response


Once = Annotated[Idempotency, Depends()]


class _KeyedRequest:
    """The entity behind a key, as seen by one request."""

    def __init__(self, services: Services, request: Request, key: str) -> None:
        self._entities = services.entities
        self._id = request_id(request.method, request.url.path, key)
        self._origin: Origin = request.state.origin
        self.command_id = f"http:{self._id}"

    async def begin(self, fingerprint: str) -> AnswerRecorded | None:
        """Claim the key; the answer if there is one already."""
        return await self._do(
            BeginRequest(command_id=f"begin:{fingerprint}", fingerprint=fingerprint)
        )

    async def record(self, response: Response) -> AnswerRecorded | None:
        """Record the answer; the one that stands if another was first. One that is too long is not
        recorded: should the request be repeated, so is the work, with no second effect."""
        headers, body = response.headers, bytes(response.body).decode()
        if len(body) > BODY_LIMIT:
            return None
        return await self._do(
            RecordAnswer(
                command_id="answer",
                status=response.status_code,
                headers=tuple((name, headers[name]) for name in _KEPT_HEADERS if name in headers),
                body=body,
            )
        )

    async def _do(self, command: Command) -> AnswerRecorded | None:
        executed: Executed = await self._entities.execute(
            "request", self._id, command, origin=self._origin
        )
        if executed.events and not executed.repeated:
            return None
        answer = await self._entities.query("request", self._id, WholeRequest())
        state = answer.value
        return state.answer if isinstance(state, RequestState) else None


def _replayed(answer: AnswerRecorded) -> Response:
    headers = dict(answer.headers)
    headers[REPLAYED] = "true"
    return Response(answer.body, answer.status, headers)
