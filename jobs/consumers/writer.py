"""The consumer `writer`: has chapters written and checked, and says so when that fails."""

import logging
from collections.abc import Awaitable, Callable
from typing import cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from actors.entities import Entities
from actors.rooms.writing import Place
from domain.entities.project import PROJECT
from domain.entities.project.answers import ChapterDetails, Outline
from domain.entities.project.events import ChapterWritten, GenerationStarted, RecheckStarted
from domain.entities.project.queries import ChapterList, OneChapter
from domain.entities.project.state import RUNNING, Stage
from domain.entity import Origin
from domain.errors import CommandRefused, LogUnavailable, WritingInterrupted
from domain.events import RecordedEvent
from jobs.writing.manuscript import Manuscript, Task
from jobs.writing.principals import WRITING_ROOM
from jobs.writing.trouble import reason_of

WANTED = (GenerationStarted.__name__, ChapterWritten.__name__, RecheckStarted.__name__)
Write = Callable[[Place, Origin], Awaitable[None]]
Erase = Callable[[str], Awaitable[None]]
"""Deletes the objects of a project."""
_logger = logging.getLogger(__name__)


class Writer:
    """Sends chapters to the writing room, and waits until they are at rest.

    Idempotent: a chapter that is at rest is left alone, and a run goes on from what is there. One
    that fails `attempts` times without having come any further is recorded as failed, so that no
    chapter stays in the works for ever. Chapters of one project come one after another. What a run
    has stored after its project was deleted is erased.
    """

    def __init__(
        self,
        entities: Entities,
        write: Write,
        erase: Erase,
        *,
        attempts: int,
        longest_wait: float,
    ) -> None:
        self._entities = entities
        self._write = write
        self._erase = erase
        self._attempts = attempts
        # About a minute and a half in all, by default: models are rarely away for longer.
        self._wait = wait_random_exponential(multiplier=2, min=longest_wait / 60, max=longest_wait)

    async def handle(self, event: RecordedEvent) -> None:
        """Return when the chapter is at rest. Raises as `Entities` and `ObjectStore`."""
        begun = PROJECT.decode(event.event.type, event.event.schema_version, event.event.data)
        begun = cast(GenerationStarted | ChapterWritten | RecheckStarted, begun)
        asker = Origin.because_of(event, WRITING_ROOM)
        place = Place(event.stream.id, begun.chapter_id)
        task = Task(place, begun.revision, begun.attempt, asker)
        try:
            await self._patiently(task)
        except LogUnavailable:
            raise  # it says nothing of the chapter
        except Exception as error:  # whatever it is, the chapter must not stay as it is
            _logger.exception("chapter %s of project %s is given up", *reversed(place))
            await self._fail(task, error)
        answer = await self._entities.query("project", place.project_id, ChapterList())
        if cast(Outline, answer.value).stage is Stage.DELETED:
            await self._erase(place.project_id)

    async def _fail(self, task: Task, error: Exception) -> None:
        try:
            await Manuscript(self._entities, task).failure(reason_of(error), str(error))
        except CommandRefused as refused:  # the project or the chapter is no more
            _logger.warning("%s", refused)

    async def _patiently(self, task: Task) -> None:
        """Have the chapter written, again and again while it comes further."""
        failures, reached = 0, await self._reached(task)

        async def attempt() -> None:
            nonlocal failures, reached
            if reached is None:
                return
            try:
                await self._run(task)
            except Exception:
                before, reached = reached, await self._reached(task)
                failures = failures + 1 if reached == before else 1
                raise

        def is_given_up(_: RetryCallState) -> bool:
            return failures >= self._attempts

        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: not isinstance(error, LogUnavailable)),
            stop=is_given_up,
            wait=self._wait,
            reraise=True,
        )
        await retrying(attempt)

    async def _run(self, task: Task) -> None:
        await self._write(task.place, task.asker)
        if await self._reached(task):
            raise WritingInterrupted("the run that went on was for an earlier attempt")

    async def _reached(self, task: Task) -> tuple[object, ...] | None:
        """How far the attempt is; None when it is over."""
        query = OneChapter(chapter_id=task.place.chapter_id)
        try:
            answer = await self._entities.query("project", task.place.project_id, query)
        except CommandRefused:
            return None  # the project or the chapter is no more
        details = cast(ChapterDetails, answer.value)
        chapter = details.chapter
        if chapter.attempt != task.attempt or chapter.status not in RUNNING:
            return None
        return chapter.status, details.generation, details.extraction is None
