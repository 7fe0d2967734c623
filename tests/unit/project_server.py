"""The API with a project in it, whose chapters are written in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from actors.rooms.live_text import LiveText
from actors.rooms.writing import Place
from adapters.llm.offline import OfflineModel
from domain.entity import Origin
from jobs.writing.chapter import ChapterWriter
from jobs.writing.recall import Recall
from tests.unit.api_server import Server, serving

BIBLE = {
    "characters": [
        {"name": "Ines Varga", "aliases": ["Ines"], "attributes": {"eyes": "grey"}},
        {"name": "Matthew Oake", "aliases": ["Matthew"], "attributes": {"profession": "sexton"}},
    ],
    "places": ["Saltmarsh"],
    "items": [{"name": "the brass key"}],
    "rules": ["The bell of Saltmarsh rings only at high water."],
}
FIRST = (
    "Ines Varga came to Saltmarsh on foot. Her grey eyes were tired, and she carried the brass "
    "key in her pocket.\n\nMatthew Oake opened the gate. “You are late,” said Matthew."
)

# Bodies and answers are JSON of any shape.
Json = dict[str, Any]


@dataclass
class Novel:
    """A project over HTTP."""

    server: Server
    id: str

    @property
    def path(self) -> str:
        return f"/v1/projects/{self.id}"

    async def get(self, path: str = "", **parameters: str | int) -> httpx.Response:
        return await self.server.client.get(f"{self.path}{path}", params=parameters)

    async def post(self, path: str, body: Json | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.server.client
        return await client.post(f"{self.path}{path}", json=body, headers=named)

    async def put(self, path: str, body: Json, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.server.client.put(f"{self.path}{path}", json=body, headers=named)

    async def put_text(self, number: int, text: str) -> None:
        """The author's own text, read and checked."""
        answer = await self.put(f"/chapters/{number}", {"text": text})
        assert answer.status_code == 202, answer.text
        await self.work(number)

    async def work(self, number: int) -> None:
        """Bring a chapter to rest, as the writing room does."""
        services = self.server.services
        chapter = (await self.get(f"/chapters/{number}")).json()["chapter"]
        writer = ChapterWriter(
            services.entities,
            services.texts,
            services.model,
            stand_in=OfflineModel(),
            recall=Recall(services.memory, services.store, 8000),
        )
        live = LiveText("run", 1_000_000)
        place = Place(self.id, chapter["chapter_id"])
        await writer(place, Origin(correlation_id="c", principal="test"), live)


@asynccontextmanager
async def novel(folder: Path, **settings: object) -> AsyncIterator[Novel]:
    """A server with a project."""
    async with serving(folder, **settings) as server:
        answer = await server.client.post(
            "/v1/projects", json={"title": "The Bell", "bible": BIBLE}
        )
        assert answer.status_code == 201, answer.text
        yield Novel(server, answer.json()["project_id"])
