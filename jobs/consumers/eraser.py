"""The consumer `eraser`: a deleted project's objects go with it."""

from adapters.object_store.base import ObjectStore
from domain.entities.project.events import ProjectDeleted
from domain.events import RecordedEvent

WANTED = (ProjectDeleted.__name__,)


class Eraser:
    """Deletes the texts and reports of a project that is no more. Idempotent."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def handle(self, event: RecordedEvent) -> None:
        """Delete all objects of the event's project. Raises as `ObjectStore`."""
        await self.erase(event.stream.id)

    async def erase(self, project_id: str) -> None:
        """Delete all objects of a project. Raises as `ObjectStore`."""
        async for each in self._store.list(f"projects/{project_id}/"):
            await self._store.delete(each.key)
