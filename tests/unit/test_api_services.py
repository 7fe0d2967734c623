"""What the application opens, it closes."""

from dataclasses import replace
from pathlib import Path

from jobs.writing.memory import StoryMemory
from tests.unit.api_server import serving
from tests.unit.story_projections import ListedVectors, NoGraph


async def test_all_parts_are_closed(tmp_path: Path) -> None:
    closed: list[str] = []

    class Graph(NoGraph):
        async def close(self) -> None:
            closed.append("graph")

    class Vectors(ListedVectors):
        async def close(self) -> None:
            closed.append("vectors")

    async with serving(tmp_path) as server:
        parts = server.services
        memory = StoryMemory(parts.entities, parts.texts, Graph(), Vectors())
        await replace(parts, memory=memory).close()
    assert closed == ["graph", "vectors"]
