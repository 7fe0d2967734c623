"""The writing room on Ray: one actor of that name on a cluster."""

from collections.abc import Callable
from contextlib import suppress

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.detached import Detached, DetachedClient, end_detached, start_detached
from actors.rooms.live_text import Followed
from actors.rooms.writing import Limits, Place, WriteChapter, WritingRoom
from cluster.settings import Settings
from domain.entity import Origin
from domain.errors import ClusterUnavailable

NAME = "writing-room"
Recipe = Callable[[Settings], WriteChapter]
"""Makes what writes and checks chapters. A function of a module, for it travels by name."""

_PATIENCE = AsyncRetrying(
    retry=retry_if_exception_type(ClusterUnavailable),
    stop=stop_after_delay(60.0),
    wait=wait_fixed(0.5),
    reraise=True,
)
_FOLLOW_SECONDS = 15.0  # an answer takes about one


class WritingRoomActor(Detached):
    """Writes and checks chapters for the consumers of the log.

    - `write` returns when the attempt at the chapter that was under way is over in the log: the
      chapter is to be reviewed, has failed, or somebody has ended it.
    - A crash, whenever it comes, leaves open what was not recorded: whoever asked asks again, and
      the next run goes on from the last scene. A call to a language model that was under way is
      then made once more; the project's costs show the lost one as unknown.
    - It has no state but the texts being followed, so that it can be restarted at any time. Two of
      them would do the same work twice; the project takes the first result. `write` and `follow`
      may be repeated.
    """

    # Ray runs it in the actor's event loop; Python's typing knows no such constructor.
    async def __init__(  # type: ignore[misc]
        self, edition: str, settings: Settings, recipe: Recipe
    ) -> None:
        super().__init__(edition)
        self._room = WritingRoom(
            recipe(settings),
            Limits(
                chapters=settings.writing_chapters,
                live_characters=settings.writing_live_characters,
                live_seconds=settings.writing_live_seconds,
            ),
        )

    async def write(self, place: Place, origin: Origin) -> None:
        """See `WritingRoom`."""
        await self._room.write(place, origin)

    async def follow(self, place: Place, after: str) -> Followed:
        """See `WritingRoom`."""
        return await self._room.follow(place, after)


class WritingRoomClient:
    """Asks the cluster's writing room, from any process of it."""

    def __init__(self) -> None:
        self._room = DetachedClient(NAME)

    async def write(self, place: Place, origin: Origin) -> None:
        """See `WritingRoom`.

        Raises:
            ClusterUnavailable: there is no writing room, or it has gone meanwhile; then it is back
                by now, or will not be for a while.
            ScriptoriumError: what the run raised.
        """
        try:
            await self._room.ask(lambda room: room.write.remote(place, origin))
        except ClusterUnavailable:
            with suppress(ClusterUnavailable):
                await _PATIENCE.copy()(self._room.ask, lambda room: room.edition.remote())
            raise

    async def follow(self, place: Place, after: str = "") -> Followed:
        """See `WritingRoom`; an answer takes about a second at most.

        Raises:
            ClusterUnavailable: there is no writing room, or it does not answer.
        """
        return await self._room.ask(
            lambda room: room.follow.remote(place, after), seconds=_FOLLOW_SECONDS
        )


async def start_writing_room(
    settings: Settings, recipe: Recipe, edition: str | None = None
) -> None:
    """Start the cluster's writing room unless one of this edition runs.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    await start_detached(NAME, WritingRoomActor, settings, recipe, edition=edition)


async def stop_writing_room() -> None:
    """End the cluster's writing room, if there is one. Chapters under way are gone on with later,
    from their last scene."""
    await end_detached(NAME)
