"""What stands behind the HTTP front: shards, rooms, the vectors' owner, the dispatcher."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import ray

from actors.detached import DetachedClient
from actors.dispatcher import NAME as DISPATCHER
from actors.dispatcher import Recipe as ConsumersRecipe
from actors.dispatcher import start_dispatcher, stop_dispatcher, stop_outdated_dispatcher
from actors.reading_room import NAME as READING_ROOM
from actors.reading_room import Recipe as ReadingRecipe
from actors.reading_room import start_reading_room, stop_reading_room
from actors.sharding.start import start_shards, stop_shards
from actors.vectors import start_vectors, stop_vectors
from actors.writing_room import NAME as WRITING_ROOM
from actors.writing_room import Recipe as WritingRecipe
from actors.writing_room import start_writing_room, stop_writing_room
from cluster.edition import edition_of
from cluster.settings import Settings
from domain.errors import ClusterUnavailable


async def start_platform(
    settings: Settings,
    consumers: ConsumersRecipe,
    read_batch: ReadingRecipe,
    write_chapters: WritingRecipe,
    edition: str | None = None,
) -> None:
    """Start on the connected cluster what does not run there yet in this edition, by default that
    of `settings`. What runs in another is ended, the dispatcher first: it uses all the others.

    Raises:
        SettingsError: the log or the store is on one machine, the cluster on several.
        LogUnavailable: the log does not answer.
        ClusterUnavailable: an actor does not start.
    """
    edition = edition or edition_of(settings)
    await stop_outdated_dispatcher(edition)
    await start_shards(settings, edition)
    await asyncio.gather(
        start_reading_room(settings, read_batch, edition),
        start_writing_room(settings, write_chapters, edition),
        start_vectors(settings, edition),
    )
    await start_dispatcher(settings, consumers, edition)


def platform_pings() -> Mapping[str, Callable[[], Awaitable[object]]]:
    """How those who work behind the requests are asked for a sign of life, by name: raises
    `ClusterUnavailable` when there is none, and may wait for one."""
    dispatcher = DetachedClient(DISPATCHER)

    async def delivers() -> None:
        if await dispatcher.ask(lambda actor: actor.consumers.remote()) is None:
            raise ClusterUnavailable("the dispatcher has lost its consumers to another")

    def lives(name: str) -> Callable[[], Awaitable[object]]:
        client = DetachedClient(name)
        return lambda: client.ask(lambda actor: actor.edition.remote())

    return {DISPATCHER: delivers} | {name: lives(name) for name in (READING_ROOM, WRITING_ROOM)}


async def stop_platform() -> None:
    """End it: consumers note how far they are, books and chapters are gone on with later."""
    if ray.is_initialized():
        await stop_dispatcher()
        await stop_reading_room()
        await stop_writing_room()
        await stop_vectors()
        stop_shards()
