"""Bounds on what comes from outside: how much of it, how long, how many at once."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from starlette.requests import Request

from api.errors import Refusal
from api.problems import ProblemType


class Gate:
    """Lets a bounded number of requests in at once, and turns the others away."""

    def __init__(self, what: str, places: int) -> None:
        self._what = what
        self._free = places
        self.is_closed = False

    def close(self) -> None:
        """Let nobody in any more; those inside should leave soon."""
        self.is_closed = True

    @contextmanager
    def enter(self) -> Iterator[None]:
        """A place as long as the context lasts. Raises `Refusal` when there is none."""
        if self.is_closed:
            raise Refusal(ProblemType.UNAVAILABLE, f"No more {self._what}: this server is to end.")
        if self._free == 0:
            raise Refusal(ProblemType.TOO_MANY_REQUESTS, f"Too many {self._what} at once.")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


async def body_chunks(
    request: Request, most: int, idle_seconds: float
) -> AsyncGenerator[bytes, None]:
    """The request's body as it arrives, at most `most` bytes of it.

    Raises:
        Refusal: it is, or says that it is, longer; or nothing arrived for `idle_seconds`.
    """
    if _declared_size(request) > most:
        raise _too_large(most)
    size = 0
    async with aclosing(request.stream()) as stream:
        while chunk := await _next(stream, idle_seconds):
            size += len(chunk)
            if size > most:
                raise _too_large(most)
            yield chunk


async def whole_body(request: Request, most: int, idle_seconds: float) -> bytes:
    """The request's body, at most `most` bytes, in one of the places for bodies.

    Raises:
        Refusal: as `body_chunks`, or too many are received already.
    """
    gate: Gate = request.app.state.bodies
    with gate.enter():
        async with aclosing(body_chunks(request, most, idle_seconds)) as chunks:
            return b"".join([chunk async for chunk in chunks])


async def _next(stream: AsyncGenerator[bytes, None], idle_seconds: float) -> bytes:
    """The next bytes, empty at the end."""
    try:
        async with asyncio.timeout(idle_seconds):
            return await anext(stream, b"")
    except TimeoutError:
        raise Refusal(
            ProblemType.BODY_TIMEOUT, f"Nothing arrived for {idle_seconds:g} seconds."
        ) from None


def _declared_size(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    # A number of more digits would be as well too large as too long to convert.
    return int(declared[:18]) if declared.isdecimal() else 0


def _too_large(most: int) -> Refusal:
    # The rest of the body is not waited for, so the connection is of no more use.
    return Refusal(
        ProblemType.TOO_LARGE,
        f"The body may have {most} bytes at most.",
        headers={"Connection": "close"},
    )
