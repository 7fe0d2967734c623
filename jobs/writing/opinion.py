"""The language model's part of the gate: it looks twice at what the rules found, and for more.

It may lower what a rule says by one step, and it may add what it can quote. It can neither clear a
draft by its silence nor stop the check by being away: what it did not look at is named.
"""

import asyncio
from collections.abc import Sequence

from domain.errors import AnswerUnusable, CommandRefused, ModelRefused, ModelUnavailable
from domain.story.bible import bible_words
from domain.story.coherence.case import Case
from domain.story.coherence.score import acceptable, score
from domain.story.coherence.verdict import Finding, Severity, Skipped, Verdict
from domain.story.prompts.answers import Adjudication, MoreFindings, Ruling
from domain.story.prompts.checking import pair_prompt, review_prompt
from domain.story.prompts.material import PairMaterial, Passage, ReviewMaterial
from domain.story.prompts.verified import verified_findings
from jobs.writing.calls import Calls, UnrecordedCalls

MODEL_TROUBLES = (ModelUnavailable, ModelRefused, AnswerUnusable, CommandRefused)
"""What a check does without the language model for; a refused command is a spent budget."""

SECOND_LOOK = "second look"
REVIEW = "review"

_PAIRS = 12  # of one draft
_SOURCE_CHARACTERS = 40_000  # shown beside a draft
_QUOTE = 2000
_LOWER = {Severity.BLOCKING: Severity.WARNING, Severity.WARNING: Severity.INFO}
_NO_MODEL = "no language model is set"


async def second_opinion(calls: Calls | UnrecordedCalls, case: Case, verdict: Verdict) -> Verdict:
    """The verdict after the language model has looked at it, with what it could not look at.

    Raises as `Entities`.
    """
    if calls.origin.provider == "offline":
        skipped = tuple(Skipped(check=name, reason=_NO_MODEL) for name in (SECOND_LOOK, REVIEW))
        return verdict.model_copy(update={"skipped": (*verdict.skipped, *skipped)})
    opinion = _Opinion(calls, case)
    findings = await opinion.looked_at_twice(verdict.findings)
    findings = [*findings, *await opinion.more(findings)]
    points = score(findings)
    return Verdict(
        score=points,
        acceptable=acceptable(points),
        findings=tuple(findings),
        skipped=(*verdict.skipped, *opinion.skipped),
    )


class _Opinion:
    def __init__(self, calls: Calls | UnrecordedCalls, case: Case) -> None:
        self._calls = calls
        self._case = case
        self._language = case.language.code
        self.skipped: list[Skipped] = []

    async def looked_at_twice(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings, those lowered that the model can explain."""
        doubtful = [each for each in findings if each.severity in _LOWER and _is_pair(each)]
        asked = doubtful[:_PAIRS]
        if len(doubtful) > _PAIRS:
            rest = f"{len(doubtful) - _PAIRS} of {len(doubtful)} findings were not looked at"
            self.skipped.append(Skipped(check=SECOND_LOOK, reason=rest))
        answers = await asyncio.gather(
            *(self._looked_at(number, each) for number, each in enumerate(asked)),
            return_exceptions=True,
        )
        looked_at = dict(zip(map(id, asked), answers, strict=True))
        kept = []
        for finding in findings:
            answer = looked_at.get(id(finding), finding)
            if isinstance(answer, MODEL_TROUBLES):
                self._skip(SECOND_LOOK, answer)
                answer = finding
            if isinstance(answer, BaseException):
                raise answer
            kept.append(answer)
        return kept

    async def more(self, known: Sequence[Finding]) -> list[Finding]:
        """What the model finds beside what is known."""
        material = ReviewMaterial(
            language=self._language, sources=tuple(self._sources()), draft=self._case.draft.chapter
        )
        if not material.sources:
            return []
        try:
            answer = await self._calls.structured("review", review_prompt(material), MoreFindings)
        except MODEL_TROUBLES as error:
            self._skip(REVIEW, error)
            return []
        quoted = {quote.quote for finding in known for quote in finding.evidence}
        return [
            each
            for each in verified_findings(answer, material, REVIEW)
            if each.evidence[0].quote not in quoted
        ]

    async def _looked_at(self, number: int, finding: Finding) -> Finding:
        *_, first, second = sorted(finding.evidence, key=lambda each: each.source == "draft")
        material = PairMaterial(
            language=self._language, suspicion=finding.message[:_QUOTE], first=first, second=second
        )
        ruled = await self._calls.structured(f"pair-{number}", pair_prompt(material), Adjudication)
        if ruled.verdict is not Ruling.COMPATIBLE:
            return finding
        return finding.model_copy(
            update={
                "severity": _LOWER[finding.severity],
                "message": f"{finding.message} (Looked at twice: {ruled.why[:_QUOTE]})",
            }
        )

    def _sources(self) -> list[Passage]:
        """The bible, and what the earlier chapters say of those who are in the draft, the latest
        first; as much as there is room for."""
        room = _SOURCE_CHARACTERS
        bible = "\n".join(bible_words(self._case.bible))[:room]
        found = [Passage(source="bible", text=bible)] if bible else []
        room -= len(bible)
        present = set(self._case.draft.present)
        for reading in reversed(self._case.earlier):
            quotes = dict.fromkeys(
                fact.source.quote for fact in reading.facts if fact.subject in present
            )
            text = "\n".join(quote for quote in quotes if quote)[: max(room, 0)]
            if text:
                found.append(Passage(source=f"chapter {reading.chapter.number}", text=text))
                room -= len(text)
        return found

    def _skip(self, check: str, error: Exception) -> None:
        skipped = Skipped(check=check, reason=str(error))
        if skipped not in self.skipped:
            self.skipped.append(skipped)


def _is_pair(finding: Finding) -> bool:
    return len(finding.evidence) >= 2
