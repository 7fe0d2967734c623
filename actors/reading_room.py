"""The reading room on Ray: one actor of that name on a cluster."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from actors.detached import Detached, DetachedClient, end_detached, start_detached
from actors.rooms.reading import BatchEnd, ReadingRoom
from cluster.settings import Settings

NAME = "reading-room"
Recipe = Callable[[Settings, Sequence[str], int], Iterator[BatchEnd]]
"""A `ReadBatch` that is told the settings. A function of a module, for it travels by name."""


class ReadingRoomActor(Detached):
    """Reads books for the consumers of the log.

    - `read` returns when the book is at its end in the log, whoever read it.
    - A crash, whenever it comes, leaves open what was not in the log: whoever asked asks again, and
      the next batch goes on from what is in the store.
    - It has no state of its own, so that it can be restarted at any time, and two of them would
      only do the same work twice. `read` may be repeated.
    """

    def __init__(self, edition: str, settings: Settings, recipe: Recipe) -> None:
        super().__init__(edition)
        self._room = ReadingRoom(
            partial(recipe, settings),
            batches=settings.reading_batches,
            gather_seconds=settings.reading_gather_seconds,
        )

    async def read(self, book_id: str) -> None:
        """See `ReadingRoom`."""
        await self._room.read(book_id)


class ReadingRoomClient:
    """Asks the cluster's reading room, from any process of it."""

    def __init__(self) -> None:
        self._room = DetachedClient(NAME)

    async def read(self, book_id: str) -> None:
        """See `ReadingRoom`.

        Raises:
            ReadingInterrupted: as `ReadingRoom`.
            ClusterUnavailable: there is no reading room, or it has gone meanwhile.
        """
        await self._room.ask(lambda room: room.read.remote(book_id))


async def start_reading_room(
    settings: Settings, recipe: Recipe, edition: str | None = None
) -> None:
    """Start the cluster's reading room unless one of this edition runs.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    await start_detached(NAME, ReadingRoomActor, settings, recipe, edition=edition)


async def stop_reading_room() -> None:
    """End the cluster's reading room, if there is one. Slices under way are read again later."""
    await end_detached(NAME)
