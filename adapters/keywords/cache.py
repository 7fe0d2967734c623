"""The indices that are in memory."""

from collections import OrderedDict
from collections.abc import Sized
from typing import Generic, TypeVar

T = TypeVar("T", bound=Sized)

MOST_PASSAGES = 50_000
"""Passages in memory, about 5 KB each."""


class KeywordCache(Generic[T]):
    """Keeps the newest index of each project, or what holds it; its length is its passages'. Those
    not used for longest go first."""

    def __init__(self, most_passages: int = MOST_PASSAGES) -> None:
        self._room = most_passages
        self._kept: OrderedDict[str, tuple[int, T]] = OrderedDict()

    def get(self, project_id: str, version: int) -> T | None:
        """The index of a version of a project's memory, if it is here."""
        kept_version, index = self._kept.get(project_id, (None, None))
        if kept_version != version:
            return None
        self._kept.move_to_end(project_id)
        return index

    def put(self, project_id: str, version: int, index: T) -> None:
        """Keep an index, unless there is one of a later version."""
        kept_version, kept = self._kept.get(project_id, (version, None))
        if kept_version > version:
            return
        self._room -= len(index) - (len(kept) if kept else 0)
        self._kept[project_id] = version, index
        self._kept.move_to_end(project_id)
        while self._room < 0 and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._room += len(oldest)
