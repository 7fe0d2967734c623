"""For comparison: every entity a Ray actor of its own, writing to the same log."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import psutil
import ray

from actors.sharding.shard import Shard
from benchmarks.entity_load import Load, book_id, in_parallel, slices, upload
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings
from cluster.wiring import open_log
from domain.entities import KINDS
from domain.entities.book import StartReading
from domain.entity import Command

ACTORS = 10


class LoneEntity:
    """One book."""

    def __init__(self, settings: Settings, number: int) -> None:
        self._shard = Shard(open_log(settings), KINDS)
        self._id = book_id(number)

    async def execute(self, command: Command) -> None:
        """Carry out a command."""
        await self._shard.execute("book", self._id, command)

    async def memory(self) -> int:
        """Bytes of this process, what it shares counted in part."""
        size: int = psutil.Process().memory_full_info().pss
        return size


async def load(settings: Settings, commands: int) -> Load:
    """The commands, spread over the actors, in turn."""
    numbers = range(20_000, 20_000 + ACTORS)
    actors = await _start(settings, numbers)

    async def send(number: int, command: Command) -> None:
        await actors[number].execute.remote(command)

    rounds = range(-(-commands // ACTORS))
    return await in_parallel(
        (send, number, command)
        for turn in rounds
        for number in numbers
        for command in slices(number, turn, turn + 1)
    )


def bytes_per_actor() -> float:
    """Memory of an actor that holds one book, on a Ray of its own."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        settings = load_settings(data_dir=Path(folder))
        with connected(settings):
            return asyncio.run(_mean_memory(settings))


async def _mean_memory(settings: Settings) -> float:
    actors = await _start(settings, range(ACTORS))
    sizes: list[int] = [await actor.memory.remote() for actor in actors.values()]
    return sum(sizes) / ACTORS


async def _start(settings: Settings, numbers: range) -> dict[int, Any]:  # Ray's handles: untyped
    remote = ray.remote(LoneEntity).options(num_cpus=0)
    actors = {number: remote.remote(settings, number) for number in numbers}
    for number, actor in actors.items():
        await actor.execute.remote(upload(number))
        start = StartReading(command_id=f"{number}:start", pages=4_000)
        await actor.execute.remote(start)
    return actors
