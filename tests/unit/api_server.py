"""The API over real parts: an SQLite log, a shard in process, a store in a folder."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.types import Message, Scope

from actors.rooms.live_text import LiveText
from actors.rooms.writing import Limits, Place, WritingRoom
from actors.sharding.shard import Shard
from api.app import create_app
from api.services import Services
from cluster.settings import load_settings
from cluster.wiring import (
    open_catalogue,
    open_graph,
    open_log,
    open_model,
    open_projects,
    open_store,
    open_vectors,
)
from domain import library
from domain.book import Book, Page, PageStatus, Slice
from domain.entities import KINDS
from domain.entities.book import FinishReading, RecordSlice, StartReading
from domain.entity import Origin
from domain.slices import PageRange
from jobs.writing.memory import StoryMemory
from jobs.writing.texts import Texts
from tests.unit.sample_book import a_book

PDF = b"%PDF-1.7 a small book"
PDF_ID = hashlib.sha256(PDF).hexdigest()


class OneShard(Shard):
    """A shard in process, in the place of all shards of a cluster."""

    async def ping(self) -> None:
        pass


@dataclass
class Server:
    """The application, a client of it, and what lies below."""

    app: FastAPI
    services: Services
    client: httpx.AsyncClient

    async def upload(
        self, content: bytes = PDF, *, fields: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        return await self.client.post(
            "/v1/books",
            files={"file": ("a book.pdf", content)},
            data=fields or {},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    async def begin(self, book_id: str, pages: int) -> None:
        """The book is registered."""
        command = StartReading(command_id="start", pages=pages, title="A “small” book")
        await self.services.entities.execute("book", book_id, command)

    async def read(self, book_id: str, pages: Sequence[Page]) -> None:
        """A slice of the book was read."""
        span = PageRange(pages[0].number, pages[-1].number)
        part = Slice(book_id=book_id, pages=list(pages))
        data = part.model_dump_json().encode()
        await self.services.store.put(library.slice_key(book_id, span), data)
        failed = sum(page.status is PageStatus.FAILED for page in pages)
        command = RecordSlice(command_id=f"slice {span}", pages=span, failed=failed)
        await self.services.entities.execute("book", book_id, command)

    async def finish(self, book_id: str, pages: Sequence[Page]) -> Book:
        """All of the book was read: `pages` in one slice."""
        await self.begin(book_id, len(pages))
        await self.read(book_id, pages)
        book = a_book(*pages)
        dead = tuple(page.number for page in pages if page.status is PageStatus.FAILED)
        command = FinishReading(command_id="finish", stats=book.stats, dead_pages=dead)
        await self.services.entities.execute("book", book_id, command)
        return book


async def nobody_writes(_place: Place, _origin: Origin, _live: LiveText) -> None:
    """Leaves chapters as they are."""


@asynccontextmanager
async def serving(folder: Path, **settings: object) -> AsyncIterator[Server]:
    """A server with its data in `folder`; `settings` are those that differ from the defaults."""
    chosen = load_settings(data_dir=folder, **settings)
    log, store = open_log(chosen), open_store(chosen)
    entities, texts = OneShard(log, KINDS), Texts(store)
    graph, vectors = open_graph(chosen), open_vectors(chosen)
    services = Services(
        settings=chosen,
        entities=entities,
        log=log,
        store=store,
        catalogue=open_catalogue(chosen),
        projects=open_projects(chosen),
        texts=texts,
        memory=StoryMemory(entities, texts, graph, vectors),
        model=open_model(chosen),
        room=WritingRoom(nobody_writes, Limits()),
        behind={"graph": graph.ping, "vectors": vectors.ping},
    )
    app = create_app(services)
    transport = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Server(app, services, client)
    finally:
        await services.close()


@dataclass
class Stream:
    """A response that arrives piece by piece."""

    status: int
    headers: dict[str, str]
    pieces: "asyncio.Queue[bytes | None]" = field(repr=False)
    buffer: str = ""

    async def block(self) -> str | None:
        """The next lines up to an empty one; None at the end."""
        while "\n\n" not in self.buffer:
            piece = await self.pieces.get()
            if piece is None:
                return None
            self.buffer += piece.decode()
        block, _, self.buffer = self.buffer.partition("\n\n")
        return block

    async def event(self) -> dict[str, str] | None:
        """The fields of the next event; comments and hints are passed over. None at the end."""
        while (block := await self.block()) is not None:
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            if "event" in fields:
                return fields
        return None


def scope_of(method: str, path: str, headers: dict[str, str] | None = None) -> Scope:
    """A request as ASGI has it."""
    raw = [(b"host", b"test")]
    raw += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": raw,
        "server": ("test", 80),
        "client": ("test", 1),
    }


@asynccontextmanager
async def streaming(
    app: FastAPI, path: str, headers: dict[str, str] | None = None, *, method: str = "GET"
) -> AsyncIterator[Stream]:
    """A request whose client reads as it likes, sends no body, and leaves at the end of the
    context."""
    start: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.set_result(message)
            return
        await pieces.put(message.get("body", b""))
        if not message.get("more_body"):
            await pieces.put(None)

    running = asyncio.create_task(app(scope_of(method, path, headers), receive, send))
    try:
        message = await start
        found = {name.decode(): value.decode() for name, value in message["headers"]}
        yield Stream(message["status"], found, pieces)
    finally:
        gone.set()
        await running
