"""How verdicts are scored.

A planted error is found when a finding quotes words of its passage, whatever the finding's kind;
the right kind is counted apart. Every other finding is a false alarm, on a herring as anywhere
else. The same false alarm (same kind, same quotes) comes back in each of a story's drafts; it
counts once a story. Findings for information count for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.stories.trials import Trial
from domain.story.coherence.verdict import Finding, Severity, Skipped, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trial's findings, sorted: those at the edit's passage, the others, those that only tell;
    and the checks that could not be made."""

    trial: Trial
    at_edit: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]
    information: tuple[Finding, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def found(self) -> bool:
        """Whether a planted error was pointed at."""
        return self.trial.planted and bool(self.at_edit)

    @property
    def kind_right(self) -> bool:
        """Whether it was called by its kind, too."""
        edit = self.trial.edit
        return (
            self.found and edit is not None and any(each.kind == edit.kind for each in self.at_edit)
        )

    @property
    def fooled(self) -> bool:
        """Whether a herring was taken for an error."""
        return self.trial.edit is not None and not self.trial.planted and bool(self.at_edit)

    @property
    def false_alarms(self) -> tuple[Finding, ...]:
        """Findings that there is no error for."""
        return self.elsewhere if self.trial.planted else (*self.at_edit, *self.elsewhere)


def judge(trial: Trial, verdict: Verdict) -> Outcome:
    """Sort a verdict's findings."""
    counted = [each for each in verdict.findings if each.severity is not Severity.INFO]
    at_edit = tuple(each for each in counted if _points_at_edit(trial, each))
    return Outcome(
        trial,
        at_edit,
        tuple(each for each in counted if each not in at_edit),
        tuple(each for each in verdict.findings if each.severity is Severity.INFO),
        verdict.skipped,
    )


def _points_at_edit(trial: Trial, finding: Finding) -> bool:
    if trial.edit is None:
        return False
    text = trial.text_of(trial.source)
    start, end = trial.span
    return any(
        at < end and start < at + len(evidence.quote)
        for evidence in finding.evidence
        if evidence.source == trial.source and evidence.quote
        for at in _places(text, evidence.quote)
    )


def _places(text: str, quote: str) -> Iterable[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some outcomes."""

    planted: int
    found: int
    kind_right: int
    herrings: int
    fooled: int
    blocking: int
    warnings: int
    repeated: int
    """False alarms when the same one is counted again in every draft."""

    @property
    def recall(self) -> float:
        """Share of the planted errors that were found."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def false_alarms(self) -> int:
        """Blocking and warning ones."""
        return self.blocking + self.warnings

    @property
    def precision(self) -> float:
        """Share of right ones among what was found and false alarms."""
        said = self.found + self.false_alarms
        return self.found / said if said else 1.0


def score(outcomes: Iterable[Outcome]) -> Score:
    """Count."""
    outcomes = list(outcomes)
    alarms = [(each.trial.story, alarm) for each in outcomes for alarm in each.false_alarms]
    once = {_signature(story, alarm): alarm.severity for story, alarm in alarms}
    blocking = sum(severity is Severity.BLOCKING for severity in once.values())
    return Score(
        planted=sum(each.trial.planted for each in outcomes),
        found=sum(each.found for each in outcomes),
        kind_right=sum(each.kind_right for each in outcomes),
        herrings=sum(each.trial.edit is not None and not each.trial.planted for each in outcomes),
        fooled=sum(each.fooled for each in outcomes),
        blocking=blocking,
        warnings=len(once) - blocking,
        repeated=len(alarms),
    )


def distinct_alarms(outcomes: Iterable[Outcome]) -> Sequence[tuple[Outcome, Finding]]:
    """Every false alarm once, with the first outcome that has it."""
    once: dict[object, tuple[Outcome, Finding]] = {}
    for outcome in outcomes:
        for alarm in outcome.false_alarms:
            once.setdefault(_signature(outcome.trial.story, alarm), (outcome, alarm))
    return list(once.values())


def _signature(story: str, finding: Finding) -> object:
    return story, finding.kind, frozenset(finding.evidence)
