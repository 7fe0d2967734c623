"""What is known of a project."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field

from domain.book import Frozen
from domain.prompt import Origin, Purpose
from domain.story.bible import Bible
from domain.story.coherence.score import score
from domain.story.coherence.verdict import ACCEPTABLE_FROM, Finding, Verdict
from domain.story.memory import Memory
from domain.story.prompts.answers import Beat
from domain.story.record import ChapterRecord, Extraction
from domain.story.texts import TextRef


class Stage(StrEnum):
    """Where a project stands."""

    OPEN = "open"
    DELETED = "deleted"


class Status(StrEnum):
    """Where a chapter stands."""

    DRAFTING = "drafting"
    CHECKING = "checking"
    PENDING_REVIEW = "pending_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"


RUNNING = frozenset({Status.DRAFTING, Status.CHECKING})
"""Somebody is at work."""


class StaleReason(StrEnum):
    """Why a verdict holds no longer."""

    CHAPTER_APPROVED = "chapter_approved"
    CHAPTER_REJECTED = "chapter_rejected"
    CHAPTER_DELETED = "chapter_deleted"
    BIBLE_CHANGED = "bible_changed"


class MemoryChange(Frozen):
    """What last changed in the memory that a chapter is checked against: the chapter `number`,
    None for the bible."""

    reason: StaleReason
    number: int | None
    memory_version: int


class Judgement(Frozen):
    """A verdict, and the version of memory that it belongs to."""

    verdict: Verdict
    memory_version: int


class Revision(Frozen):
    """One text of a chapter and what came of it; the author's own text has no `origin`."""

    number: int
    text: TextRef | None = None
    origin: Origin | None = None
    extraction: Extraction | None = None
    judgement: Judgement | None = None


class Generation(Frozen):
    """How a chapter is to be written, and how far that is: the plan, and the scenes in order."""

    instruction: str
    target_word_count: int
    use_memory: bool
    use_retrieval: bool
    base: TextRef | None = None
    beats: tuple[Beat, ...] = ()
    scenes: tuple[TextRef, ...] = ()


class Chapter(Frozen):
    """A chapter.

    `approved` is the revision that memory holds, `draft` what is made of the chapter beside it:
    there is at least one of them. `status` is that of the draft; without one it is approved. A
    draft that is being revised is kept as `earlier` until there is another text.
    `attempt` counts the runs for the chapter. `intentional` maps findings to the author's reasons.
    `reason` and `detail` say why a run failed or a draft was rejected.
    """

    chapter_id: str
    number: int
    status: Status
    attempt: int = 0
    draft: Revision | None = None
    earlier: Revision | None = None
    approved: Revision | None = None
    generation: Generation | None = None
    intentional: Mapping[str, str] = Field(default_factory=dict)
    changed: MemoryChange | None = None
    reason: str | None = None
    detail: str | None = None

    @property
    def newest(self) -> Revision:
        """The draft, or else the approved revision."""
        revision = self.draft or self.approved
        if revision is None:
            raise ValueError(f"chapter {self.chapter_id} has no revision")
        return revision

    @property
    def written(self) -> Revision | None:
        """The newest revision that has a text."""
        return self.draft if self.draft and self.draft.text else self.earlier or self.approved

    @property
    def is_drafting(self) -> bool:
        """Whether its text is being written."""
        return self.status is Status.DRAFTING

    @property
    def stale(self) -> MemoryChange | None:
        """What has changed in memory since the newest revision was judged."""
        return self.stale_since(self.newest)

    def stale_since(self, revision: Revision) -> MemoryChange | None:
        """What has changed in memory since a revision was judged, None when nothing has or it was
        not judged."""
        judged = revision.judgement
        if judged is None or self.changed is None:
            return None
        return self.changed if judged.memory_version < self.changed.memory_version else None

    def at_rest(self) -> Self | None:
        """Without what is being written, or came to no text; None where nothing else is there."""
        change: dict[str, object] = {"attempt": 1, "earlier": None, "generation": None}
        if self.draft and self.draft.text:
            return self.model_copy(update=change)
        if self.earlier:
            status = Status.CANCELLED if self.is_drafting else self.status
            return self.model_copy(update={**change, "draft": self.earlier, "status": status})
        if self.approved:
            change |= {"draft": None, "status": Status.APPROVED, "reason": None, "detail": None}
            return self.model_copy(update=change)
        return None

    def unintended(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """The findings that the author has not marked as intentional."""
        return [each for each in findings if each.finding_id not in self.intentional]

    @property
    def score(self) -> float | None:
        """The newest revision's score without what is intentional; None before there is one."""
        judged = self.newest.judgement
        if judged is None:
            return None
        left = self.unintended(judged.verdict.findings)
        if len(left) == len(judged.verdict.findings):
            return judged.verdict.score
        return score(left)

    @property
    def is_acceptable(self) -> bool:
        """Whether the newest revision may be approved as it is, as far as its score goes."""
        return self.score is not None and self.score >= ACCEPTABLE_FROM


class Call(Frozen):
    """A call to a model that was begun, and of which nothing more is known."""

    chapter_id: str | None
    purpose: Purpose


class LostCalls(Call):
    """So many calls of one chapter and purpose, of which nothing more will be known."""

    calls: int


class Expense(Frozen):
    """What calls of one chapter, purpose and model have cost, in tokens and money; `unpriced`
    calls have no price, `estimated` ones no token counts from the endpoint."""

    chapter_id: str | None
    purpose: Purpose
    provider: str
    model: str
    calls: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    money: float = 0.0
    unpriced: int = 0
    estimated: int = 0


class ProjectState(Frozen):
    """All of a project; `stage` is None before it is created.

    `memory_version` counts the changes of what is known: of the bible and of approved chapters.
    A deleted project keeps what it has cost.
    """

    stage: Stage | None = None
    title: str = ""
    language: str = ""
    bible: Bible = Bible()
    budget: float | None = None
    memory_version: int = 0
    chapters: Mapping[str, Chapter] = Field(default_factory=dict)
    calls: Mapping[str, Call] = Field(default_factory=dict)
    lost: Mapping[str, LostCalls] = Field(default_factory=dict)
    ledger: Mapping[str, Expense] = Field(default_factory=dict)

    @property
    def in_order(self) -> Sequence[Chapter]:
        """The chapters by their numbers."""
        return sorted(self.chapters.values(), key=lambda chapter: chapter.number)

    def numbered(self, number: int) -> Chapter | None:
        """The chapter of a number."""
        return next((each for each in self.chapters.values() if each.number == number), None)

    @property
    def paid(self) -> float:
        """The money paid so far, as far as prices are known."""
        return sum(expense.money for expense in self.ledger.values())

    @property
    def memory(self) -> Memory:
        """What the bible and the approved chapters say."""
        return Memory(
            self.bible,
            [
                ChapterRecord(
                    chapter_id=chapter.chapter_id,
                    number=chapter.number,
                    revision=chapter.approved.number,
                    extraction=chapter.approved.extraction or Extraction(),
                )
                for chapter in self.in_order
                if chapter.approved
            ],
        )
