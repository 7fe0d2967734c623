"""What surrounds every request: its id and trace, its time limit, the last resort for errors."""

import asyncio
import logging
import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import OURS, Refusal, problem_response
from api.problems import ProblemType
from domain.entity import Origin

PRINCIPAL = "http"
"""Who the events of requests come from."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_log = logging.getLogger("scriptorium.api")


class RequestContext:
    """ASGI middleware: every request gets an id, its answer says it, and it ends in time.

    The time limit holds until the answer begins; a route that may take longer gives itself more
    by `allow_seconds`. An error that nobody expected is logged under the request's id and becomes
    a problem, or, when the answer has begun, breaks the connection off.
    """

    def __init__(self, app: ASGIApp, seconds: float, *, says_id: bool) -> None:
        self._app = app
        self._seconds = seconds
        self._says_id = says_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.origin = origin = _origin(request.headers)
        begun = False

        async def identified(message: Message) -> None:
            if self._says_id and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = origin.correlation_id or ""
            await send(message)

        async def begin(message: Message) -> None:
            nonlocal begun
            if not begun:
                begun = True
                deadline.reschedule(None)
            await identified(message)

        try:
            async with asyncio.timeout(self._seconds) as deadline:
                request.state.deadline = deadline
                await self._app(scope, receive, begin)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as error:  # the last resort: no stack trace may leave the house
            if isinstance(error, TimeoutError) and deadline.expired():
                refusal = Refusal(ProblemType.TIMED_OUT, "Send the same request again.")
            else:
                _log.exception("request %s failed", origin.correlation_id)
                refusal = Refusal(ProblemType.INTERNAL_ERROR, OURS)
            if begun:
                raise
            await problem_response(request, refusal)(scope, receive, identified)


def allow_seconds(request: Request, seconds: float) -> None:
    """Let the request take longer than others, counted from now."""
    deadline: asyncio.Timeout = request.state.deadline
    deadline.reschedule(asyncio.get_running_loop().time() + seconds)


def _origin(headers: Headers) -> Origin:
    """Ids from the request where they are well-formed, else a new request id and no trace."""
    given = headers.get("x-request-id", "")
    trace = headers.get("traceparent", "")
    return Origin(
        correlation_id=given if _REQUEST_ID.fullmatch(given) else uuid4().hex,
        traceparent=trace if _TRACEPARENT.fullmatch(trace) else None,
        principal=PRINCIPAL,
    )
