"""What one run for a chapter works with."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from actors.rooms.live_text import LiveText
from domain.story.language import Language
from jobs.writing.calls import Calls
from jobs.writing.manuscript import Manuscript, Task
from jobs.writing.readings import Readings
from jobs.writing.texts import Texts

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything at hand for a task. `live` tells those who follow what is being written; `judges`
    are threads for what computes for long: no others must wait for it. `readings` are of chapters
    that were taken apart before."""

    task: Task
    language: Language
    calls: Calls
    manuscript: Manuscript
    texts: Texts
    live: LiveText
    judges: Executor
    readings: Readings

    @property
    def project_id(self) -> str:
        """The project whose chapter it is."""
        return self.task.place.project_id

    async def judged(self, judge: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of something that computes, from one of the judges."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.judges, partial(judge, *args, **kwargs))
