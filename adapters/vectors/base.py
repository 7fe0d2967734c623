"""The vector port: passages of projects, found by meaning."""

from collections.abc import Collection, Sequence
from typing import Protocol

from domain.book import Frozen
from domain.prompt import Origin
from domain.story.passages import Passage

MOST_HITS = 200
"""Most passages that one search gives."""


def space_of(origin: Origin) -> str:
    """The space of the vectors that were made there."""
    return f"{origin.provider}/{origin.model}"


class Hit(Frozen):
    """A passage that was found; `similarity` is the cosine."""

    passage_id: str
    similarity: float


class VectorStore(Protocol):
    """Passages of projects with their vectors, a projection of the event log.

    `space` names the embedding model: vectors of different spaces are never compared. Every method
    raises `VectorsUnavailable` (retryable) when the database does not answer, and `RecordDamaged`
    for a vector of another length than those of its space.
    """

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """Add passages, replacing those of the same id. Idempotent."""

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        """The ids of all passages of a project."""

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        """The passages nearest in meaning, the nearest first; none of an unknown project. At most
        `limit`, and never more than `MOST_HITS`."""

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        """Forget passages. Idempotent."""

    async def remove(self, project_id: str) -> None:
        """Forget a project, in every space."""

    async def clear(self) -> None:
        """Forget all, to be made again from the event log."""

    async def ping(self) -> None:
        """Raise `VectorsUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
