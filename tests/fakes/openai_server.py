"""An OpenAI-compatible endpoint for tests and benchmarks: real HTTP, scripted, faults on demand.

`python -m tests.fakes.openai_server --port N` runs one until it is interrupted.
"""

import argparse
import asyncio
import hashlib
import json
import logging
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.openai_batches import Batches
from tests.fakes.openai_chat import (
    Answering,
    ChatRequest,
    Reply,
    Tokens,
    chunks,
    prose,
    whole,
)

HOST = "127.0.0.1"
_PATIENCE = 60.0  # seconds until a test that waits for this server has failed
_DIMENSIONS = 16

Taking = Literal["takes", "refuses", "ignores"]


@dataclass(frozen=True)
class Recorded:
    """What a client sent; header names in lower case, `body` empty where it was not JSON."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def chat(self) -> ChatRequest:
        return ChatRequest(self.body)


class FakeOpenAi:
    """Runs from its making to `stop`. What is public may be set at any time.

    A chat completion is answered by the next of `replies`, else by `answer`. `latency` is how
    many seconds every answer takes.
    """

    def __init__(self, port: int = 0) -> None:
        self.reset()
        self._arrival = threading.Condition()
        # With its protocol named, asyncio turns off the delay of small packets: 40 ms an answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self._socket.listen(1024)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}/v1"
        config = uvicorn.Config(
            self._application(),
            log_config=None,
            log_level=logging.CRITICAL + 1,
            lifespan="off",
            loop="asyncio",  # uvloop would keep the socket that unit tests block
            ws="none",
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_PATIENCE):
            raise TimeoutError("the fake endpoint does not start")

    def reset(self) -> None:
        """As new: nothing scripted, nothing recorded."""
        self.replies: deque[Reply] = deque()
        self.embedding_replies: deque[Reply] = deque()
        self.answer: Answering = prose
        self.requests: list[Recorded] = []
        self.key: str | None = None
        self.json_schema: Taking = "takes"
        self.json_object: Taking = "takes"
        self.refused_parameters: set[str] = set()
        self.names_parameters = True
        self.tells_usage = True
        self.latency = 0.0
        self.models = ["fake-writer", "fake-embedder"]
        self.in_flight = 0
        self.most_in_flight = 0
        self.batches = Batches(self._answer_row)
        self._tokens = Tokens()

    @property
    def chats(self) -> list[ChatRequest]:
        """The chat completions asked for."""
        return [one.chat for one in self.requests if one.path == "/v1/chat/completions"]

    def wait_for_requests(self, number: int) -> None:
        """Return once so many requests have arrived."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.requests) >= number, _PATIENCE):
                raise TimeoutError(f"{len(self.requests)} of {number} requests have arrived")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_PATIENCE)

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embeddings, methods=["POST"]),
                Route("/v1/models", self._models),
                Route("/v1/files", self._files, methods=["GET", "POST"]),
                Route("/v1/files/{file_id}", self._file, methods=["GET", "DELETE"]),
                Route("/v1/files/{file_id}/content", self._content),
                Route("/v1/batches", self._all_batches, methods=["GET", "POST"]),
                Route("/v1/batches/{batch_id}", self._batch),
                Route("/v1/batches/{batch_id}/cancel", self._cancel, methods=["POST"]),
            ]
        )

    async def _chat(self, request: Request) -> Response:
        body = await self._recorded(request)
        refused = self._refusal(request) or self._refused_parameter(body)
        if refused:
            return _error(refused)
        chat = ChatRequest(body)
        reply = self._next_reply(chat)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self._delay(reply)
        finally:
            self.in_flight -= 1
        if reply.status >= 400:
            return _error(reply)
        if reply.body is not None:
            return Response(reply.body, reply.status, reply.headers, "application/json")
        usage = self._tokens.usage(chat, reply) if self.tells_usage else None
        model = str(body["model"])
        if not chat.is_streamed:
            return JSONResponse(whole(model, reply, usage), headers=reply.headers)
        wants_usage = body.get("stream_options", {}).get("include_usage")
        return StreamingResponse(
            _events(model, reply, usage if wants_usage else None), media_type="text/event-stream"
        )

    def _next_reply(self, chat: ChatRequest) -> Reply:
        reply = self.replies.popleft() if self.replies else self.answer(chat)
        return Reply(reply) if isinstance(reply, str) else reply

    def _refusal(self, request: Request) -> Reply | None:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            said = request.headers.get("authorization", "")
            return Reply(status=401, code="invalid_api_key", message=f"not a key: {said}")
        return None

    def _refused_parameter(self, body: dict[str, Any]) -> Reply | None:
        refused = self.refused_parameters & body.keys()
        form = body.get("response_format", {}).get("type")
        if (form == "json_schema" and self.json_schema == "refuses") or (
            form == "json_object" and self.json_object == "refuses"
        ):
            refused.add("response_format")
        if not refused:
            return None
        named = min(refused) if self.names_parameters else None
        return Reply(status=400, code="unsupported_parameter", parameter=named)

    async def _embeddings(self, request: Request) -> Response:
        body = await self._recorded(request)
        reply = self.embedding_replies.popleft() if self.embedding_replies else Reply()
        refused = self._refusal(request)
        if refused or reply.status >= 400:
            return _error(refused or reply)
        await self._delay(reply)
        if reply.body is not None:
            return Response(reply.body, media_type="application/json")
        return JSONResponse(self._vectors(body))

    def _vectors(self, body: dict[str, Any]) -> dict[str, Any]:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        data = [
            {"object": "embedding", "index": index, "embedding": a_vector(text)}
            for index, text in enumerate(texts)
        ]
        data.reverse()  # the index says which is whose
        tokens = sum(map(len, texts)) // 4 + 1
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {
            "object": "list",
            "model": body["model"],
            "data": data,
            **({"usage": usage} if self.tells_usage else {}),
        }

    async def _models(self, request: Request) -> Response:
        await self._recorded(request)
        data = [{"id": model, "object": "model", "created": 0} for model in self.models]
        return JSONResponse({"object": "list", "data": data})

    async def _files(self, request: Request) -> Response:
        await self._recorded(request)
        if request.method == "GET":
            data = [record for record, _ in self.batches.files.values()]
            return JSONResponse({"object": "list", "data": data, "has_more": False})
        async with request.form() as form:
            upload = form["file"]
            assert not isinstance(upload, str)
            content = await upload.read()
            record = self.batches.add_file(upload.filename or "", str(form["purpose"]), content)
        return JSONResponse(record)

    async def _file(self, request: Request) -> Response:
        await self._recorded(request)
        file_id = request.path_params["file_id"]
        if file_id not in self.batches.files:
            return _missing()
        if request.method == "DELETE":
            del self.batches.files[file_id]
            return JSONResponse({"id": file_id, "object": "file", "deleted": True})
        return JSONResponse(self.batches.files[file_id][0])

    async def _content(self, request: Request) -> Response:
        await self._recorded(request)
        found = self.batches.files.get(request.path_params["file_id"])
        return Response(found[1], media_type="application/octet-stream") if found else _missing()

    async def _all_batches(self, request: Request) -> Response:
        body = await self._recorded(request)
        if request.method == "POST":
            try:
                return JSONResponse(self.batches.create(body))
            except (KeyError, ValueError) as error:
                return _error(Reply(status=400, code="invalid_request", message=str(error)))
        batches = self.batches.newest_first()
        after = request.query_params.get("after")
        ids = [batch["id"] for batch in batches]
        start = ids.index(after) + 1 if after in ids else 0
        limit = int(request.query_params.get("limit", 20))
        page = batches[start : start + limit]
        more = start + limit < len(batches)
        last = page[-1]["id"] if page else None
        return JSONResponse({"object": "list", "data": page, "has_more": more, "last_id": last})

    async def _batch(self, request: Request) -> Response:
        await self._recorded(request)
        try:
            return JSONResponse(self.batches.look(request.path_params["batch_id"]))
        except KeyError:
            return _missing()

    async def _cancel(self, request: Request) -> Response:
        await self._recorded(request)
        try:
            return JSONResponse(self.batches.cancel(request.path_params["batch_id"]))
        except KeyError:
            return _missing()

    def _answer_row(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/v1/embeddings":
            return 200, self._vectors(body)
        chat = ChatRequest(body)
        reply = self._refused_parameter(body) or self._next_reply(chat)
        if reply.status >= 400:
            return reply.status, reply.error
        return 200, whole(str(body["model"]), reply, self._tokens.usage(chat, reply))

    async def _recorded(self, request: Request) -> dict[str, Any]:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        content = await request.body() if is_json else b""
        body: dict[str, Any] = json.loads(content) if content else {}
        with self._arrival:
            self.requests.append(
                Recorded(request.method, request.url.path, dict(request.headers), body)
            )
            self._arrival.notify_all()
        return body

    async def _delay(self, reply: Reply) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if reply.hold is not None:
            await asyncio.to_thread(reply.hold.wait, _PATIENCE)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def a_vector(text: str) -> list[float]:
    """The same vector for the same text; its length is not 1."""
    return [byte / 32 - 4 for byte in hashlib.sha256(text.encode()).digest()[:_DIMENSIONS]]


async def _events(model: str, reply: Reply, usage: dict[str, Any] | None) -> AsyncIterator[str]:
    for event in chunks(model, reply, usage):
        yield event


def _error(reply: Reply) -> Response:
    return JSONResponse(reply.error, reply.status, reply.headers)


def _missing() -> Response:
    return _error(Reply(status=404, code="not_found"))


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description="An OpenAI-compatible endpoint that is a fake.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds an answer takes")
    options = parser.parse_args()
    server = FakeOpenAi(options.port)
    server.latency = options.latency
    print(server.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
