"""What a bible says of places and ways, against what a draft makes of them."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.places.places import place_and_travel
from domain.story.coherence.gate import prepare
from domain.story.coherence.verdict import Finding
from domain.story.reading import ChapterText

_PLACES = ["Ravenholm", "Greywater", "the Blue Cat"]


def _found(language: str, laid: str, draft: str, **place: str) -> list[Finding]:
    """What is found with a fact, or with an attribute of the Blue Cat."""
    people = [{"name": "Nora Vane", "aliases": ["Nora"]}, {"name": "Tom Hask", "aliases": ["Tom"]}]
    places = [{"name": name, "attributes": place if "Cat" in name else {}} for name in _PLACES]
    bible = Bible.model_validate(
        {"characters": people, "places": places, "facts": [laid] if laid else []}
    )
    earlier = (ChapterText(number=1, text="Nora opened the window."),)
    text = ChapterText(number=2, text=draft)
    case = prepare(load_language(language), bible, earlier, text)
    return list(place_and_travel(gather(case)))


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "The mill burned down in 1950.", "Nora met Tom inside the mill."),
        ("en", "The inn was bombed and never rebuilt.", "Nora had supper at the inn."),
        ("en", "The Blue Cat closed in 1999.", "They had a drink at the Blue Cat."),
        ("en", "The house has two floors.", "Nora climbed to the fourth floor of the house."),
        ("en", "The house is a bungalow.", "Nora went upstairs. The house was silent."),
        ("en", "The house has no cellar.", "Nora went down to the cellar of the house."),
        ("en", "Ravenholm is landlocked.", "Nora sat on the beach at Ravenholm."),
        ("en", "Nora lives on the fourth floor.", "Nora's flat was on the second floor."),
        ("en", "Nora's room is number 309.", "Nora unlocked room 704 and went to bed."),
        (
            "en",
            "Greywater lies north of Ravenholm.",
            "They rode south from Ravenholm to Greywater.",
        ),
        (
            "en",
            "Greywater is twelve miles from Ravenholm.",
            "Greywater was two hundred miles from Ravenholm.",
        ),
        (
            "en",
            "It takes three days to ride from Ravenholm to Greywater.",
            "They left Ravenholm at dawn and were in Greywater by noon.",
        ),
        (
            "en",
            "It takes three hours to ride from Ravenholm to Greywater.",
            "They left Ravenholm and reached Greywater half an hour later.",
        ),
        (
            "en",
            "Greywater is nine hours away.",
            "Nora had driven to Greywater after breakfast and was back by half past nine.",
        ),
        (
            "en",
            "On the night of the murder Nora was in Ravenholm.",
            "On the night of the murder Nora was in Greywater.",
        ),
        ("en", "The Blue Cat is a bar in Ravenholm.", "The Blue Cat was a bar in Greywater."),
        ("fr", "Le moulin a brûlé en 1950.", "Nora retrouva Tom dans le moulin."),
        ("fr", "La maison a deux étages.", "Nora monta au cinquième étage de la maison."),
        (
            "fr",
            "Ravenholm est à douze kilomètres de Greywater.",
            "Ravenholm était à deux cents kilomètres de Greywater.",
        ),
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: str, draft: str) -> None:
    assert _found(language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "The mill burned down in 1950.", "Nora walked past the ruins of the mill."),
        ("en", "The mill burned down and was rebuilt.", "Nora met Tom inside the mill."),
        ("en", "Tom thought that the mill had collapsed.", "Nora met Tom inside the mill."),
        ("en", "The bakery closed at six.", "Nora bought bread at the bakery."),
        ("en", "The house has two floors.", "Nora climbed to the second floor of the house."),
        (
            "en",
            "The house has two floors.",
            "Nora took the lift to the third floor of the hospital.",
        ),
        ("en", "Nora lives on the fourth floor.", "Tom's flat was on the second floor."),
        ("en", "Nora's room is number 309.", "Tom unlocked room 704 and went to bed."),
        ("en", "Greywater lies north of Ravenholm.", "Ravenholm lies south of Greywater."),
        (
            "en",
            "It takes three hours to ride from Ravenholm to Greywater.",
            "They left Ravenholm and reached Greywater three hours later.",
        ),
        (
            "en",
            "On the night of the murder Nora was in Ravenholm.",
            "On the night of the funeral Nora was in Greywater.",
        ),
        ("fr", "Le moulin a brûlé en 1950.", "Nora passa devant les ruines du moulin."),
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: str, draft: str) -> None:
    assert not _found(language, laid, draft)


def test_an_entry_says_that_a_place_is_no_more_or_where_it_is() -> None:
    assert _found("en", "", "They had dinner at the Blue Cat.", status="burned down")
    assert _found("en", "", "They drove to the Blue Cat in Greywater.", city="Ravenholm")
    assert not _found("en", "", "They had dinner at the Blue Cat.", status="open")
