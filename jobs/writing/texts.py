"""Texts of projects in the object store: named by what they say, so that they never change."""

from collections.abc import Sequence

from cachetools import LRUCache

from adapters.object_store.base import ObjectStore
from domain.errors import RecordDamaged
from domain.story.texts import TextRef, text_key, text_ref

_KEPT_CHARACTERS = 20_000_000


class Texts:
    """Keeps texts; those that were used last are also kept in memory.

    Raises as `ObjectStore`.
    """

    def __init__(self, store: ObjectStore, kept_characters: int = _KEPT_CHARACTERS) -> None:
        self._store = store
        self._kept: LRUCache[tuple[str, str], str] = LRUCache(kept_characters, len)

    async def put(self, project_id: str, text: str) -> TextRef:
        """Store a text; it is durable when this returns. Storing it again changes nothing."""
        ref = text_ref(text)
        if (project_id, ref.sha256) not in self._kept:
            await self._store.create(text_key(project_id, ref), text.encode())
            self._keep(project_id, ref, text)
        return ref

    async def get(self, project_id: str, ref: TextRef) -> str:
        """A stored text. Raises `ObjectMissing`, and `RecordDamaged` if it is not what it was."""
        known = self._kept.get((project_id, ref.sha256))
        if known is not None:
            return known
        key = text_key(project_id, ref)
        data = await self._store.get(key)
        text = data.decode(errors="replace")
        if text_ref(text).sha256 != ref.sha256:
            raise RecordDamaged(f"object {key!r} is not the text that was stored under this name")
        self._keep(project_id, ref, text)
        return text

    async def get_all(self, project_id: str, refs: Sequence[TextRef]) -> list[str]:
        """Several texts, in order. As `get`."""
        return [await self.get(project_id, ref) for ref in refs]

    def _keep(self, project_id: str, ref: TextRef, text: str) -> None:
        if len(text) <= self._kept.maxsize:
            self._kept[project_id, ref.sha256] = text
