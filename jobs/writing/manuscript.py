"""What is recorded of a chapter while it is written and checked: commands to its project.

Their ids follow from what they say, so that every one may be repeated. One that belongs to an
attempt which has ended meanwhile changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.entities import Entities
from actors.rooms.writing import Place
from domain.entities.project.commands import (
    FailGeneration,
    RecordBeats,
    RecordDraft,
    RecordReading,
    RecordScene,
    RecordVerdict,
)
from domain.entity import Command
from domain.entity import Origin as Asker
from domain.prompt import Origin
from domain.story.coherence.verdict import Verdict
from domain.story.prompts.answers import Beat
from domain.story.record import Extraction
from domain.story.texts import TextRef

_DETAIL = 2000  # characters


@dataclass(frozen=True, slots=True)
class Task:
    """An attempt at a revision of a chapter, and who asks for it because of what."""

    place: Place
    revision: int
    attempt: int
    asker: Asker

    @property
    def id(self) -> str:
        """Begins the ids of what is done for it."""
        return f"{self.place.chapter_id}:{self.revision}:{self.attempt}"


class Manuscript:
    """Hands a project what becomes of a chapter. Methods raise as `Entities`."""

    def __init__(self, entities: Entities, task: Task) -> None:
        self._entities = entities
        self._task = task
        self._chapter_id = task.place.chapter_id

    async def beats(self, beats: Sequence[Beat]) -> None:
        """The chapter is planned."""
        await self.do(
            RecordBeats(
                command_id=f"{self._task.id}:beats",
                chapter_id=self._chapter_id,
                attempt=self._task.attempt,
                beats=tuple(beats),
            )
        )

    async def scene(self, number: int, text: TextRef) -> None:
        """A scene is written and stored: from here another run goes on."""
        await self.do(
            RecordScene(
                command_id=f"{self._task.id}:scene:{number}",
                chapter_id=self._chapter_id,
                attempt=self._task.attempt,
                scene=number,
                text=text,
            )
        )

    async def draft(self, text: TextRef, origin: Origin) -> None:
        """The whole chapter is written and stored."""
        await self.do(
            RecordDraft(
                command_id=f"{self._task.id}:draft",
                chapter_id=self._chapter_id,
                attempt=self._task.attempt,
                text=text,
                origin=origin,
            )
        )

    async def reading(self, extraction: Extraction) -> None:
        """It is known what the chapter says."""
        await self.do(
            RecordReading(
                command_id=f"{self._task.id}:reading",
                chapter_id=self._chapter_id,
                revision=self._task.revision,
                **dict(extraction),
            )
        )

    async def verdict(self, verdict: Verdict, memory_version: int) -> None:
        """The gate has looked at the chapter."""
        await self.do(
            RecordVerdict(
                command_id=f"{self._task.id}:verdict",
                chapter_id=self._chapter_id,
                revision=self._task.revision,
                memory_version=memory_version,
                verdict=verdict,
            )
        )

    async def failure(self, reason: str, detail: str) -> None:
        """The attempt cannot go on."""
        await self.do(
            FailGeneration(
                command_id=f"{self._task.id}:fail",
                chapter_id=self._chapter_id,
                attempt=self._task.attempt,
                reason=reason,
                detail=detail[:_DETAIL],
            )
        )

    async def do(self, command: Command) -> None:
        """Any other command of this task."""
        place, asker = self._task.place, self._task.asker
        await self._entities.execute("project", place.project_id, command, origin=asker)
