"""What happens to a project: with these the story of a chapter can be read from the log."""

from domain.entities.project.state import Chapter, StaleReason
from domain.entity import Event
from domain.prompt import Origin, Purpose, Usage
from domain.story.bible import Bible
from domain.story.coherence.verdict import Finding, Verdict
from domain.story.prompts.answers import Beat
from domain.story.record import Extraction
from domain.story.texts import TextRef


class ProjectCreated(Event):
    """See `CreateProject`."""

    title: str
    language: str
    bible: Bible
    budget: float | None
    memory_version: int = 0


class ProjectChanged(Event):
    """See `ChangeProject`: what holds from now on."""

    title: str
    language: str
    budget: float | None


class BibleChanged(Event):
    """See `PutBible`. `memory_version` counts the changes of what is known."""

    bible: Bible
    memory_version: int


class ProjectDeleted(Event):
    """See `DeleteProject`."""


class ChapterRevised(Event):
    """A further revision of a chapter is wanted, after the text `base`."""

    chapter_id: str
    number: int
    revision: int
    base: TextRef


class GenerationStarted(Event):
    """A chapter is to be written; `attempt` counts the runs for it, of writing and of checking."""

    chapter_id: str
    number: int
    revision: int
    attempt: int
    instruction: str
    target_word_count: int
    use_memory: bool
    use_retrieval: bool
    base: TextRef | None


class BeatsPlanned(Event):
    """See `RecordBeats`."""

    chapter_id: str
    attempt: int
    beats: tuple[Beat, ...]


class SceneWritten(Event):
    """See `RecordScene`."""

    chapter_id: str
    attempt: int
    scene: int
    text: TextRef


class ChapterGenerated(Event):
    """See `RecordDraft`. The text is to be read and checked."""

    chapter_id: str
    number: int
    revision: int
    attempt: int
    text: TextRef
    origin: Origin


class ChapterWritten(Event):
    """See `PutChapterText`. The text is to be read and checked."""

    chapter_id: str
    number: int
    revision: int
    attempt: int
    text: TextRef


class ChapterRestored(Event):
    """A chapter stands where it stood in the project that this one was taken from."""

    chapter: Chapter


class ChapterDeleted(Event):
    """See `DeleteChapter`."""

    chapter_id: str
    number: int


class RecheckStarted(Event):
    """See `RecheckChapter`. The text is to be read, where it was not, and checked."""

    chapter_id: str
    number: int
    revision: int
    attempt: int
    text: TextRef


class GenerationCancelled(Event):
    """See `CancelGeneration`."""

    chapter_id: str
    attempt: int


class GenerationFailed(Event):
    """See `FailGeneration`."""

    chapter_id: str
    attempt: int
    reason: str
    detail: str


class FactsExtracted(Event, Extraction):
    """See `RecordReading`."""

    chapter_id: str
    number: int
    revision: int


class CoherenceValidated(Event):
    """See `RecordVerdict`."""

    chapter_id: str
    number: int
    revision: int
    memory_version: int
    verdict: Verdict


class ContradictionDetected(Event):
    """A blocking finding of the verdict before."""

    chapter_id: str
    number: int
    revision: int
    finding_id: str
    finding: Finding


class FindingMarkedIntentional(Event):
    """See `MarkIntentional`."""

    chapter_id: str
    finding_id: str
    reason: str


class ChapterApproved(Event):
    """See `ApproveChapter`. `score` leaves out the findings that are intentional."""

    chapter_id: str
    number: int
    revision: int
    score: float
    forced: bool
    reason: str


class ChapterRejected(Event):
    """See `RejectChapter`."""

    chapter_id: str
    number: int
    revision: int
    reason: str


class MemoryUpdated(Event):
    """What a chapter adds to memory is what its `revision` says, or nothing more (None).

    `memory_version` counts the changes of what is known.
    """

    chapter_id: str
    number: int
    revision: int | None
    memory_version: int


class ChaptersMarkedStale(Event):
    """Verdicts on these chapters were given by a memory that is no more; `number` is that of the
    chapter that made the difference, None for the bible."""

    chapter_ids: tuple[str, ...]
    reason: StaleReason
    number: int | None
    memory_version: int


class CallBegun(Event):
    """See `BeginCall`."""

    call_id: str
    chapter_id: str | None
    purpose: Purpose
    attempt: int | None


class CallPaid(Event):
    """See `RecordCall`."""

    call_id: str
    chapter_id: str | None
    purpose: Purpose
    usage: Usage
    origin: Origin


EVENTS: tuple[type[Event], ...] = (
    ProjectCreated,
    ProjectChanged,
    BibleChanged,
    ProjectDeleted,
    ChapterRevised,
    GenerationStarted,
    BeatsPlanned,
    SceneWritten,
    ChapterGenerated,
    ChapterWritten,
    ChapterRestored,
    ChapterDeleted,
    RecheckStarted,
    GenerationCancelled,
    GenerationFailed,
    FactsExtracted,
    CoherenceValidated,
    ContradictionDetected,
    FindingMarkedIntentional,
    ChapterApproved,
    ChapterRejected,
    MemoryUpdated,
    ChaptersMarkedStale,
    CallBegun,
    CallPaid,
)
