"""Setups without payoff, payoffs without setup, items that nobody uses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.languages import load_language
from domain.story.bible import Bible, bible_words
from domain.story.coherence.case import Case
from domain.story.coherence.chekhov import ChekhovTracker
from domain.story.coherence.verdict import Finding, Severity
from domain.story.reading import ChapterText, read_chapter

BIBLE = Bible.model_validate(
    {
        "characters": [
            "Mara Quist",
            {"name": "Tobin Rusk", "attributes": {"profession": "ferryman"}},
            {"name": "Olm Varga", "attributes": {"profession": "police inspector"}},
        ],
        "places": ["Harrow"],
        "items": ["the blue lamp"],
    }
)
NOTHING = "Mara and Tobin and Olm Varga looked at the rain over Harrow, and at the blue lamp."


def findings(*texts: str, code: str = "en") -> list[Finding]:
    """What is found in the last of these chapters."""
    language = load_language(code)
    readings = [
        read_chapter(ChapterText(number=at, text=text), BIBLE, language)
        for at, text in enumerate(texts, start=1)
    ]
    found = ChekhovTracker().analyse(Case(language, BIBLE, readings[:-1], readings[-1])).findings
    sources = {f"chapter {at}": text for at, text in enumerate(texts[:-1], start=1)}
    sources |= {"draft": texts[-1], "bible": "\n".join(bible_words(BIBLE))}
    for finding in found:
        assert finding.severity is not Severity.BLOCKING
        assert finding.evidence
        assert all(each.quote in sources[each.source] for each in finding.evidence)
    return list(found)


GUN = f"{NOTHING} An old revolver hung on the wall."


@pytest.mark.parametrize(
    ("silent", "severities"), [(3, []), (7, []), (9, [Severity.INFO]), (18, [Severity.WARNING])]
)
def test_the_longer_a_setup_is_forgotten_the_worse(silent: int, severities: list[Severity]) -> None:
    assert [each.severity for each in findings(GUN, *[NOTHING] * silent)] == severities


def test_what_is_open_when_the_story_ends_is_a_warning() -> None:
    assert [each.severity for each in findings(GUN, f"{NOTHING}\n\nThe End")] == [Severity.WARNING]
    fired = f"{NOTHING} Tobin took the revolver down and fired it.\n\nThe End"
    assert not findings(GUN, fired)


PROMISE = f"{NOTHING} “I will have the roof mended before the geese leave,” said Mara. “I promise.”"


def test_a_time_that_comes_without_a_word_of_what_was_promised_by_then_is_a_warning() -> None:
    found = findings(PROMISE, "At dawn the geese were leaving. Mara lay in bed.")
    assert [each.severity for each in found] == [Severity.WARNING]
    assert [each.source for each in found[0].evidence] == ["draft", "chapter 1"]
    assert not findings(PROMISE, "The geese were still there. Mara lay in bed.")
    assert not findings(PROMISE, "Mara had the roof mended. At dawn the geese were leaving.")
    assert not findings(NOTHING, "At dawn the geese were leaving. Mara lay in bed.")


FROM_NOWHERE = [
    ("en", "Mara drew a pistol and fired. The stranger fell dead.", "pistol"),
    ("en", "Tobin raised the crossbow. He shot the wolf between the eyes.", "crossbow"),
    ("en", "Mara took out the locket that Tobin had given her on the first day.", "locket"),
    ("en", "There was still the map that Olm Varga had entrusted to her.", "map"),
    ("en", "Luckily, Tobin had once learned to defuse explosives.", "Tobin Rusk"),
    ("fr", "Mara sortit un pistolet et fit feu.", "pistolet"),
    ("fr", "Elle posa sur la table la clé que Tobin lui avait confiée.", "clé"),
]


@pytest.mark.parametrize(("code", "draft", "subject"), FROM_NOWHERE)
def test_what_decides_and_was_never_set_up_is_a_warning(
    code: str, draft: str, subject: str
) -> None:
    found = findings(NOTHING, draft, code=code)
    assert [each.severity for each in found] == [Severity.WARNING]
    assert found[0].message.startswith(subject)


HERRINGS = [
    (GUN, "Mara drew the revolver and fired."),
    (GUN, "Mara drew a pistol and fired."),
    (NOTHING, "Olm Varga drew his pistol and fired."),
    (NOTHING, "A pistol lay on the table. Mara raised the pistol and fired."),
    (NOTHING, "Mara drew a pistol she had taken from the guard, and fired."),
    (NOTHING, "Mara drew a pistol out of the drawing on the page."),
    (NOTHING, "Grigor drew a pistol and fired."),
    (f"{NOTHING} Tobin gave her a locket.", "She wore the locket that Tobin had given her."),
    (NOTHING, "She wore the locket that her mother had given her."),
    (f"{NOTHING} Tobin knew how to defuse explosives.", "Luckily, Tobin had learned to defuse it."),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "draft"), HERRINGS)
def test_what_is_accounted_for_is_no_finding(earlier: str, draft: str) -> None:
    assert not findings(earlier, draft)


def test_an_item_of_the_bible_that_no_chapter_uses_is_for_information() -> None:
    rain = "Mara looked at the rain."
    found = findings(*[rain] * 8)
    assert [each.severity for each in found] == [Severity.INFO]
    assert found[0].evidence[0].quote == "the blue lamp"
    assert not findings(*[rain] * 7)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
@settings(max_examples=30)
def test_any_text_is_looked_at(texts: list[str]) -> None:
    assert findings(*texts) == findings(*texts)


KEPT_QUIET = [
    ("en", "Mara swore that she would return the lantern by All Saints.", "It was 3 November."),
    (
        "en",
        "“But I promise,” said Mara, “that before the old year is out I shall mend the lantern.”",
        "On the second day of January Tobin slept.",
    ),
    (
        "fr",
        "Mara jura de rendre la lanterne avant la Toussaint.",
        "Mercredi 17 novembre. Il pleut.",
    ),
]


@pytest.mark.parametrize(("code", "promised", "now"), KEPT_QUIET)
def test_a_day_by_which_something_was_promised_passes(code: str, promised: str, now: str) -> None:
    assert findings(f"{NOTHING} {promised}", f"{now} Tobin and Mara slept.", code=code)


@pytest.mark.parametrize(
    ("code", "promised", "now"),
    [
        *(
            (
                code,
                said,
                now.replace("17", "2")
                .replace("novembre", "octobre")
                .replace("3 November", "3 October")
                .replace("second day of January", "second day of July"),
            )
            for code, said, now in KEPT_QUIET
        ),
        ("en", KEPT_QUIET[0][1], "It was 3 November. Mara had returned the lantern."),
        ("fr", KEPT_QUIET[2][1], "Mercredi 17 novembre. Mara a rendu la lanterne."),
    ],
)
def test_a_day_before_it_or_a_promise_kept_is_none(code: str, promised: str, now: str) -> None:
    assert not findings(f"{NOTHING} {promised}", f"{now} Tobin and Mara slept.", code=code)


@pytest.mark.parametrize(
    ("code", "vow", "broken"),
    [
        (
            "en",
            "Mara swore over the grave that she would never set foot in Lindle Abbey again.",
            "Mara crossed the yard of Lindle Abbey and talked to the porter.",
        ),
        (
            "fr",
            "Mara jura devant le cercueil qu’elle ne boirait plus une goutte d’alcool.",
            "Mara but un cognac.",
        ),
    ],
)
def test_a_vow_is_broken_as_if_nothing_were(code: str, vow: str, broken: str) -> None:
    assert findings(f"{NOTHING} {vow}", broken, code=code)
    remembered = {"en": "She had sworn not to.", "fr": "Elle avait juré."}[code]
    assert not findings(f"{NOTHING} {vow}", f"{broken} {remembered}", code=code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "“Do you have the amulet that Tobin showed us?” said Mara."),
        ("en", "Tobin had shown her the amulet under the floor, said Mara."),
        ("en", "Mara held the amulet that the ferryman gave her to the light."),
        ("fr", "Mara pensa à l’amulette que Tobin lui avait montrée."),
    ],
)
def test_what_somebody_known_gave_was_mentioned_once(code: str, said: str) -> None:
    met = f"{NOTHING} Tobin, the ferryman, and Mara sat down."
    assert findings(met, said, code=code)
    word = "amulette" if code == "fr" else "amulet"
    assert not findings(f"{met} {word.title()}: a green {word}.", said, code=code)
