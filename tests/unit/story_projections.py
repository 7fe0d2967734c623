"""A story's projections in memory: as little as a search needs."""

from collections.abc import Collection, Sequence

from adapters.graph.base import Neighbour, ProjectGraph
from adapters.vectors.base import Hit
from domain.errors import GraphUnavailable, VectorsUnavailable
from domain.story.passages import Passage


class ListedVectors:
    """Implements `VectorStore` by looking at every vector."""

    def __init__(self) -> None:
        self.is_away = False
        self._rows: dict[tuple[str, str], dict[str, tuple[Passage, Sequence[float]]]] = {}

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        rows = self._rows.setdefault((project_id, space), {})
        for passage, vector in zip(passages, vectors, strict=True):
            rows[passage.passage_id] = passage, vector

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        return set(self._rows.get((project_id, space), {}))

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        if self.is_away:
            raise VectorsUnavailable("the vectors are away")
        hits = [
            Hit(
                passage_id=passage.passage_id,
                similarity=sum(a * b for a, b in zip(vector, row, strict=True)),
            )
            for passage, row in self._rows.get((project_id, space), {}).values()
        ]
        return sorted(hits, key=lambda hit: -hit.similarity)[:limit]

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        for each in passage_ids:
            self._rows.get((project_id, space), {}).pop(each, None)

    async def remove(self, project_id: str) -> None:
        self._rows = {key: rows for key, rows in self._rows.items() if key[0] != project_id}

    async def clear(self) -> None:
        self._rows.clear()

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass


class NoGraph:
    """Implements `StoryGraph` for whoever has none."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away

    async def put(self, graph: ProjectGraph) -> None:
        raise NotImplementedError

    async def version(self, project_id: str) -> int | None:
        return None

    async def get(self, project_id: str) -> ProjectGraph | None:
        return None

    async def neighbours(
        self, project_id: str, names: Sequence[str], *, at_chapter: int, distance: int = 2
    ) -> Sequence[Neighbour]:
        if self.is_away:
            raise GraphUnavailable("the graph is away")
        return []

    async def remove(self, project_id: str) -> None:
        pass

    async def clear(self) -> None:
        pass

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass
