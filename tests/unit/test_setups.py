"""Setups: what plants one, what is none, and what becomes of them."""

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.extraction.payoffs import advance
from domain.story.reading import ChapterText, read_chapter
from domain.story.setups import Setup, SetupStatus

BIBLE = Bible.model_validate(
    {"characters": ["Mara Quist", "Tobin Rusk"], "places": ["Harrow"], "items": ["the blue lamp"]}
)

PLANTED = [
    ("en", "An old revolver hung above the mantelpiece.", "object:revolver"),
    ("en", "Mara hid the dagger under a loose board.", "object:dagger"),
    ("en", "Over the door there was a rusted sword.", "object:sword"),
    ("en", "In the corner stood a locked chest.", "object:chest"),
    ("en", "The third drawer was always locked.", "object:drawer"),
    ("en", "Nobody was allowed to open the trunk.", "object:trunk"),
    ("en", "She put the sealed envelope back on the shelf.", "object:envelope"),
    ("en", "Tobin slipped the letter into his coat and did not open it.", "object:letter"),
    ("en", "Mara promised Tobin that she would mend the boat.", "promise:mara-quist-"),
    ("en", "“I swear I will find the child,” said Tobin.", "promise:tobin-rusk-"),
    ("en", "“I will bring the mare home,” said Mara. “You have my word.”", "promise:mara-quist-"),
    ("en", "Tobin threatened to burn the mill.", "threat:tobin-rusk-"),
    ("en", "“You will pay for that horse,” said Mara.", "threat:mara-quist-"),
    ("en", "Mara had never told anyone about the drowned sailor.", "secret:mara-quist-"),
    ("en", "“Nobody must ever know that the well is dry,” said Tobin.", "secret:"),
    ("en", "Nobody knew who had rung the bell that night.", "question:"),
    ("en", "“Who poisoned the well?” asked Mara.", "question:"),
    ("en", "The old woman foretold that Harrow would burn.", "prophecy:"),
    ("en", "Tobin bet that the ice would hold until March.", "bet:tobin-rusk-"),
    ("en", "“Meet me at the quarry tomorrow,” said Tobin.", "appointment:tobin-rusk-"),
    ("fr", "Un revolver chargé reposait dans le tiroir.", "object:revolver"),
    ("fr", "Il y avait là un coffre fermé à clé.", "object:coffre"),
    ("fr", "Elle cacha la lettre sous une pile de linge.", "object:lettre"),
    ("fr", "Mara promit à Tobin de réparer le bateau.", "promise:"),
    ("fr", "Tobin menaça de brûler le moulin.", "threat:tobin-rusk-"),
    ("fr", "Personne ne savait qui avait sonné la cloche.", "question:"),
]


@pytest.mark.parametrize(("code", "text", "begins"), PLANTED)
def test_a_setup_is_found_by_its_kind_and_subject(code: str, text: str, begins: str) -> None:
    found = read_chapter(ChapterText(number=3, text=text), BIBLE, load_language(code)).setups
    assert any(setup.setup_id.startswith(begins) for setup in found), found
    assert all(setup.planted.quote in text and setup.planted.chapter == 3 for setup in found)


@pytest.mark.parametrize(
    "text",
    [
        "Mara cut the bread with a knife.",
        "Tobin opened the door and went in.",
        "She wrote a letter and sent it off.",
        "It was a promising morning.",
        "“I promise,” said Mara.",
        "He bet on nothing.",
        "Who knows?",
        "The secret of good bread is patience.",
    ],
)
def test_what_promises_nothing_is_no_setup(text: str) -> None:
    assert read_chapter(ChapterText(number=1, text=text), BIBLE, load_language("en")).setups == ()


def follow(*texts: str) -> dict[str, Setup]:
    """What has become of all setups after these chapters."""
    language = load_language("en")
    readings = [
        read_chapter(ChapterText(number=at, text=text), BIBLE, language)
        for at, text in enumerate(texts, start=1)
    ]
    setups: tuple[Setup, ...] = reduce(
        lambda known, reading: advance(known, reading, language), readings, ()
    )
    return {setup.setup_id.split("-")[0]: setup for setup in setups}


NOTHING = "It rained on Harrow."

