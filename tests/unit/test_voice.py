"""Voices: whose dialogue is whose, and what is said where too little is said."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.case import Case
from domain.story.coherence.verdict import Severity
from domain.story.coherence.voice import VoiceConsistencyAnalyzer
from domain.story.coherence.voice_profiles import Sample, Voices, cut, margin, nearest_other
from domain.story.reading import ChapterReading, ChapterText, Utterance

ANALYSER = VoiceConsistencyAnalyzer()
THINGS = ("tide", "net", "ledger", "lantern", "mare", "orchard", "kettle", "roof", "bell", "fence")
PLACES = ("harbour", "mill", "chapel", "market", "quarry", "station", "garden", "bridge")

FORMAL = (
    "I should be most obliged, my dear fellow, if you would be so good as to consider the {0} in "
    "the {1}, which is, I fear, of rather greater consequence than one might have supposed.",
    "Permit me to observe that the {0} was never intended for the {1}; indeed, I believe that it "
    "would have been altogether wiser to leave the matter as it stood.",
    "One cannot but regret, upon reflection, that the {0} which we had seen by the {1} has been "
    "so very thoroughly neglected.",
)
BLUNT = (
    "Ain't no use, mate. Them {0}s down the {1}? Gone. All gone, I tell you!",
    "Look here! You get that {0} off the {1}, quick, or there's trouble. Got it? Good.",
    "Never seen nothing like it. A {0}! Right by the {1}! What d'you make of that, eh?",
)


def lines(manner: Sequence[str], words: int, start: int = 0) -> list[str]:
    """So many words in one manner, about ever different things."""
    said: list[str] = []
    turn = start
    while sum(len(line.split()) for line in said) < words:
        thing, place = THINGS[turn % len(THINGS)], PLACES[(turn * 3 + turn // 10) % len(PLACES)]
        said.append(manner[turn % len(manner)].format(thing, place))
        turn += 1
    return said


def reading(number: int, *said: tuple[str | None, str]) -> ChapterReading:
    """A chapter of nothing but dialogue."""
    text, utterances = "", []
    for speaker, line in said:
        utterances.append(Utterance(speaker=speaker, text=line, start=len(text) + 1))
        text += f"“{line}”\n\n"
    return ChapterReading(
        chapter=ChapterText(number=number, text=text), utterances=tuple(utterances)
    )


def spoken(name: str, manner: Sequence[str], words: int, start: int = 0) -> list[tuple[str, str]]:
    return [(name, line) for line in lines(manner, words, start)]


def case(draft: ChapterReading, *earlier: ChapterReading) -> Case:
    return Case(load_language("en"), Bible(), earlier, draft)


APPROVED = reading(1, *spoken("Ilmar", FORMAL, 1600), *spoken("Dob", BLUNT, 1600))


def test_a_character_who_speaks_like_another_is_pointed_out() -> None:
    draft = reading(2, *spoken("Ilmar", BLUNT, 600, start=7), *spoken("Dob", BLUNT, 600, start=9))
    analysis = ANALYSER.analyse(case(draft, APPROVED))
    assert [finding.severity for finding in analysis.findings] == [Severity.WARNING]
    finding = analysis.findings[0]
    assert finding.message.startswith("Ilmar's dialogue") and "voice of Dob" in finding.message
    texts = {"draft": draft.chapter.text, "chapter 1": APPROVED.chapter.text}
    assert {evidence.source for evidence in finding.evidence} == set(texts)
    assert all(evidence.quote in texts[evidence.source] for evidence in finding.evidence)


def test_characters_who_speak_as_ever_are_left_alone() -> None:
    draft = reading(2, *spoken("Ilmar", FORMAL, 600, start=5), *spoken("Dob", BLUNT, 600, start=8))
    analysis = ANALYSER.analyse(case(draft, APPROVED))
    assert not analysis.findings and not analysis.skipped


def test_a_voice_in_between_is_no_finding() -> None:
    mixed = [*spoken("Ilmar", FORMAL, 300, start=3), *spoken("Ilmar", BLUNT, 300, start=4)]
    assert not ANALYSER.analyse(case(reading(2, *mixed), APPROVED)).findings


@pytest.mark.parametrize(
    ("draft", "earlier", "reason"),
    [
        ([], [APPROVED], "not enough evidence (0 words, 500 needed)"),
        ([("Dob", "Eh? " * 30)], [APPROVED], "not enough evidence (30 words, 500 needed)"),
        (
            spoken("Dob", BLUNT, 600),
            [reading(1, ("Dob", "Eh? " * 40))],
            "not enough evidence (40 words in the approved chapters, 500 needed)",
        ),
        (
            spoken("Dob", BLUNT, 600),
            [reading(1, *spoken("Dob", BLUNT, 900))],
            "not enough evidence (only Dob has 500 approved words to compare with)",
        ),
        ([(None, "Who was that? " * 300)], [APPROVED], "not enough evidence (0 words, 500 needed)"),
    ],
)
def test_too_little_dialogue_is_named_as_such(
    draft: list[tuple[str | None, str]], earlier: list[ChapterReading], reason: str
) -> None:
    analysis = ANALYSER.analyse(case(reading(2, *draft), *earlier))
    assert not analysis.findings
    assert [skipped.reason for skipped in analysis.skipped] == [reason]


def test_the_same_case_is_answered_the_same() -> None:
    draft = reading(2, *spoken("Ilmar", BLUNT, 700, start=2))
    assert ANALYSER.analyse(case(draft, APPROVED)) == ANALYSER.analyse(case(draft, APPROVED))


def test_words_that_are_not_on_end_in_the_text_are_not_quoted() -> None:
    draft = reading(2, *spoken("Ilmar", BLUNT, 600))
    moved = draft.model_copy(update={"chapter": ChapterText(number=2, text="Nothing of it.")})
    findings = ANALYSER.analyse(case(moved, APPROVED)).findings
    assert findings
    assert all(evidence.source != "draft" for evidence in findings[0].evidence)


def test_stretches_are_of_one_size_and_what_is_left_over_is_dropped() -> None:
    assert cut(["one two", "three four five", "six"], 2) == ["one two", "three four", "five six"]
    assert cut(["one two three"], 2) == ["one two"]
    assert cut([], 2) == []


def test_each_measure_knows_a_voice_it_has_not_seen() -> None:
    samples = {
        "Ilmar": [Sample.of(text) for text in cut(lines(FORMAL, 1200))],
        "Dob": [Sample.of(text) for text in cut(lines(BLUNT, 1200))],
    }
    voices = Voices(samples)
    unseen = Sample.of(" ".join(lines(BLUNT, 500, start=31)))
    for distances in (
        voices.words.distances(unseen),
        voices.grams.distances(unseen),
        voices.distances(unseen),
    ):
        assert nearest_other(distances, "Ilmar") == "Dob"
        assert margin(distances, "Ilmar") > 0 > margin(distances, "Dob")
    assert voices.usual_margin("Dob") < 0


@given(st.lists(st.text(max_size=200), max_size=6), st.lists(st.text(max_size=200), max_size=6))
@settings(max_examples=30)
def test_any_text_is_measured(one: list[str], other: list[str]) -> None:
    voices = Voices(
        {"a": [Sample.of(text) for text in one or [""]], "b": [Sample.of(t) for t in other or [""]]}
    )
    distances = voices.distances(Sample.of(" ".join(one)))
    assert all(-1e-9 <= distance <= 2 + 1e-9 for distance in distances.values())
    assert isinstance(voices.leaning("a", "b")("whatever"), float)
