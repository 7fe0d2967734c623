"""What people hate, love or never do, and what drafts have them do."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.drift import CharacterDriftDetector
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText


def drifts(draft: str, earlier: str = "", code: str = "en", **attributes: str) -> bool:
    people = [{"name": "Orla Finch", "sex": "f", **attributes}, {"name": "Tamas", "sex": "m"}]
    case = prepare(
        load_language(code),
        Bible.model_validate({"characters": people}),
        [ChapterText(number=1, text=earlier or "Orla Finch.")],
        ChapterText(number=2, text=draft),
    )
    return bool(CharacterDriftDetector().analyse(case).findings)


HATES = "Orla hated the sea, and said so. Tamas laughed."


@pytest.mark.parametrize(
    ("draft", "earlier", "attributes"),
    [
        ("Orla loved the sea more than anything.", HATES, {}),
        ("“I’ve always loved the sea,” said Orla.", HATES, {}),
        ("Orla loved crowds.", "Orla could not bear crowds. Tamas laughed.", {}),
        ("Orla loved company, and kept hers until late.", "Orla hated company.", {}),
        ("Orla adored cats.", "", {"dislikes": "cats, rain"}),
        ("Orla wore the yellow scarf.", "", {"habit": "never wears yellow"}),
        ("Orla locked the back door behind her.", "“I never lock the back door,” said Orla.", {}),
    ],
)
def test_the_reverse_of_a_liking_or_a_habit_is_drift(
    draft: str, earlier: str, attributes: dict[str, str]
) -> None:
    assert drifts(draft, earlier, **attributes)


@pytest.mark.parametrize(
    ("draft", "earlier", "attributes"),
    [
        ("Tamas loved the sea more than anything.", HATES, {}),
        ("Orla loved the mountains.", HATES, {}),
        ("Nobody would have said that Orla loved the sea.", HATES, {}),
        ("For the first time Orla loved the sea.", HATES, {}),
        ("Orla wore the red scarf.", "", {"habit": "never wears yellow"}),
        ("Orla looked back at the house.", "Orla never looked back at the house.", {}),
        ("Tamas locked the back door.", "“I never lock the back door,” said Orla.", {}),
    ],
)
def test_what_others_do_or_love_is_none(
    draft: str, earlier: str, attributes: dict[str, str]
) -> None:
    assert not drifts(draft, earlier, **attributes)


def test_likings_in_french() -> None:
    before = "Orla détestait la mer. Tamas riait."
    assert drifts("Orla adorait la mer, disait-elle.", before, "fr")
    assert not drifts("Orla adorait la montagne, disait-elle.", before, "fr")
