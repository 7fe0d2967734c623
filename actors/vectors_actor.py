"""The owner of embedded vectors on Ray: one actor of that name on a cluster."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeVar

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.detached import detached
from adapters.vectors.base import Hit, VectorStore
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from cluster.wiring import open_vectors
from domain.errors import ClusterUnavailable, VectorsUnavailable
from domain.story.passages import Passage

NAME = "vectors"

T = TypeVar("T")

_AT_ONCE = 20_000  # calls that wait
_START_SECONDS = 60.0


class VectorsActor:
    """Opens Chroma's files, which may belong to one process only, for all of the cluster.

    - A change that was answered is in the files. One that was not may be: all may be repeated.
    - Its state is in the files, so that Ray may restart it at any time. Should two of them be
      about, the files let in only one: the other answers `VectorsUnavailable` until that has ended.
    """

    # Ray runs it in the actor's event loop; Python's typing knows no such constructor.
    async def __init__(self, settings: Settings) -> None:  # type: ignore[misc]
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
        self._actor: Any = None  # Ray's handles are not typed

    async def put(
        self,
        project_id: str,
        space: str,
        passages: Sequence[Passage],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """See `VectorStore.put`."""
        await self._ask(lambda actor: actor.put.remote(project_id, space, passages, vectors))

    async def ids(self, project_id: str, space: str) -> Collection[str]:
        """See `VectorStore.ids`."""
        return await self._ask(lambda actor: actor.ids.remote(project_id, space))

    async def search(
        self, project_id: str, space: str, vector: Sequence[float], limit: int
    ) -> Sequence[Hit]:
        """See `VectorStore.search`."""
        return await self._ask(lambda actor: actor.search.remote(project_id, space, vector, limit))

    async def delete(self, project_id: str, space: str, passage_ids: Collection[str]) -> None:
        """See `VectorStore.delete`."""
        await self._ask(lambda actor: actor.delete.remote(project_id, space, passage_ids))

    async def remove(self, project_id: str) -> None:
        """See `VectorStore.remove`."""
        await self._ask(lambda actor: actor.remove.remote(project_id))

    async def clear(self) -> None:
        """See `VectorStore.clear`."""
        await self._ask(lambda actor: actor.clear.remote())

    async def ping(self) -> None:
        """See `VectorStore.ping`."""
        await self._ask(lambda actor: actor.ping.remote())

    async def close(self) -> None:
        """See `VectorStore.close`: the actor goes on for the others."""

    async def _ask(self, ask: Callable[[Any], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._seconds):
                if self._actor is None:
                    self._actor = await asyncio.to_thread(ray.get_actor, NAME, NAMESPACE)
                return await ask(self._actor)
        except RayTaskError as error:
            raise error.cause from error
        except (ValueError, RayError, TimeoutError) as error:
            self._actor = None
            raise VectorsUnavailable(
                f"the vectors' actor does not answer: {error or 'in time'}"
            ) from error


def shared_vectors(settings: Settings) -> VectorStore:
    """The vectors for a process of a cluster: the server's if one is set, else the actor's."""
    return open_vectors(settings) if settings.vectors else VectorsClient(settings)


async def start_vectors(settings: Settings) -> None:
    """Start the owner of embedded vectors unless it runs, or a server is set.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    if settings.vectors:
        return
    retrying = AsyncRetrying(
        # The actor that is found may be one that has just ended (ray#44083).
        retry=retry_if_exception_type(RayActorError),
        stop=stop_after_delay(_START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            await retrying(_find_or_create, settings)
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(f"the vectors' actor does not start: {error}") from error


async def stop_vectors() -> None:
    """End the owner of embedded vectors, if there is one."""
    try:
        actor = ray.get_actor(NAME, NAMESPACE)
    except ValueError:
        return
    ray.kill(actor)


async def _find_or_create(settings: Settings) -> None:
    actor = (
        ray.remote(VectorsActor)
        .options(max_concurrency=_AT_ONCE, **detached(NAME, settings, stays_here=True))
        .remote(settings)
    )
    await actor.__ray_ready__.remote()
