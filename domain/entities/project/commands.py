"""What somebody wants of a project."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from domain.book import Frozen
from domain.entities.project import limits
from domain.entities.project.restoring import check_restored
from domain.entities.project.state import Chapter
from domain.entity import Command
from domain.prompt import Origin, Purpose, Usage
from domain.story.bible import Bible
from domain.story.coherence.verdict import Verdict
from domain.story.prompts.answers import Beat
from domain.story.record import SCENES, Extraction
from domain.story.texts import TextRef

ChapterId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Field(ge=1, le=limits.CHAPTERS)]
Counter = Annotated[int, Field(ge=1)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Money = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Instruction = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=limits.INSTRUCTION)
]
WordCount = Annotated[int, Field(ge=50, le=20_000)]
Word = Annotated[str, Field(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=limits.REASON)]
Intention = Annotated[Reason, Field(min_length=1)]
Detail = Annotated[str, Field(max_length=10_000)]
CallId = Annotated[str, Field(min_length=1, max_length=200)]
FindingId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
BoundedBible = Annotated[
    Bible, AfterValidator(limits.at_most(limits.BIBLE_BYTES)), AfterValidator(limits.with_names)
]
BoundedVerdict = Annotated[Verdict, AfterValidator(limits.at_most(limits.VERDICT_BYTES))]


class OwnChapter(Frozen):
    """A chapter that the author brings along."""

    chapter_id: ChapterId
    number: Number
    text: TextRef


class CreateProject(Command):
    """A novel is to be written in a language (a code such as `en`), or gone on with; once `budget`
    is paid, no further call to a model begins.

    `chapters` are read and checked; `restored` ones stand where they stood in another project,
    whose memory had the version `memory_version`.
    """

    title: Title
    language: LanguageCode
    bible: BoundedBible = Bible()
    budget: Money | None = None
    chapters: Annotated[tuple[OwnChapter, ...], Field(max_length=limits.CHAPTERS)] = ()
    restored: Annotated[tuple[Chapter, ...], Field(max_length=limits.CHAPTERS)] = ()
    memory_version: Annotated[int, Field(ge=0, le=10**9)] = 0

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        chapters = (*self.chapters, *self.restored)
        for key in ("number", "chapter_id"):
            if len({getattr(each, key) for each in chapters}) < len(chapters):
                raise ValueError(f"there are chapters with the same {key}")
        check_restored(self.restored, self.memory_version)
        return self


class PutBible(Command):
    """The story bible is to be this one."""

    bible: BoundedBible


class ChangeProject(Command):
    """What is given is to be so from now on; `unlimited` takes the budget away."""

    title: Title | None = None
    language: LanguageCode | None = None
    budget: Money | None = None
    unlimited: bool = False


class DeleteProject(Command):
    """The project is to be no more; nothing can be done with it afterwards."""


class GenerateChapter(Command):
    """A chapter is to be written that has no text yet; without a `number`, as the last one."""

    chapter_id: ChapterId
    number: Number | None = None
    instruction: Instruction = ""
    target_word_count: WordCount = 1500
    use_memory: bool = True
    use_retrieval: bool = True


class ReviseChapter(Command):
    """A chapter is to be written anew after its newest text, as a further revision."""

    chapter_id: ChapterId
    instruction: Instruction = ""
    target_word_count: WordCount = 1500
    use_memory: bool = True
    use_retrieval: bool = True


class PutChapterText(Command):
    """The author's own text of a chapter; a new chapter without a `number` is the last one."""

    chapter_id: ChapterId
    number: Number | None = None
    text: TextRef


class DeleteChapter(Command):
    """A chapter is to be no more."""

    chapter_id: ChapterId


class CancelGeneration(Command):
    """What is under way for a chapter, the writing or the check, is to end; `attempt` names the
    one that is meant."""

    chapter_id: ChapterId
    attempt: Counter | None = None


class RecheckChapter(Command):
    """A text is to be checked against what memory holds now."""

    chapter_id: ChapterId


class ApproveChapter(Command):
    """A chapter is to become part of memory, `revision` being the one that was looked at.

    One that is not acceptable, or stale, needs `force` and a `reason`.
    """

    chapter_id: ChapterId
    revision: Counter | None = None
    force: bool = False
    reason: Reason = ""


class RejectChapter(Command):
    """A revision, without one the newest, is not to be part of memory, or not any more."""

    chapter_id: ChapterId
    revision: Counter | None = None
    reason: Reason = ""


class MarkIntentional(Command):
    """A finding is what the author wants."""

    chapter_id: ChapterId
    finding_id: FindingId
    reason: Intention


class RecordBeats(Command):
    """The plan of a chapter. What an attempt hands in after its end comes too late and changes
    nothing; so it is with the commands below."""

    chapter_id: ChapterId
    attempt: Counter
    beats: Annotated[tuple[Beat, ...], Field(min_length=1, max_length=SCENES)]

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        return limits.at_most(limits.PLAN_BYTES)(self)


class RecordScene(Command):
    """Scene number `scene`, from 1, is written and stored."""

    chapter_id: ChapterId
    attempt: Counter
    scene: Counter
    text: TextRef


class RecordDraft(Command):
    """The whole chapter is written and stored."""

    chapter_id: ChapterId
    attempt: Counter
    text: TextRef
    origin: Origin


class FailGeneration(Command):
    """The writing or the check of an attempt cannot go on."""

    chapter_id: ChapterId
    attempt: Counter
    reason: Word
    detail: Detail = ""


class RecordReading(Command, Extraction):
    """What a revision says."""

    chapter_id: ChapterId
    revision: Counter

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        return limits.at_most(limits.EXTRACTION_BYTES)(self)


class RecordVerdict(Command):
    """What the gate says of a revision; `memory_version` is the project's at the time from which
    the memory is that it was checked against."""

    chapter_id: ChapterId
    revision: Counter
    memory_version: Annotated[int, Field(ge=0)]
    verdict: BoundedVerdict

    @field_validator("verdict")
    @classmethod
    def _has_not_too_many_findings(cls, verdict: Verdict) -> Verdict:
        if len(verdict.findings) > limits.FINDINGS:
            raise ValueError(f"a verdict has at most {limits.FINDINGS} findings")
        return verdict


class BeginCall(Command):
    """A model is about to be called. Derive the `command_id` from `call_id`."""

    call_id: CallId
    chapter_id: ChapterId | None = None
    purpose: Purpose
    attempt: Counter | None = None


class RecordCall(Command):
    """What a call came to. Derive the `command_id` from `call_id`."""

    call_id: CallId
    usage: Usage
    origin: Origin
