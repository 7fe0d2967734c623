"""Things that there were not yet."""

from collections.abc import Mapping

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.time.anachronisms import anachronisms
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

OF_1846 = {"facts": ["The story is set in Bristol in 1846."]}


def found(draft: str, bible: Mapping[str, object], earlier: str = "", code: str = "en") -> bool:
    case = prepare(
        load_language(code),
        Bible.model_validate(bible),
        [ChapterText(number=1, text=earlier or "Rain.")],
        ChapterText(number=2, text=draft),
    )
    return bool(list(anachronisms(gather(case))))


@pytest.mark.parametrize(
    ("draft", "earlier", "bible"),
    [
        ("She turned on the radio.", "", OF_1846),
        ("She turned on the radio.", "It was the spring of 1846. The year was 1846.", {}),
        (
            "“The radio said so,” she told him.",
            "",
            {"style": {"genre": "Victorian crime"}},
        ),
        ("She turned on the radio and sat down without a word.", "", OF_1846),
        ("The knight lit his tobacco.", "", {"style": {"genre": "medieval romance"}}),
    ],
)
def test_a_thing_of_later_times(draft: str, earlier: str, bible: dict[str, object]) -> None:
    assert found(draft, bible, earlier)


@pytest.mark.parametrize(
    ("draft", "earlier", "bible"),
    [
        ("She turned on the radio.", "", {}),
        ("She took the train, and read a newspaper.", "", OF_1846),
        ("There was no telephone to ring.", "", OF_1846),
        ("She turned on the radio.", "The year was 1846, said the radio.", {}),
        ("She turned on the radio.", "The house was built in 1846.", {}),
        ("She turned on the radio.", "", {"facts": ["It is set in 1955; the house is of 1846."]}),
    ],
)
def test_nothing_later_or_no_time_known(draft: str, earlier: str, bible: dict[str, object]) -> None:
    assert not found(draft, bible, earlier)


def test_in_french() -> None:
    facts = {"facts": ["Le roman se passe à Lyon en 1846."]}
    assert found("Elle décrocha le téléphone.", facts, code="fr")
    assert not found("Elle ouvrit le journal.", facts, code="fr")
