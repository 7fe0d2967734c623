"""What stands behind the HTTP front: shards, rooms, the vectors' owner, the dispatcher."""

import asyncio

import ray

from actors.dispatcher_actor import Recipe as ConsumersRecipe
from actors.dispatcher_actor import start_dispatcher, stop_dispatcher
from actors.reading_room_actor import Recipe as ReadingRecipe
from actors.reading_room_actor import start_reading_room, stop_reading_room
from actors.shard_start import start_shards, stop_shards
from actors.vectors_actor import start_vectors, stop_vectors
from actors.writing_room_actor import Recipe as WritingRecipe
from actors.writing_room_actor import start_writing_room, stop_writing_room
from cluster.settings import Settings


async def start_platform(
    settings: Settings,
    consumers: ConsumersRecipe,
    read_batch: ReadingRecipe,
    write_chapters: WritingRecipe,
) -> None:
    """Start on the connected cluster what does not run there yet.

    Raises:
        SettingsError: the log or the store is on one machine, the cluster on several.
        LogUnavailable: the log does not answer.
        ClusterUnavailable: an actor does not start.
    """
    await start_shards(settings)
    await asyncio.gather(
        start_reading_room(settings, read_batch),
        start_writing_room(settings, write_chapters),
        start_vectors(settings),
    )
    await start_dispatcher(settings, consumers)


async def stop_platform() -> None:
    """End it: consumers note how far they are, books and chapters are gone on with later."""
    if ray.is_initialized():
        await stop_dispatcher()
        await stop_reading_room()
        await stop_writing_room()
        await stop_vectors()
        stop_shards()
