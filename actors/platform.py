"""What stands behind the HTTP front: shards, rooms, the vectors' owner, the dispatcher."""

import asyncio

import ray

from actors.dispatcher_actor import Recipe as ConsumersRecipe
from actors.dispatcher_actor import start_dispatcher, stop_dispatcher, stop_outdated_dispatcher
from actors.reading_room_actor import Recipe as ReadingRecipe
from actors.reading_room_actor import start_reading_room, stop_reading_room
from actors.shard_start import start_shards, stop_shards
from actors.vectors_actor import start_vectors, stop_vectors
from actors.writing_room_actor import Recipe as WritingRecipe
from actors.writing_room_actor import start_writing_room, stop_writing_room
from cluster.edition import edition_of
from cluster.settings import Settings


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


async def stop_platform() -> None:
    """End it: consumers note how far they are, books and chapters are gone on with later."""
    if ray.is_initialized():
        await stop_dispatcher()
        await stop_reading_room()
        await stop_writing_room()
        await stop_vectors()
        stop_shards()
