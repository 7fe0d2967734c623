"""`Idempotency-Key`: a POST that is repeated with its key has one effect and one answer.

The key is claimed durably before anything is done and the answer recorded before it is given. A
process that dies in between leaves a claim without an answer: the next attempt does the work
again under the same command ids, which has no second effect. After `idempotency_days` a key is
forgotten: with it, a request is a new one.

Kept are the answers to requests that had their effect. A refusal had none, and may pass: as things
stand then, the same request is answered anew.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast
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
        begun = await keyed.begin(fingerprint)
        if begun.answer:
            return _replayed(begun.answer)
        response = await respond(keyed.command_id(begun.round))
        recorded = await keyed.record(response, begun.round)
        return _replayed(recorded) if recorded else response


Once = Annotated[Idempotency, Depends()]


class _KeyedRequest:
    """The entity behind a key, as seen by one request."""

    def __init__(self, services: Services, request: Request, key: str) -> None:
        self._entities = services.entities
        self._lifetime = timedelta(days=services.settings.idempotency_days)
        self._id = request_id(request.method, request.url.path, key)
        self._origin: Origin = request.state.origin

    def command_id(self, round: int) -> str:
        """Of what the request asks for."""
        return f"http:{self._id}" if round == 1 else f"http:{self._id}:{round}"

    async def begin(self, fingerprint: str) -> RequestState:
        """Claim the key; gives the round, and its answer if there is one already."""
        now = datetime.now(UTC)
        await self._execute(
            BeginRequest(
                command_id=uuid4().hex,
                fingerprint=fingerprint,
                now=now,
                expires_at=now + self._lifetime,
            )
        )
        return await self._state()

    async def record(self, response: Response, round: int) -> AnswerRecorded | None:
        """Record the answer; the one that stands if another was first. One that is too long is not
        recorded: should the request be repeated, so is the work, with no second effect."""
        headers, body = response.headers, bytes(response.body).decode()
        if len(body) > BODY_LIMIT:
            return None
        executed = await self._execute(
            RecordAnswer(
                command_id=f"answer:{round}",
                round=round,
                status=response.status_code,
                headers=tuple((name, headers[name]) for name in _KEPT_HEADERS if name in headers),
                body=body,
            )
        )

        if executed.events and not executed.repeated:
            return None
        return (await self._state()).answer

    async def _execute(self, command: Command) -> Executed:
        return await self._entities.execute("request", self._id, command, origin=self._origin)

    async def _state(self) -> RequestState:
        answer = await self._entities.query("request", self._id, WholeRequest())
        return cast(RequestState, answer.value)


def _replayed(answer: AnswerRecorded) -> Response:
    headers = dict(answer.headers)
    headers[REPLAYED] = "true"
    return Response(answer.body, answer.status, headers)
