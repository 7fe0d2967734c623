"""What an entity costs that is in memory and does nothing: measured in a process of its own."""

import asyncio
import gc
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from actors.sharding.limits import Limits
from actors.sharding.shard import Shard
from adapters.event_log.sqlite import SqliteLog
from benchmarks.entity_load import book_id, upload
from domain.entities import KINDS

_AT_ONCE = 1_000


def bytes_per_entity(entities: int) -> float:
    """Resident memory that a shard takes for each of so many books that it holds."""
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        ProcessPoolExecutor(1, get_context("spawn")) as process,
    ):
        return process.submit(_measure, Path(folder) / "log.db", entities).result()


def _measure(path: Path, entities: int) -> float:
    return asyncio.run(_hold(path, entities))


async def _hold(path: Path, entities: int) -> float:
    log = SqliteLog(path)
    shard = Shard(log, KINDS, limits=Limits(entities=entities + 2 * _AT_ONCE))
    await _upload(shard, range(-_AT_ONCE, 0))  # what a shard needs in any case
    before = _resident()
    for first in range(0, entities, _AT_ONCE):
        await _upload(shard, range(first, min(first + _AT_ONCE, entities)))
    held = _resident() - before
    if shard.entities != entities + _AT_ONCE:
        raise RuntimeError(f"the shard holds {shard.entities} entities only")
    await shard.close()
    await log.close()
    return held / entities


async def _upload(shard: Shard, numbers: range) -> None:
    await asyncio.gather(
        *(shard.execute("book", book_id(number), upload(number)) for number in numbers)
    )


def _resident() -> int:
    gc.collect()
    size: int = psutil.Process().memory_info().rss
    return size
