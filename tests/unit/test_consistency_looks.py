"""Things of the bible, and of people, in their colour and in another."""

from collections.abc import Mapping, Sequence

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.attributes.attributes import attributes
from domain.story.coherence.consistency.attributes.looks import looks
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

Item = Mapping[str, object]
VAN = {"name": "the van", "attributes": {"colour": "red"}}
FOURGON = {"name": "le fourgon", "attributes": {"couleur": "rouge"}}


def messages(item: Item, draft: str, language: str) -> Sequence[str]:
    bible = Bible.model_validate({"characters": ["Odile Marsh"], "items": [item]})
    case = prepare(load_language(language), bible, (), ChapterText(number=1, text=draft))
    return [finding.message for finding in looks(gather(case))]


@pytest.mark.parametrize(
    ("item", "draft", "language", "message"),
    [
        (VAN, "Odile unlocked the blue van.", "en", "the van: red before, blue in the draft"),
        (VAN, "The van was white.", "en", "the van: red before, white in the draft"),
        (
            {"name": "silver locket"},
            "Odile touched the golden locket at her throat.",
            "en",
            "silver locket: silver before, golden in the draft",
        ),
        (
            FOURGON,
            "Odile ouvrit le fourgon bleu.",
            "fr",
            "le fourgon: rouge before, bleu in the draft",
        ),
    ],
)
def test_another_colour_is_found(item: Item, draft: str, language: str, message: str) -> None:
    assert messages(item, draft, language) == [message]


@pytest.mark.parametrize(
    ("item", "draft", "language"),
    [
        (VAN, "Odile unlocked the old red van.", "en"),
        (VAN, "A blue van passed her.", "en"),
        (VAN, "It was not the blue van that she saw.", "en"),
        (VAN, "She had parked the van by the blue gate.", "en"),
        (VAN, "The red van stood beside the blue van.", "en"),
        ({"name": "letter"}, "The letter was white.", "en"),
        (FOURGON, "Odile ouvrit le fourgon rouge.", "fr"),
        (FOURGON, "Un fourgon bleu passa.", "fr"),
    ],
)
def test_what_may_be_so_is_not(item: Item, draft: str, language: str) -> None:
    assert not messages(item, draft, language)


def owned(before: str, draft: str) -> Sequence[str]:
    bible = Bible.model_validate({"characters": ["Odile Marsh", "Tom Radley"]})
    chapters = [ChapterText(number=1, text=before)]
    draft_text = ChapterText(number=2, text=draft)
    case = prepare(load_language("en"), bible, chapters, draft_text)
    return [finding.message for finding in attributes(gather(case))]


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Odile's car was red.", "Odile's blue car stood in the drive."),
        ("Odile drove an old red car.", "Odile unlocked her blue car and drove off."),
        ("Tom's dog was black.", "Tom whistled, and his white dog came."),
    ],
)
def test_what_somebody_owns_keeps_its_colour(before: str, draft: str) -> None:
    assert len(owned(before, draft)) == 1


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Odile's car was red.", "Tom's blue car stood in the drive."),
        ("Odile's car was red.", "Odile's boat was blue."),
        ("Odile's red car was old. She had it painted.", "Odile's blue car shone."),
        ("Odile's red car was old.", "Odile dreamed of a blue car."),
        ("Odile's red car was sold.", "Odile's new blue car stood in the drive."),
    ],
)
def test_what_belongs_to_another_or_was_changed_may_differ(before: str, draft: str) -> None:
    assert not owned(before, draft)
