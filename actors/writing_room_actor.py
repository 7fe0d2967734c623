"""The writing room on Ray: one actor of that name on a cluster."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.detached import detached
from actors.live_text import Followed
from actors.writing_room import Limits, Place, WriteChapter, WritingRoom
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from domain.entity import Origin
from domain.errors import ClusterUnavailable

NAME = "writing-room"
Recipe = Callable[[Settings], WriteChapter]
"""Makes what writes and checks chapters. A function of a module, for it travels by name."""

T = TypeVar("T")

_PATIENCE = AsyncRetrying(
    retry=retry_if_exception_type(ClusterUnavailable),
    stop=stop_after_delay(60.0),
    wait=wait_fixed(0.5),
    reraise=True,
)
_AT_ONCE = 20_000  # calls that wait
_START_SECONDS = 60.0
_FOLLOW_SECONDS = 15.0  # an answer takes about one


class WritingRoomActor:
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
    async def __init__(self, settings: Settings, recipe: Recipe) -> None:  # type: ignore[misc]
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

    async def ping(self) -> None:
        """Answer."""


class WritingRoomClient:
    """Asks the cluster's writing room, from any process of it."""

    def __init__(self) -> None:
        self._actor: Any = None  # Ray's handles are not typed

    async def write(self, place: Place, origin: Origin) -> None:
        """See `WritingRoom`.

        Raises:
            ClusterUnavailable: there is no writing room, or it has gone meanwhile; then it is back
                by now, or will not be for a while.
            ScriptoriumError: what the run raised.
        """
        try:
            await self._ask(lambda room: room.write.remote(place, origin))
        except ClusterUnavailable:
            with suppress(ClusterUnavailable):
                await _PATIENCE.copy()(self._ask, lambda room: room.ping.remote())
            raise

    async def follow(self, place: Place, after: str = "") -> Followed:
        """See `WritingRoom`; an answer takes about a second at most.

        Raises:
            ClusterUnavailable: there is no writing room, or it does not answer.
        """
        try:
            async with asyncio.timeout(_FOLLOW_SECONDS):
                return await self._ask(lambda room: room.follow.remote(place, after))
        except TimeoutError as error:
            raise ClusterUnavailable("the writing room does not answer") from error

    async def _ask(self, ask: Callable[[Any], Awaitable[T]]) -> T:
        try:
            if self._actor is None:
                self._actor = await asyncio.to_thread(ray.get_actor, NAME, NAMESPACE)
            return await ask(self._actor)
        except RayTaskError as error:
            raise error.cause from error
        except (ValueError, RayError) as error:
            self._actor = None
            raise ClusterUnavailable(f"the writing room does not answer: {error}") from error


async def start_writing_room(settings: Settings, recipe: Recipe) -> None:
    """Start the cluster's writing room unless it runs; one that runs stays as it is.

    Raises:
        ClusterUnavailable: it did not start in time.
    """
    retrying = AsyncRetrying(
        # The actor that is found may be one that has just ended (ray#44083).
        retry=retry_if_exception_type(RayActorError),
        stop=stop_after_delay(_START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            await retrying(_find_or_create, settings, recipe)
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(f"the writing room does not start: {error}") from error


async def stop_writing_room() -> None:
    """End the cluster's writing room, if there is one. Chapters under way are gone on with later,
    from their last scene."""
    try:
        actor = ray.get_actor(NAME, NAMESPACE)
    except ValueError:
        return
    ray.kill(actor)


async def _find_or_create(settings: Settings, recipe: Recipe) -> None:
    actor = (
        ray.remote(WritingRoomActor)
        .options(max_concurrency=_AT_ONCE, **detached(NAME, settings))
        .remote(settings, recipe)
    )
    await actor.ping.remote()