COURSES = [
    ("object:revolver", ["An old revolver hung on the wall."], SetupStatus.PLANTED),
    (
        "object:revolver",
        ["An old revolver hung on the wall.", "Tobin looked at the revolver for a while."],
        SetupStatus.PROGRESSING,
    ),
    (
        "object:revolver",
        ["An old revolver hung on the wall.", NOTHING, "Mara raised the revolver and fired."],
        SetupStatus.PAID_OFF,
    ),
    (
        "object:revolver",
        ["An old revolver hung on the wall. Then Mara took the revolver down and fired it."],
        SetupStatus.PAID_OFF,
    ),
    (
        "object:revolver",
        ["An old revolver hung on the wall.", "Mara threw the revolver into the river."],
        SetupStatus.ABANDONED,
    ),
    ("object:revolver", ["An old revolver hung on the wall."] + [NOTHING] * 9, SetupStatus.OVERDUE),
    (
        "object:revolver",
        ["An old revolver hung on the wall.", *[NOTHING] * 9, "Mara looked at the revolver again."],
        SetupStatus.PROGRESSING,
    ),
    (
        "object:chest",
        ["In the corner stood a locked chest.", "At dusk they broke the chest open."],
        SetupStatus.PAID_OFF,
    ),
    (
        "object:envelope",
        ["She kept the sealed envelope.", "Mara burned the envelope in the grate."],
        SetupStatus.ABANDONED,
    ),
    (
        "object:envelope",
        ["She kept the sealed envelope.", "If she opened the envelope she would be lost."],
        SetupStatus.PROGRESSING,
    ),
    (
        "promise:mara",
        ["Mara promised that she would mend the boat.", "By noon Mara had the boat mended."],
        SetupStatus.PAID_OFF,
    ),
    (
        "promise:mara",
        ["Mara promised that she would mend the boat.", "Mara broke her promise, of course."],
        SetupStatus.PAID_OFF,
    ),
    (
        "promise:mara",
        ["Mara promised that she would mend the boat.", "Tobin released Mara from her promise."],
        SetupStatus.ABANDONED,
    ),
    (
        "question:who",
        [
            "Nobody knew who had rung the chapel bell.",
            "It was Tobin who had rung the chapel bell.",
        ],
        SetupStatus.PAID_OFF,
    ),
    (
        "appointment:tobin",
        [
            "“Meet me at the quarry,” said Tobin.",
            "Mara waited at the quarry until dark; Tobin came.",
        ],
        SetupStatus.PAID_OFF,
    ),
]


@pytest.mark.parametrize(("name", "texts", "status"), COURSES)
def test_what_becomes_of_a_setup(name: str, texts: list[str], status: SetupStatus) -> None:
    setup = follow(*texts)[name]
    assert setup.status is status
    assert setup.planted.chapter == 1
    assert all(source.quote in texts[source.chapter - 1] for source in setup.progress)


def test_the_same_subject_in_a_later_chapter_is_the_same_setup() -> None:
    setups = follow("An old revolver hung on the wall.", "The revolver lay on the table, loaded.")
    assert list(setups) == ["object:revolver"]
    assert [source.chapter for source in setups["object:revolver"].progress] == [2]


def test_what_is_done_with_stays_so() -> None:
    texts = ["A revolver hung on the wall.", "Mara fired the revolver.", "A revolver hung there."]
    assert follow(*texts)["object:revolver"].status is SetupStatus.PAID_OFF


def test_setups_of_kinds_that_the_language_does_not_know_are_followed() -> None:
    language = load_language("en")
    mine = Setup.model_validate(
        {
            "setup_id": "x",
            "kind": "feud",
            "subject": "Mara: the drowned orchard",
            "text": "",
            "planted": {"chapter": 1},
        }
    )
    text = "Nobody spoke of the drowned orchard."
    reading = read_chapter(ChapterText(number=2, text=text), BIBLE, language)
    assert advance([mine], reading, language)[0].status is SetupStatus.PROGRESSING
    late = read_chapter(ChapterText(number=20, text=NOTHING), BIBLE, language)
    assert advance([mine], late, language)[0].status is SetupStatus.OVERDUE


@given(st.text(max_size=600), st.sampled_from(["en", "fr"]))
@settings(max_examples=60)
def test_any_text_is_read_and_quoted_as_it_is(text: str, code: str) -> None:
    language = load_language(code)
    reading = read_chapter(ChapterText(number=1, text=text), BIBLE, language)
    assert all(setup.planted.quote in text for setup in reading.setups)
    once = advance((), reading, language)
    assert once == advance((), reading, language)
    again = reading.model_copy(update={"chapter": ChapterText(number=2, text=text)})
    for setup in advance(once, again, language):
        assert all(source.quote in text for source in setup.progress)
