"""What one run for a chapter works with."""

from dataclasses import dataclass

from actors.live_text import LiveText
from domain.story.language import Language
from jobs.writing.calls import Calls
from jobs.writing.manuscript import Manuscript, Task
from jobs.writing.texts import Texts


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything at hand for a task. `live` tells those who follow what is being written."""

    task: Task
    language: Language
    calls: Calls
    manuscript: Manuscript
    texts: Texts
    live: LiveText

    @property
    def project_id(self) -> str:
        """The project whose chapter it is."""
        return self.task.place.project_id
