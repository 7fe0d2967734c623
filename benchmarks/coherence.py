"""How good the gate is: `python -m benchmarks.coherence [--novels FOLDER] [--show] [--json]`.

Errors and red herrings planted into stories of our own, and clean text: recall, precision, and
false alarms, with no language model; and passages found by exact name. Half of the stories are
held out: whoever works on the gate looks at the misses of the development half only.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track

from adapters.languages import load_language
from benchmarks.machine import describe
from benchmarks.stories.novels import LABELS, novel_trials
from benchmarks.stories.retrieval import Lookups, look_up_names
from benchmarks.stories.scoring import Outcome, Score, judge
from benchmarks.stories.story import stories
from benchmarks.stories.tables import (
    by_edit,
    by_half,
    clean_figures,
    print_alarms,
    print_clean,
    print_lookups,
    print_misses,
    print_scores,
    print_skipped,
)
from benchmarks.stories.trials import Trial, clean_trials, edited_trials
from domain.story.coherence.gate import check, prepare
from jobs.writing.readings import Readings

_READINGS = Readings()
_HALVES = {"development": False, "held out": True}


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coherence", description=__doc__)
    parser.add_argument("--novels", type=Path, help="folder of NAME/novel_text.txt: clean text")
    parser.add_argument("--stories", nargs="+", metavar="SLUG", help="these alone, not all")
    parser.add_argument("--show", action="store_true", help="list misses and false alarms")
    parser.add_argument("--held-out", action="store_true", help="--show lists the held-out half")
    parser.add_argument("--json", action="store_true", help="print figures as JSON, no tables")
    options = parser.parse_args()
    chosen = [story for story in stories() if story.slug in (options.stories or [story.slug])]
    clean, edited = (
        _outcomes([trial for story in chosen for trial in trials(story)], what)
        for trials, what in ((clean_trials, "clean stories"), (edited_trials, "planted"))
    )
    novels = _outcomes(list(novel_trials(options.novels)), "novels") if options.novels else []
    halves = _by_half([*clean, *edited])
    scores = {"halves": by_half(halves)} | {name: by_edit(half) for name, half in halves.items()}
    clean_rows = {name: clean_figures(half) for name, half in _by_half(clean).items()}
    clean_rows |= _novel_rows(novels)
    lookups = {story.slug: look_up_names(story) for story in chosen}
    if options.json:
        _write_json(scores, clean_rows, lookups)
        return 0
    console = Console(width=120)
    console.print(f"{describe()}\n")
    titles = ("Planted errors and herrings; a false alarm counts once a story", *halves)
    for title, table in zip(titles, scores.values(), strict=True):
        print_scores(title.capitalize(), table, console)
    print_clean("False alarms on clean text", clean_rows, console)
    print_lookups(lookups, console)
    print_skipped([*clean, *edited, *novels], console)
    if options.show:
        print_misses(halves["held out" if options.held_out else "development"], console)
        print_alarms(novels, console)
    return 0


def _outcomes(trials: Sequence[Trial], what: str) -> list[Outcome]:
    progress = track(trials, what, console=Console(stderr=True), transient=True)
    return [_checked(trial) for trial in progress]


def _checked(trial: Trial) -> Outcome:
    language, bible = load_language(trial.language), trial.bible
    case = prepare(
        language, bible, trial.chapters, trial.draft, read=_READINGS, look=_READINGS.look
    )
    return judge(trial, check(case))


def _by_half(outcomes: Sequence[Outcome]) -> Mapping[str, Sequence[Outcome]]:
    return {
        name: [each for each in outcomes if each.trial.held_out is held]
        for name, held in _HALVES.items()
    }


def _novel_rows(outcomes: Sequence[Outcome]) -> Mapping[str, Mapping[str, float]]:
    """A row for each novel with each kind of bible, and one for all of them."""
    rows = {}
    for label in LABELS if outcomes else ():
        labelled = [each for each in outcomes if each.trial.story.endswith(label)]
        for name in dict.fromkeys(each.trial.story for each in labelled):
            rows[name] = clean_figures([each for each in labelled if each.trial.story == name])
        rows[f"all novels, {label}"] = clean_figures(labelled)
    return rows


def _write_json(
    scores: Mapping[str, Mapping[str, Score]],
    clean: Mapping[str, Mapping[str, float]],
    lookups: Mapping[str, Lookups],
) -> None:
    figures = {
        table: {
            name: asdict(counts) | {"recall": counts.recall, "precision": counts.precision}
            for name, counts in rows.items()
        }
        for table, rows in scores.items()
    }
    retrieval = {name: each._asdict() for name, each in lookups.items()}
    report = {**figures, "clean": clean, "retrieval": retrieval}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
