"""The story of a chapter: from what is wanted to a text that is to be reviewed.

    recall what the story has established        jobs.writing.recall
    plan the scenes, write one after the other   jobs.writing.drafting
    read what the chapter says                   jobs.writing.checking
    judge whether that goes together             domain.story.coherence, jobs.writing.opinion

Each step is recorded in the project before the next begins, so that whoever comes after an
interruption goes on from there. The author's own text takes the same way from the reading on.
"""

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from actors.entities import Entities
from actors.rooms.live_text import LiveText
from actors.rooms.writing import Place
from adapters.languages import load_language
from adapters.llm.base import LanguageModel
from domain.entities.project.answers import ChapterDetails
from domain.entities.project.queries import OneChapter, WholeProject
from domain.entities.project.state import RUNNING, Chapter, ProjectState, Status
from domain.entity import Origin
from domain.errors import CommandRefused, Retryable, Terminal
from jobs.writing.calls import Calls, Run
from jobs.writing.checking import Checker
from jobs.writing.desk import Desk
from jobs.writing.drafting import Drafter
from jobs.writing.manuscript import Manuscript, Task
from jobs.writing.readings import Readings
from jobs.writing.recall import Recall
from jobs.writing.texts import Texts
from jobs.writing.trouble import reason_of

_JUDGES = 2  # threads; what they do is Python's own work, of which one goes on at a time
_LOOK_SECONDS = 1.0  # until somebody's cancelling is noticed
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChapterWriter:
    """Writes and checks chapters; see `actors.rooms.writing.WriteChapter`.

    What cannot be done at all ends as a failed chapter. What may work later is raised, and leaves
    the chapter as it is. `stand_in` reads chapters when `model` is away.
    """

    entities: Entities
    texts: Texts
    model: LanguageModel
    stand_in: LanguageModel
    recall: Recall
    look_seconds: float = _LOOK_SECONDS
    judges: Executor = field(default_factory=lambda: ThreadPoolExecutor(_JUDGES, "judge"))
    readings: Readings = field(default_factory=Readings)

    async def __call__(self, place: Place, origin: Origin, live: LiveText) -> None:
        """Return when the attempt at the chapter that is under way is over, whoever ended it.

        Raises:
            Retryable: a part is away; the next call goes on.
        """
        attempt: int | None = None
        while True:
            answer = await self.entities.query("project", place.project_id, WholeProject())
            project = cast(ProjectState, answer.value)
            chapter = project.chapters.get(place.chapter_id)
            if chapter is None or chapter.status not in RUNNING:
                return
            if attempt not in {None, chapter.attempt}:
                return  # the next one is because of something else
            attempt = chapter.attempt
            task = Task(place, chapter.newest.number, attempt, origin)
            await self._while_wanted(task, self._go_on(task, project, chapter, live))

    async def _go_on(
        self, task: Task, project: ProjectState, chapter: Chapter, live: LiveText
    ) -> None:
        """Take the chapter to its next status."""
        manuscript = Manuscript(self.entities, task)
        try:
            run = Run(task.id, task.place.chapter_id, task.attempt)
            calls = Calls(self.model, manuscript.do, run)
            language = load_language(project.language)
            desk = Desk(
                task,
                language,
                calls,
                manuscript,
                self.texts,
                live,
                self.judges,
                self.readings,
            )
            if chapter.status is Status.DRAFTING and chapter.generation:
                ground = await self.recall(desk, project, chapter)
                await Drafter(desk, chapter.generation, ground).write()
            else:
                await Checker(desk, project, chapter, self.stand_in).check()
        except Terminal as error:
            _logger.warning("chapter %s fails: %s", place_of(task), error)
            await self._fail(manuscript, error)

    async def _fail(self, manuscript: Manuscript, error: Terminal) -> None:
        try:
            await manuscript.failure(reason_of(error), str(error))
        except CommandRefused as refused:  # there is nothing left that could fail
            _logger.warning("%s", refused)

    async def _while_wanted(self, task: Task, work: Coroutine[Any, Any, None]) -> None:
        """Do some work, and stop it as soon as its attempt is over: cancelled, or replaced."""
        working = asyncio.create_task(work)
        watching = asyncio.create_task(self._until_over(task))
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            working.cancel()
            watching.cancel()
            await asyncio.wait({working, watching})
        if not working.cancelled():
            working.result()
        elif watching.cancelled():
            raise RuntimeError("the work on a chapter was cancelled by itself")
        else:
            watching.result()

    async def _until_over(self, task: Task) -> None:
        place = task.place
        while True:
            await asyncio.sleep(self.look_seconds)
            try:
                query = OneChapter(chapter_id=place.chapter_id)
                answer = await self.entities.query("project", place.project_id, query)
            except Retryable:
                continue  # the work itself will notice, should that last
            except CommandRefused:
                return
            chapter = cast(ChapterDetails, answer.value).chapter
            if chapter.attempt != task.attempt or chapter.status not in RUNNING:
                return


def place_of(task: Task) -> str:
    """A chapter, for the log file."""
    return f"{task.place.project_id}/{task.place.chapter_id}"
