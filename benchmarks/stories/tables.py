"""The benchmark's tables and lists."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.stories.retrieval import Lookups
from benchmarks.stories.scoring import Outcome, Score, distinct_alarms, score
from benchmarks.stories.story import Difficulty, Kind
from domain.story.coherence.verdict import Finding, Severity

_HEADINGS = (
    "planted",
    "found",
    "recall",
    "right kind",
    "herrings",
    "fooled",
    "false: blocking",
    "warning",
    "precision",
)

_MOST_REASONS = 10  # that are listed
_NUMBER = re.compile(r"\d+")


def by_half(halves: Mapping[str, Sequence[Outcome]]) -> Mapping[str, Score]:
    """A score for each half, for each language in it, and for all."""
    scores = {}
    for half, outcomes in halves.items():
        scores[half] = score(outcomes)
        for language in sorted({each.trial.language for each in outcomes}):
            scores[f"{half}, {language}"] = score(
                each for each in outcomes if each.trial.language == language
            )
    return scores | {"all": score(each for half in halves.values() for each in half)}


def by_edit(outcomes: Iterable[Outcome]) -> Mapping[str, Score]:
    """A score for each kind of edit, then for each difficulty. False alarms elsewhere in the
    text belong to no kind of edit and are left out."""
    edited = [
        (each.trial.edit, Outcome(each.trial, each.at_edit, (), ()))
        for each in outcomes
        if each.trial.edit is not None
    ]
    words = (*Kind, *Difficulty)
    return {
        word: score(each for edit, each in edited if word in {edit.kind, edit.difficulty})
        for word in words
    }


def print_scores(title: str, scores: Mapping[str, Score], console: Console) -> None:
    """One row a score."""
    table = Table(title=title, title_justify="left")
    for heading in ("", *_HEADINGS):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=not heading)
    for name, counts in scores.items():
        table.add_row(
            name,
            f"{counts.planted}",
            f"{counts.found}",
            f"{counts.recall:.0%}",
            f"{counts.kind_right}",
            f"{counts.herrings}",
            f"{counts.fooled}",
            f"{counts.blocking}",
            f"{counts.warnings}",
            f"{counts.precision:.0%}",
        )
    console.print(table)


def clean_figures(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """What was said of clean text, and how much that was."""
    counts = score(outcomes)
    words = sum(len(each.trial.draft.text.split()) for each in outcomes)
    return {
        "words": words,
        "blocking": counts.blocking,
        "warnings": counts.warnings,
        "information": sum(len(each.information) for each in outcomes),
        "blocking_per_10000_words": 10_000 * counts.blocking / words if words else 0.0,
    }


def print_clean(title: str, rows: Mapping[str, Mapping[str, float]], console: Console) -> None:
    """False alarms on clean text."""
    table = Table(title=title, title_justify="left")
    for heading in ("", "words", "blocking", "warnings", "information", "blocking / 10,000 words"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=not heading)
    for name, figures in rows.items():
        *counts, rate = figures.values()
        table.add_row(name, *(f"{count:,.0f}" for count in counts), f"{rate:.2f}")
    console.print(table)


def print_lookups(lookups: Mapping[str, Lookups], console: Console) -> None:
    """How many of the passages that have a name are found by it."""
    table = Table(title="Retrieval by exact name", title_justify="left")
    for heading in ("", "names", "passages that have one", "found", "share"):
        table.add_column(heading, justify="right" if heading else "left")
    total = Lookups(*(sum(column) for column in zip(*lookups.values(), strict=True)))
    for story, (names, mentioning, found) in (*lookups.items(), ("all", total)):
        share = found / mentioning if mentioning else 1.0
        table.add_row(story, f"{names}", f"{mentioning}", f"{found}", f"{share:.1%}")
    console.print(table)


def print_skipped(outcomes: Sequence[Outcome], console: Console) -> None:
    """The checks that could not be made, and why: what was not checked raises no false alarm."""
    counts = Counter(
        (each.check.partition(":")[0], _NUMBER.sub("N", each.reason))
        for outcome in outcomes
        for each in outcome.skipped
    )
    table = Table(title=f"Checks skipped in {len(outcomes)} drafts", title_justify="left")
    table.add_column("check")
    table.add_column("reason")
    table.add_column("times", justify="right")
    for (check, reason), times in counts.most_common(_MOST_REASONS):
        table.add_row(check, escape(reason), f"{times}")
    console.print(table)


def print_misses(outcomes: Sequence[Outcome], console: Console) -> None:
    """The planted errors that were not found, then the false alarms, blocking ones first."""
    for outcome in outcomes:
        edit = outcome.trial.edit
        if edit is not None and outcome.trial.planted and not outcome.found:
            told = "; told only: " + outcome.information[0].message if outcome.information else ""
            console.print(
                f"[bold]missed[/] {outcome.trial.story}, {edit.kind}, {edit.difficulty}\n"
                f"  {escape(edit.text)}\n  [dim]{escape(edit.why + told)}[/]",
                soft_wrap=True,
            )
    print_alarms(outcomes, console)


def print_alarms(outcomes: Sequence[Outcome], console: Console) -> None:
    """The false alarms, blocking ones first."""
    alarms = sorted(
        distinct_alarms(outcomes), key=lambda each: each[1].severity is not Severity.BLOCKING
    )
    for outcome, alarm in alarms:
        console.print(
            f"[bold red]false alarm[/] {outcome.trial.story} "
            f"chapter {outcome.trial.draft.number}: {_describe(alarm)}",
            soft_wrap=True,
        )
        if outcome.fooled and outcome.trial.edit is not None and alarm in outcome.at_edit:
            console.print(f"  [dim]herring: {escape(outcome.trial.edit.why)}[/]", soft_wrap=True)


def _describe(finding: Finding) -> str:
    quotes = "".join(f"\n  {each.source}: {each.quote}" for each in finding.evidence)
    return escape(f"{finding.severity} {finding.kind}: {finding.message}{quotes}")
