"""Who is speaking? `python -m benchmarks.voice NOVEL...`.

NOVEL is a folder with `quotation_info.csv`, one quotation a row, in the order of the text, its
`speaker` and `quoteText`; or a folder of such folders. The measures are the gate's own.

How speakers and stretches are chosen: a speaker's quotations are put on end and cut into stretches
of so many words, what is left over is dropped. Speakers with at least two stretches take part
(`--stretches`), in novels with two such speakers or more. Each stretch is left out in turn: the
frequent features, their z-scores and the speakers' centroids come from all the other stretches of
the novel, and the nearest centroid is the answer. Accuracy is over all stretches of all novels;
chance is that of a guess among a novel's speakers, `most` that of always naming the speaker with
the most stretches. Two more columns say what the gate makes of it: how often it would warn of a
stretch under its true speaker's name, and under each other speaker's name.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from domain.story.coherence.voice import sounds_like_another
from domain.story.coherence.voice_profiles import Distances, Sample, Voices, cut

_METHODS: Mapping[str, Callable[[Voices, Sample], Distances]] = {
    "Burrows's Delta": lambda voices, sample: voices.words.distances(sample),
    "character 3-grams": lambda voices, sample: voices.grams.distances(sample),
    "both (the gate)": Voices.distances,
}

Novel = Mapping[str, Sequence[Sample]]
"""By speaker."""


@dataclass
class Tally:
    """What became of all stretches of one size."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_METHODS, 0))
    stretches: int = 0
    speakers: int = 0
    chance: float = 0.0
    most: int = 0
    false_warnings: int = 0
    exchanged: int = 0
    found: int = 0


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voice", description=__doc__)
    parser.add_argument("novels", nargs="+", type=Path, metavar="NOVEL")
    parser.add_argument("--words", nargs="+", type=int, default=[200, 500, 1000])
    parser.add_argument("--stretches", type=int, default=2, help="a speaker has at least so many")
    options = parser.parse_args()
    if min(options.words) < 1 or options.stretches < 2:
        parser.error("a stretch has words, and a speaker two stretches or more")
    folders = sorted(_folders(options.novels))
    if not folders:
        parser.error("no quotation_info.csv in there")
    console = Console(width=110)
    console.print(f"{describe()}, {len(folders)} novels\n")
    table = Table(title="Dialogue to its speaker", title_justify="left")
    for heading in ("words", "method"):
        table.add_column(heading)
    for heading in ("accuracy", "chance", "most", "stretches", "speakers", "warned", "exchanged"):
        table.add_column(heading, justify="right")
    for words in options.words:
        tally = Tally()
        for folder in folders:
            _leave_one_out(_novel(folder, words, options.stretches), tally)
        _add_rows(table, words, tally)
    console.print(table)
    return 0


def _folders(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        yield from (found.parent for found in path.glob("quotation_info.csv"))
        yield from (found.parent for found in path.glob("*/quotation_info.csv"))


def _novel(folder: Path, words: int, stretches: int) -> Novel:
    said: dict[str, list[str]] = {}
    with (folder / "quotation_info.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["speaker"], []).append(row["quoteText"])
    samples = {speaker: cut(lines, words) for speaker, lines in said.items()}
    return {
        speaker: [Sample.of(text) for text in texts]
        for speaker, texts in samples.items()
        if len(texts) >= stretches
    }


def _leave_one_out(novel: Novel, tally: Tally) -> None:
    if len(novel) < 2:
        return
    tally.speakers += len(novel)
    tally.most += max(map(len, novel.values()))
    for speaker, own in novel.items():
        for place, sample in enumerate(own):
            voices = Voices({**novel, speaker: [*own[:place], *own[place + 1 :]]})
            tally.stretches += 1
            tally.chance += 1 / len(novel)
            for method, measure in _METHODS.items():
                distances = measure(voices, sample)
                tally.right[method] += min(distances, key=distances.__getitem__) == speaker
            warned = {name: sounds_like_another(voices, name, sample) for name in novel}
            tally.false_warnings += warned.pop(speaker)
            tally.found += sum(warned.values())
            tally.exchanged += len(warned)


def _add_rows(table: Table, words: int, tally: Tally) -> None:
    stretches = tally.stretches or 1
    for method, right in tally.right.items():
        last = method == list(tally.right)[-1]
        table.add_row(
            str(words),
            method,
            f"{right / stretches:.1%}",
            f"{tally.chance / stretches:.1%}",
            f"{tally.most / stretches:.1%}",
            str(tally.stretches),
            str(tally.speakers),
            f"{tally.false_warnings / stretches:.1%}" if last else "",
            f"{tally.found / (tally.exchanged or 1):.1%}" if last else "",
            end_section=last,
        )


if __name__ == "__main__":
    sys.exit(main())
