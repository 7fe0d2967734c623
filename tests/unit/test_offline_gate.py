"""What the offline author writes goes together, but for what an instruction makes it write."""

import pytest

from adapters.languages import load_language
from domain.story.coherence.gate import check, prepare
from domain.story.coherence.verdict import Severity, Verdict
from domain.story.reading import ChapterText, read_chapter
from tests.unit.offline_stories import BIBLES, chapter

QUIET = {
    "en": ("Mara Quill comes to the ropewalk.", "Osric and Mara Quill search Candle Street."),
    "fr": ("Odile arrive au lavoir.", "Anselme et Odile fouillent la halle."),
}


def judged(language: str, instruction: str) -> Verdict:
    draft = ChapterText(number=2, text=chapter(language, instruction, 700))
    return check(prepare(load_language(language), BIBLES[language], (), draft))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_contradicts_nothing_by_itself(language: str) -> None:
    earlier: list[ChapterText] = []
    for number, instruction in enumerate(QUIET[language], 1):
        draft = ChapterText(number=number, text=chapter(language, instruction, 1000))
        verdict = check(prepare(load_language(language), BIBLES[language], earlier, draft))
        assert verdict.findings == ()
        earlier.append(draft)


@pytest.mark.parametrize(
    ("language", "instruction"),
    [
        ("en", "Mara's eyes are green."),
        ("en", "Beatrix Low opens the door and greets Osric."),
        ("fr", "Les yeux d'Odile sont verts."),
        ("fr", "Basile ouvre la porte et salue Anselme."),
    ],
)
def test_a_contradiction_that_is_asked_for_is_caught(language: str, instruction: str) -> None:
    verdict = judged(language, instruction)
    assert [each.severity for each in verdict.findings] == [Severity.BLOCKING]
    assert not verdict.acceptable


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_speaker_is_known_to_the_reader(language: str) -> None:
    text = ChapterText(number=1, text=chapter(language, "", 1000))
    reading = read_chapter(text, BIBLES[language], load_language(language))
    assert len(reading.utterances) > 20
    assert {each.speaker for each in reading.utterances} <= {
        character.name for character in BIBLES[language].characters
    }
