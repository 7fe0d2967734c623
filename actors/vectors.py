"""The owner of embedded vectors on Ray: one actor of that name on a cluster."""

from collections.abc import Collection, Sequence

from actors.detached import Detached, DetachedClient, end_detached, start_detached
from adapters.vectors.base import Hit, VectorStore
from cluster.settings import Settings
from cluster.wiring import open_vectors
from domain.errors import VectorsUnavailable
from domain.story.passages import Passage

NAME = "vectors"


class VectorsActor(Detached):
    """Opens Chroma's files, which may belong to one process only, for all of the cluster.

    - A change that was answered is in the files. One that was not may be: all may be repeated.
    - Its state is in the files, so that Ray may restart it at any time. Should two of them be
      about, the files let in only one: the other answers `VectorsUnavailable` until that has ended.
    """

    STAYS_HERE = True

    # Ray runs it in the actor's event loop; Python's typing knows no such constructor.
    async def __init__(self, edition: str, settings: Settings) -> None:  # type: ignore[misc]
        super().__init__(edition)
        self._store = open_vectors(settings)

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """See `VectorStore`, as all that follows."""
        await self._store.put(project_id, space, passages, vectors)

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        """See `VectorStore`."""
        return await self._store.ids(project_id, space)

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        """See `VectorStore`."""
        return await self._store.search(project_id, space, vector, limit)

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        """See `VectorStore`."""
        await self._store.delete(project_id, space, passage_ids)

    async def remove(self, project_id: str) -> None:
        """See `VectorStore`."""
        await self._store.remove(project_id)

    async def clear(self) -> None:
        """See `VectorStore`."""
        await self._store.clear()

    async def ping(self) -> None:
        """See `VectorStore`."""
        await self._store.ping()


class VectorsClient:
    """Implements `VectorStore` by the cluster's actor, from any process of it."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.vectors_timeout
        self._owner = DetachedClient(NAME, VectorsUnavailable)

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """See `VectorStore.put`."""
        await self._owner.ask(
            lambda actor: actor.put.remote(project_id, space, passages, vectors),
            seconds=self._seconds,
        )

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        """See `VectorStore.ids`."""
        return await self._owner.ask(
            lambda actor: actor.ids.remote(project_id, space), seconds=self._seconds
        )

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        """See `VectorStore.search`."""
        return await self._owner.ask(
            lambda actor: actor.search.remote(project_id, space, vector, limit),
            seconds=self._seconds,
        )

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        """See `VectorStore.delete`."""
        await self._owner.ask(
            lambda actor: actor.delete.remote(project_id, space, passage_ids), seconds=self._seconds
        )

    async def remove(self, project_id: str) -> None:
        """See `VectorStore.remove`."""
        await self._owner.ask(lambda actor: actor.remove.remote(project_id), seconds=self._seconds)

    async def clear(self) -> None:
        """See `VectorStore.clear`."""
        await self._owner.ask(lambda actor: actor.clear.remote(), seconds=self._seconds)

    async def ping(self) -> None:
        """See `VectorStore.ping`."""
        await self._owner.ask(lambda actor: actor.ping.remote(), seconds=self._seconds)

    async def close(self) -> None:
        """See `VectorStore.close`: the actor goes on for the others."""


def shared_vectors(settings: Settings) -> VectorStore:
    """The vectors for a process of a cluster: the server's if one is set, else the actor's."""
    return open_vectors(settings) if settings.vectors else VectorsClient(settings)


async def start_vectors(settings: Settings, edition: str | None = None) -> None:
    """Start the owner of embedded vectors unless one of this edition runs, or a server is set.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    if not settings.vectors:
        await start_detached(NAME, VectorsActor, settings, edition=edition)


async def stop_vectors() -> None:
    """End the owner of embedded vectors, if there is one."""
    await end_detached(NAME)
