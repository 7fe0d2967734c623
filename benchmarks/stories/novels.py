"""Novels as they come, cut into chapters: every finding in them is taken for a false alarm."""

import ast
import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.stories.trials import Trial
from domain.story.bible import Bible, Character
from domain.story.reading import ChapterText

_WORDS = 3000  # in a chapter
_BEFORE = 5  # chapters that are approved when one is checked
LABELS = ("no bible", "names")
"""What a novel is checked with; a trial's story is the novel's name and one of these."""


def novel_trials(folder: Path) -> Iterable[Trial]:
    """Every chapter of every `NAME/novel_text.txt`, twice: without a bible, and with one of the
    names in `NAME/character_info.csv`."""
    for path in sorted(folder.glob("*/novel_text.txt")):
        chapters = tuple(_chapters(path.read_text("utf-8", errors="replace")))
        for label, bible in zip(LABELS, (Bible(), _names(path.parent)), strict=True):
            for at, draft in enumerate(chapters):
                before = chapters[max(0, at - _BEFORE) : at]
                yield Trial(f"{path.parent.name}, {label}", "en", False, bible, before, draft)


def _chapters(text: str) -> Iterable[ChapterText]:
    paragraphs: list[str] = []
    words = number = 0
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        paragraphs.append(paragraph)
        words += len(paragraph.split())
        if words >= _WORDS:
            number += 1
            yield ChapterText(number=number, text="\n\n".join(paragraphs))
            paragraphs, words = [], 0
    if words:
        yield ChapterText(number=number + 1, text="\n\n".join(paragraphs))


def _names(folder: Path) -> Bible:
    """A bible of names: character_info.csv has aliases written as a Python set of strings."""
    with (folder / "character_info.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Bible(
        characters=tuple(
            Character(
                name=row["Main Name"],
                aliases=tuple(sorted(set(ast.literal_eval(row["Aliases"])) - {row["Main Name"]})),
            )
            for row in rows
        )
    )
