"""HEAD: the answer that GET would get, without its body."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class AnswerHead:
    """ASGI middleware: HEAD is answered wherever GET is.

    The answer is given up once it has begun: no stream is opened, no file is read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        begun = False

        async def begin(message: Message) -> None:
            nonlocal begun
            if begun:
                return
            begun = True
            await send(message)
            await send({"type": "http.response.body"})
            raise ClientDisconnect  # so that nobody goes on

        try:
            await self._app({**scope, "method": "GET"}, receive, begin)
        except ClientDisconnect:
            return
