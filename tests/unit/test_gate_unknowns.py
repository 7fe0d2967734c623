"""What a check cannot know is named, and what it cannot read does not pass."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.gate import check, prepare
from domain.story.coherence.unknowns import reads_as
from domain.story.coherence.verdict import Verdict
from domain.story.reading import ChapterText

GREY = "Ines Varga came in. Her grey eyes were tired, and she said nothing to anybody."
BROWN = "Ines Varga stood at the gate. Her brown eyes were wide open, and she waited."
GERMAN = (
    "Die Glocke läutete, als Ines das Haus verließ. Sie hatte den Schlüssel in der Tasche und ging "
    "langsam die Straße hinab, denn niemand wartete auf sie."
)
PEOPLE = Bible.model_validate({"characters": [{"name": "Ines Varga", "aliases": ["Ines"]}]})


def judged(
    draft: str, *earlier: tuple[int, str], number: int = 2, bible: Bible = PEOPLE
) -> Verdict:
    chapters = [ChapterText(number=at, text=text) for at, text in earlier]
    text = ChapterText(number=number, text=draft)
    return check(prepare(load_language("en"), bible, chapters, text))


def reasons(verdict: Verdict) -> dict[str, str]:
    return {each.check: each.reason for each in verdict.skipped}


def test_what_comes_after_the_draft_is_not_held_against_it() -> None:
    assert [each.kind for each in judged(BROWN, (1, GREY)).findings] == ["attribute"]
    verdict = judged(BROWN, (9, GREY), (3, GREY))
    assert not verdict.findings
    assert reasons(verdict)["later chapters"].endswith(": 3, 9")
    assert "earlier chapters" in reasons(verdict)
    assert "later chapters" not in reasons(judged(BROWN, (1, GREY)))


def test_a_draft_that_cannot_be_read_does_not_pass() -> None:
    verdict = judged(GERMAN, (1, GREY))
    assert not verdict.acceptable
    assert "language" in reasons(verdict)
    assert verdict.findings[0].evidence[0].quote in GERMAN


def test_an_earlier_chapter_that_cannot_be_read_is_named() -> None:
    verdict = judged(BROWN, (1, GERMAN))
    assert verdict.acceptable
    assert reasons(verdict)["language of earlier chapters"].endswith(": 1")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", BROWN, True),
        ("en", "Ines shouted.", True),  # too short to tell
        ("en", "Elena's brother Tom said nothing. Elena blinked.", True),
        ("en", "", True),
        ("en", GERMAN, False),
        ("en", "他走了。她哭了，门外下着雨，没有人来。", False),
        ("en", "La cloche sonna, et Ines sortit de la maison sans un mot.", False),
        ("fr", "La cloche sonna, et Ines sortit de la maison sans un mot.", True),
        ("fr", BROWN, False),
    ],
)
def test_a_language_is_told_by_its_function_words(language: str, text: str, expected: bool) -> None:
    assert reads_as(load_language(language), text) is expected


def test_a_name_of_two_is_named() -> None:
    bible = Bible.model_validate(
        {
            "characters": [
                {"name": "Anna Weiss", "aliases": ["Anna"], "attributes": {"eyes": "green"}},
                {"name": "Anna Berg", "aliases": ["anna"]},
                {"name": "Tom Reed", "aliases": ["Tom", "tom"], "attributes": {"eyes": "blue"}},
                {"name": "Ida Lund", "attributes": {"eyes": "blue"}},
                {"name": "Ida Lund", "attributes": {"eyes": "brown"}},
            ]
        }
    )
    found = reasons(judged(BROWN, (1, GREY), bible=bible))
    assert "Anna Weiss, Anna Berg" in found["name: Anna"]
    assert {name for name in found if name.startswith("name: ")} == {"name: Anna", "name: Ida Lund"}
