"""What the writing room adds to the language model's own time.

Chapters are written one after the other in one project, each approved before the next, on the
cluster as a server starts it: shards, writing room, projections, dispatcher. A chapter's time goes
from the sending of its command to the moment in which a reader of the log sees the verdict. Of it
the model's own time is that in which it has at least one call to answer; all else is overhead.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, cast
from uuid import uuid4

from actors.directory import Directory
from actors.dispatcher import dispatcher_status
from actors.platform import start_platform, stop_platform
from adapters.event_log.base import Log
from benchmarks.writing_endpoint import SCENES, Endpoint, Span
from benchmarks.writing_story import BIBLE, LANGUAGE, SCENE_WORDS
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.entities.project.answers import ChapterDetails
from domain.entities.project.commands import ApproveChapter, CreateProject, GenerateChapter
from domain.entities.project.queries import OneChapter
from domain.entities.project.state import RUNNING, Status
from domain.entity import Command
from jobs.consumers import library
from jobs.ingestion.batch import read_batch
from jobs.writing.recipe import write_chapters

WORDS = SCENES * SCENE_WORDS
_SECONDS = 60.0
_WARM_UP = 2  # chapters: processes import what they need, the client learns what the model can


class Chapter(NamedTuple):
    """The seconds one chapter took: all, the model's own, and the rest by where it fell."""

    whole: float
    model: float
    before: float
    """Until the first call."""
    drafting: float
    """Before the calls for scenes."""
    checking: float
    """Before the calls that read and judge the draft."""
    after: float
    """From the last call on."""

    @property
    def overhead(self) -> float:
        """Seconds that were not the model's."""
        return self.whole - self.model

    @property
    def share(self) -> float:
        """Overhead by the model's own time."""
        return self.overhead / self.model


async def chapters(settings: Settings, endpoint: Endpoint, number: int) -> Sequence[Chapter]:
    """Write so many chapters on the connected cluster, after some that do not count."""
    await start_platform(settings, library, read_batch, write_chapters)
    entities, log = Directory(settings), open_log(settings)
    author = _Author(entities, log)
    try:
        await author.do(
            CreateProject(command_id="create", title="Tarn Bridge", language=LANGUAGE, bible=BIBLE)
        )
        taken = []
        for _ in range(_WARM_UP + number):
            endpoint.busy()
            begin, end = await author.write()
            taken.append(_chapter(begin, end, endpoint.busy()))
            await author.approve()
        return taken[_WARM_UP:]
    finally:
        await stop_platform()
        await entities.close()
        await log.close()


def p50(chapters: Sequence[Chapter]) -> float:
    """The median of the shares."""
    return median(each.share for each in chapters)


class _Author:
    """Asks for chapters and approves them."""

    def __init__(self, entities: Directory, log: Log) -> None:
        self._entities = entities
        self._log = log
        self._project_id = uuid4().hex
        self._chapter_id = ""

    async def do(self, command: Command) -> None:
        await self._entities.execute("project", self._project_id, command)

    async def write(self) -> tuple[float, float]:
        """When the next chapter was asked for, and when it was seen to wait for review."""
        self._chapter_id = uuid4().hex
        begin = time.time()
        await self.do(
            GenerateChapter(
                command_id=f"generate:{self._chapter_id}",
                chapter_id=self._chapter_id,
                instruction="Hester Vane asks Oswin Tarrant about the brass compass.",
                target_word_count=WORDS,
            )
        )
        known = await self._log.head()
        async with asyncio.timeout(_SECONDS):
            while (status := await self._status()) in RUNNING:
                await self._log.wait(1, known)
                known = await self._log.head()
        end = time.time()
        if status is not Status.PENDING_REVIEW:
            raise RuntimeError(f"the chapter is {status}")
        return begin, end

    async def approve(self) -> None:
        """And wait until the projections know of it."""
        await self.do(
            ApproveChapter(
                command_id=f"approve:{self._chapter_id}",
                chapter_id=self._chapter_id,
                force=True,
                reason="measured",
            )
        )
        async with asyncio.timeout(_SECONDS):
            while any(each.lag != 0 for each in await dispatcher_status()):
                await self._log.wait(1)

    async def _status(self) -> Status:
        query = OneChapter(chapter_id=self._chapter_id)
        answer = await self._entities.query("project", self._project_id, query)
        return cast(ChapterDetails, answer.value).chapter.status


def _chapter(begin: float, end: float, busy: Sequence[Span]) -> Chapter:
    pauses = [(later.is_prose, later.begin - earlier.end) for earlier, later in pairwise(busy)]
    return Chapter(
        whole=end - begin,
        model=sum(span.end - span.begin for span in busy),
        before=busy[0].begin - begin,
        drafting=sum(seconds for is_prose, seconds in pauses if is_prose),
        checking=sum(seconds for is_prose, seconds in pauses if not is_prose),
        after=end - busy[-1].end,
    )
