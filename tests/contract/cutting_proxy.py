"""A way to PostgreSQL that is cut in the middle of what a test chooses."""

import asyncio
from contextlib import suppress
from enum import Enum


class Cut(Enum):
    """When the connection breaks: before the server got the message, or before its answer came."""

    REQUEST = "request"
    ANSWER = "answer"


class CuttingProxy:
    """Passes everything on until it is armed; the first message with `marker` is the last one."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._armed: tuple[bytes, Cut] | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def arm(self, marker: bytes, cut: Cut) -> None:
        self._armed = marker, cut

    async def __aenter__(self) -> "CuttingProxy":
        self._server = await asyncio.start_server(self._serve, self._target[0], 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server, to_server = await asyncio.open_connection(*self._target)
        answering = asyncio.create_task(_pass_on(server, to_client))
        try:
            while message := await client.read(1 << 20):
                armed = self._armed
                if armed is None or armed[0] not in message:
                    to_server.write(message)
                    await to_server.drain()
                    continue
                self._armed = None
                answering.cancel()
                await asyncio.wait([answering])
                if armed[1] is Cut.ANSWER:
                    to_server.write(message)
                    await server.read(1)
                return
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            for writer in (to_server, to_client):
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(1 << 20):
            sink.write(data)
            await sink.drain()
    sink.close()
