"""How good the gate is: `python -m benchmarks.coherence [--novels FOLDER] [--show] [--json]`.

Errors and red herrings planted into stories of our own, and clean text: recall, precision, and
false alarms, with no language model. Half of the stories are held out: whoever works on the gate
looks at the misses of the development half only.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track

from adapters.languages import load_language
from benchmarks.machine import describe
from benchmarks.stories.novels import novel_trials
from benchmarks.stories.scoring import Outcome, judge
from benchmarks.stories.story import stories
from benchmarks.stories.tables import (
    by_edit,
    by_half,
    clean_figures,
    print_alarms,
    print_clean,
    print_misses,
    print_scores,
)
from benchmarks.stories.trials import Trial, clean_trials, edited_trials
from domain.story.coherence.gate import check, prepare

_HALVES = {"development": False, "held out": True}


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coherence", description=__doc__)
    parser.add_argument("--novels", type=Path, help="folder of NAME/novel_text.txt: clean text")
    parser.add_argument("--show", action="store_true", help="list misses and false alarms")
    parser.add_argument("--held-out", action="store_true", help="--show lists the held-out half")
    parser.add_argument("--json", action="store_true", help="print figures as JSON, no tables")
    options = parser.parse_args()
    console = Console(width=110, quiet=options.json)
    clean, edited = (
        _outcomes([trial for story in stories() for trial in trials(story)], what)
        for trials, what in ((clean_trials, "clean stories"), (edited_trials, "planted"))
    )
    every = (*clean, *edited)
    halves = {
        name: [each for each in every if each.trial.held_out is held]
        for name, held in _HALVES.items()
    }
    tables = {"halves": by_half(halves)} | {name: by_edit(half) for name, half in halves.items()}
    clean_rows = {
        name: clean_figures([each for each in clean if each.trial.held_out is held])
        for name, held in _HALVES.items()
    }
    novels = _outcomes(list(novel_trials(options.novels)), "novels") if options.novels else []
    clean_rows |= {name: clean_figures(_of(novels, name)) for name in _named(novels)}
    if options.json:
        figures = {
            table: {
                name: asdict(counts) | {"recall": counts.recall, "precision": counts.precision}
                for name, counts in scores.items()
            }
            for table, scores in tables.items()
        }
        sys.stdout.write(json.dumps(figures | {"clean": clean_rows}, indent=2) + "\n")
        return 0
    console.print(f"{describe()}\n")
    print_scores("Planted errors and herrings, no language model", tables.pop("halves"), console)
    for name, scores in tables.items():
        print_scores(f"By kind and difficulty: {name}", scores, console)
    print_clean("False alarms on clean text", clean_rows, console)
    if options.show:
        print_misses(halves["held out" if options.held_out else "development"], console)
        print_alarms(novels, console)
    return 0


def _outcomes(trials: Sequence[Trial], what: str) -> list[Outcome]:
    progress = track(trials, what, console=Console(stderr=True), transient=True)
    return [_checked(trial) for trial in progress]


def _checked(trial: Trial) -> Outcome:
    language = load_language(trial.language)
    return judge(trial, check(prepare(language, trial.bible, trial.chapters, trial.draft)))


def _named(outcomes: Iterable[Outcome]) -> Sequence[str]:
    return list(dict.fromkeys(each.trial.story for each in outcomes))


def _of(outcomes: Iterable[Outcome], story: str) -> Sequence[Outcome]:
    return [each for each in outcomes if each.trial.story == story]


if __name__ == "__main__":
    sys.exit(main())
