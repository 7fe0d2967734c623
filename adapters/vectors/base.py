"""The vector port: passages of projects, found by meaning."""

from collections.abc import Collection, Sequence
from typing import Protocol

from domain.book import Frozen


class Passage(Frozen):
    """A piece of a project's text with its place.

    `passage_id` is unique in the project and follows from chapter, revision and number; `chapter`
    is a number, 0 for the bible.
    """

    passage_id: str
    chapter_id: str
    chapter: int
    text: str


class Hit(Frozen):
    """A passage that was found; `similarity` is the cosine."""

    passage: Passage
    similarity: float


class VectorStore(Protocol):
    """Passages of projects with their vectors, a projection of the event log.

    `space` names the embedding model: vectors of different spaces are never compared. Every method
    raises `VectorsUnavailable` (retryable) when the database does not answer.
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
        """The passages nearest in meaning, the nearest first; none of an unknown project."""

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
