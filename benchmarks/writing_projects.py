"""Many projects at once in the shards of one machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

import psutil
import ray

from actors.directory import Directory
from actors.entities import Entities
from actors.shard import EntityShard
from actors.sharding.placement import shard_names
from benchmarks.writing_story import BIBLE, LANGUAGE, Written
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from cluster.wiring import open_store
from domain.entities.project.commands import (
    ApproveChapter,
    CreateProject,
    PutChapterText,
    RecordReading,
    RecordVerdict,
)
from domain.entities.project.queries import ChapterList, FactsAt
from domain.entity import Query
from domain.story.coherence.verdict import Verdict
from jobs.writing.texts import Texts

AT_ONCE = 64
"""Callers."""

_WARM_UP = 100  # projects: what a shard needs in any case


class Held(NamedTuple):
    """So many projects in memory: bytes of the shards for each, and how long queries took."""

    projects: int
    bytes_each: float
    alone: Sequence[float]
    """Seconds, one query after the other."""
    together: Sequence[float]
    """Seconds, 64 queries at once."""


async def hold(settings: Settings, projects: int, chapters: Sequence[Written]) -> Held:
    """Begin so many projects, each with a bible and one approved chapter, and ask all of them.
    The shards run already."""
    entities, texts = Directory(settings), Texts(open_store(settings))

    async def begin(number: int) -> None:
        await write_down(entities, texts, _id(number), [chapters[number % len(chapters)]])

    try:
        await _at_once(begin, range(-_WARM_UP, 0))
        before = _resident()
        await _at_once(begin, range(projects))
        held = _resident() - before
        if (found := await _entities(settings)) != projects + _WARM_UP:
            raise RuntimeError(f"the shards hold {found} projects")

        async def ask(number: int) -> None:
            query: Query = FactsAt(subject="Hester") if number % 2 else ChapterList()
            await entities.query("project", _id(number % projects), query)

        alone = [await _seconds(ask, number) for number in range(projects)]
        together = await _at_once(ask, range(5 * projects))
        return Held(projects, held / projects, alone, together)
    finally:
        await entities.close()


async def write_down(
    entities: Entities, texts: Texts, project_id: str, chapters: Sequence[Written]
) -> None:
    """Begin a project and hand in the chapters as the author's own, each read and approved."""
    create = CreateProject(command_id="create", title="Tarn", language=LANGUAGE, bible=BIBLE)
    await entities.execute("project", project_id, create)
    verdict = Verdict(score=10, acceptable=True)
    for number, (text, extraction) in enumerate(chapters, start=1):
        place = {"chapter_id": f"{number:032x}"}
        for command in (
            PutChapterText(
                command_id=f"put {number}",
                number=number,
                text=await texts.put(project_id, text),
                **place,
            ),
            RecordReading(command_id=f"read {number}", revision=1, **place, **dict(extraction)),
            RecordVerdict(
                command_id=f"judge {number}",
                revision=1,
                memory_version=number - 1,
                verdict=verdict,
                **place,
            ),
            ApproveChapter(command_id=f"approve {number}", **place),
        ):
            await entities.execute("project", project_id, command)


def _id(number: int) -> str:
    return f"{number + _WARM_UP:032x}"


async def _at_once(
    work: Callable[[int], Awaitable[None]], numbers: Iterable[int]
) -> Sequence[float]:
    """Work on a bounded number of them at once; the seconds each took."""
    queue, taken = iter(numbers), list[float]()

    async def client() -> None:
        for number in queue:
            taken.append(await _seconds(work, number))

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return taken


async def _seconds(work: Callable[[int], Awaitable[None]], number: int) -> float:
    began = time.perf_counter()
    await work(number)
    return time.perf_counter() - began


async def _entities(settings: Settings) -> int:
    shards = [ray.get_actor(name, NAMESPACE) for name in shard_names(settings.shards)]
    return sum([await shard.ping.remote() for shard in shards])


def _resident() -> int:
    """Bytes of all shards' processes."""
    name = f"ray::{EntityShard.__name__}"
    found = psutil.Process().children(recursive=True)
    return sum(each.memory_info().rss for each in found if each.name().startswith(name))
