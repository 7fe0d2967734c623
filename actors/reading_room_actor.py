"""The reading room on Ray: one actor of that name on a cluster."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from actors.detached import detached
from actors.reading_room import BatchEnd, ReadingRoom
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from domain.errors import ClusterUnavailable

NAME = "reading-room"
Recipe = Callable[[Settings, Sequence[str], int], Iterator[BatchEnd]]
"""A `ReadBatch` that is told the settings. A function of a module, for it travels by name."""

_AT_ONCE = 20_000  # calls that wait
_START_SECONDS = 60.0


class ReadingRoomActor:
    """Reads books for the consumers of the log.

    - `read` returns when the book is at its end in the log, whoever read it.
    - A crash, whenever it comes, leaves open what was not in the log: whoever asked asks again, and
      the next batch goes on from what is in the store.
    - It has no state of its own, so that it can be restarted at any time, and two of them would
      only do the same work twice. `read` may be repeated.
    """

    def __init__(self, settings: Settings, recipe: Recipe) -> None:
        self._room = ReadingRoom(
            partial(recipe, settings),
            batches=settings.reading_batches,
            gather_seconds=settings.reading_gather_seconds,
        )

    async def read(self, book_id: str) -> None:
        """See `ReadingRoom`."""
        await self._room.read(book_id)

    async def ping(self) -> None:
        """Answer."""


class ReadingRoomClient:
    """Asks the cluster's reading room, from any process of it."""

    def __init__(self) -> None:
        self._actor: Any = None  # Ray's handles are not typed

    async def read(self, book_id: str) -> None:
        """See `ReadingRoom`.

        Raises:
            ReadingInterrupted: as `ReadingRoom`.
            ClusterUnavailable: there is no reading room, or it has gone meanwhile.
        """
        try:
            if self._actor is None:
                self._actor = await asyncio.to_thread(ray.get_actor, NAME, NAMESPACE)
            await self._actor.read.remote(book_id)
        except RayTaskError as error:
            raise error.cause from error
        except (ValueError, RayError) as error:
            self._actor = None
            raise ClusterUnavailable(f"the reading room does not answer: {error}") from error


async def start_reading_room(settings: Settings, recipe: Recipe) -> None:
    """Start the cluster's reading room unless it runs; one that runs stays as it is.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    try:
        async with asyncio.timeout(_START_SECONDS):
            actor = (
                ray.remote(ReadingRoomActor)
                .options(max_concurrency=_AT_ONCE, **detached(NAME, settings))
                .remote(settings, recipe)
            )
            await actor.ping.remote()
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(f"the reading room does not start: {error}") from error


async def stop_reading_room() -> None:
    """End the cluster's reading room, if there is one. Slices under way are read again later."""
    try:
        actor = ray.get_actor(NAME, NAMESPACE)
    except ValueError:
        return
    ray.kill(actor)
