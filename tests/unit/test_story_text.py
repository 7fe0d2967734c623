"""Sentences, quotations, speakers and facts."""

import pytest

from adapters.languages import LANGUAGES, detect_language, load_language
from domain.errors import LanguageMissing
from domain.story.bible import Bible
from domain.story.reading import ChapterReading, ChapterText, read_chapter
from domain.story.text.quotations import quotations
from domain.story.text.sentences import paragraphs, sentences

CAST = Bible.model_validate(
    {
        "characters": [
            {"name": "Anna Kovacs", "aliases": ["the surgeon"]},
            {"name": "Tomas Reed"},
            {"name": "Claire Moreau"},
            {"name": "Antoine"},
        ]
    }
)


def read(text: str, code: str = "en") -> ChapterReading:
    return read_chapter(ChapterText(number=3, text=text), CAST, load_language(code))


def said(text: str, code: str = "en") -> list[tuple[str | None, str]]:
    return [(each.speaker, each.text) for each in read(text, code).utterances]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Reed came. He sat.", ["Mr. Reed came.", "He sat."]),
        (
            "J. R. Hale wrote it. Why? Nobody knew!",
            ["J. R. Hale wrote it.", "Why?", "Nobody knew!"],
        ),
        ("He waited... and left. So did I.", ["He waited... and left.", "So did I."]),
        ("No end", ["No end"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    abbreviations = frozenset(load_language("en").abbreviations)
    (whole,) = paragraphs(text)
    assert [each.of(text) for each in sentences(text, whole, abbreviations)] == expected


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("“Go,” she said. “Now.”", "en", ["Go,", "Now."]),
        ('"Go," she said. "Now."', "en", ["Go,", "Now."]),
        ("‘It’s late,’ he said.", "en", ["It’s late,"]),
        ("“One.\n\n“Two.”", "en", ["One.", "Two."]),
        ("« Venez », dit-elle.", "fr", [" Venez "]),
        ("— Venez, dit-elle en riant. Vite.", "fr", ["Venez", "Vite."]),
        ("Nobody said a word.", "en", []),
    ],
)
def test_quotations(text: str, code: str, expected: list[str]) -> None:
    assert [each.span.of(text) for each in quotations(text, load_language(code))] == expected


def test_speakers_by_name_pronoun_and_turn() -> None:
    text = (
        "“You came,” said Anna.\n\n“I did,” Tomas replied.\n\n“Why?”\n\n“Because.”\n\n"
        "Tomas put down the cup. “It is cold,” he said."
    )
    assert [speaker for speaker, _ in said(text)] == [
        "Anna Kovacs",
        "Tomas Reed",
        "Anna Kovacs",
        "Tomas Reed",
        "Tomas Reed",
    ]


def test_nobody_speaks_where_it_is_not_plain() -> None:
    assert said("Anna and Tomas looked at each other.\n\n“Who is there?”") == [
        (None, "Who is there?")
    ]


def test_words_that_go_on_are_the_same_speakers() -> None:
    text = "“It began in May,” said Anna. “I was young.\n\n“It ended in June.”"
    assert {speaker for speaker, _ in said(text)} == {"Anna Kovacs"}


def test_french_speakers() -> None:
    text = "— Tu viens ? demanda Claire.\n\n— Oui, répondit Antoine.\n\n— Bien."
    assert said(text, "fr") == [
        ("Claire Moreau", "Tu viens"),
        ("Antoine", "Oui"),
        ("Claire Moreau", "Bien."),
    ]


def test_a_pronoun_behind_its_verb_speaks() -> None:
    text = "Claire décrocha. « Je ne viens pas, dit-elle. Mon frère arrive. » Antoine soupira."
    assert [speaker for speaker, _ in said(text, "fr")] == ["Claire Moreau", "Claire Moreau"]


def test_who_has_been_said_to_speak_goes_on() -> None:
    text = "“No,” said Anna. “He is not here.” Tomas nodded."
    assert [speaker for speaker, _ in said(text)] == ["Anna Kovacs", "Anna Kovacs"]
    text = "“No,” said Anna. Tomas turned. “He is not here.” Tomas nodded."
    assert [speaker for speaker, _ in said(text)] == ["Anna Kovacs", "Tomas Reed"]


def test_utterances_start_where_they_stand() -> None:
    text = "« Venez », dit Claire."
    (utterance,) = read(text, "fr").utterances
    assert text[utterance.start :].startswith(utterance.text) and utterance.text == "Venez"


def test_facts_are_plain_statements_with_their_words() -> None:
    text = (
        "Anna had green eyes. If Tomas had blue eyes, nobody knew. Tomas was not bald.\n\n"
        "Tomas died at noon."
    )
    facts = {(each.subject, each.predicate): each for each in read(text).facts}
    assert facts[("Anna Kovacs", "eyes")].object == "green"
    assert facts[("Tomas Reed", "alive")].object == "no"
    assert ("Tomas Reed", "eyes") not in facts and ("Tomas Reed", "hair") not in facts
    assert all(each.source.quote in text and each.source.chapter == 3 for each in facts.values())


def test_that_somebody_has_hair_is_no_fact() -> None:
    facts = read("Anna Kovacs pinned up her blonde hair.").facts
    assert [(each.predicate, each.object) for each in facts] == [("hair", "blond")]


def test_who_is_present() -> None:
    assert read("Anna waited. The rain fell.").present == ("Anna Kovacs",)


def test_languages_are_told_apart() -> None:
    assert LANGUAGES == ("en", "fr")
    assert detect_language("The cat sat on the mat and it was not amused.") == "en"
    assert detect_language("Le chat était sur le tapis et il ne bougeait pas.") == "fr"
    with pytest.raises(LanguageMissing, match="there are: en, fr"):
        load_language("xx")
