"""The indices that are in memory."""

from collections.abc import Sized
from typing import Generic, NamedTuple, TypeVar

from cachetools import LRUCache

T = TypeVar("T", bound=Sized)

MOST_PASSAGES = 50_000
"""Passages in memory, about 5 KB each."""


class _Kept(NamedTuple, Generic[T]):
    version: int
    held: T


class KeywordCache(Generic[T]):
    """Keeps the newest index of each project, or what holds it; its length is its passages'. Those
    not used for longest go first."""

    def __init__(self, most_passages: int = MOST_PASSAGES) -> None:
        self._kept: LRUCache[str, _Kept[T]] = LRUCache(
            most_passages, lambda kept: min(len(kept.held), most_passages)
        )

    def get(self, project_id: str, version: int) -> T | None:
        """The index of a version of a project's memory, if it is here."""
        kept = self._kept.get(project_id)
        return kept.held if kept and kept.version == version else None

    def put(self, project_id: str, version: int, index: T) -> None:
        """Keep an index, unless there is one of a later version."""
        kept = self._kept.get(project_id)
        if not kept or kept.version <= version:
            self._kept[project_id] = _Kept(version, index)
