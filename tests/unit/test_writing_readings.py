"""Chapters are taken apart once for the same cast, and not for ever kept."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible, Character
from domain.story.coherence import gate
from domain.story.coherence.gate import prepare, read_with
from domain.story.extraction.told import Told
from domain.story.reading import ChapterReading, ChapterText
from domain.story.text.cast import Cast
from jobs.writing.readings import Readings

BIBLE = Bible(characters=(Character(name="Mara"), Character(name="Tobias")))
CHAPTERS = [
    ChapterText(number=number, text=f"Mara had {what}. Tobias came to her door.")
    for number, what in enumerate(["a lamp", "a boat", "a dog", "a coat", "no time"], start=1)
]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the chapters that are taken apart."""
    numbers: list[int] = []

    def counting(chapter: ChapterText, cast: Cast) -> tuple[Told, ChapterReading]:
        numbers.append(chapter.number)
        return read_with(chapter, cast)

    monkeypatch.setattr("jobs.writing.readings.read_with", counting)
    return numbers


def check(readings: Readings, draft: ChapterText, bible: Bible = BIBLE) -> None:
    """The case is the same as without what is kept."""
    earlier = [each for each in CHAPTERS if each.number < draft.number]
    case = prepare(load_language("en"), bible, earlier, draft, read=readings)
    fresh = prepare(load_language("en"), bible, earlier, draft)
    assert (case.earlier, case.draft) == (fresh.earlier, fresh.draft)
    assert [each.text for each in case.told] == [each.text for each in fresh.told]
    assert gate.check(case) == gate.check(fresh)


def test_only_what_is_new_is_read(read: list[int]) -> None:
    readings = Readings()
    for chapter in CHAPTERS:
        check(readings, chapter)
    assert read == [1, 2, 3, 4, 5]
    check(readings, ChapterText(number=5, text="Mara had no lamp."))
    assert read == [1, 2, 3, 4, 5, 5]


def test_who_is_new_is_looked_for_where_their_name_is(read: list[int]) -> None:
    readings = Readings()
    check(readings, CHAPTERS[2])
    assert read == [1, 2, 3]
    again: list[int]
    for name, again in (("Ismay Vole", []), ("the lamp", [1]), ("Tobias Roe", [1, 2, 3])):
        read.clear()
        people = (*BIBLE.characters, Character(name=name))
        check(readings, CHAPTERS[2], Bible(characters=people))
        assert read == again


def test_there_is_room_for_so_much(read: list[int]) -> None:
    readings = Readings(kept_characters=len(CHAPTERS[0].text) * 2)
    check(readings, CHAPTERS[2])
    check(readings, CHAPTERS[2])
    assert read == [1, 2, 3] * 2
