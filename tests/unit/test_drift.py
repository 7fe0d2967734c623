"""Character: who is shown as the opposite of what they are, and who has only grown."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.languages import load_language
from domain.story.bible import Bible, bible_words
from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.drift import CharacterDriftDetector
from domain.story.coherence.verdict import Severity
from domain.story.reading import ChapterText, read_chapter


def analyse(
    character: dict[str, Any],
    draft: str,
    *earlier: str,
    code: str = "en",
    facts: tuple[str, ...] = (),
) -> Analysis:
    bible = Bible.model_validate(
        {"characters": [{"name": "Mara Quist"} | character, "Tobin Rusk"], "facts": facts}
    )
    language = load_language(code)
    readings = [
        read_chapter(ChapterText(number=at, text=text), bible, language)
        for at, text in enumerate((*earlier, draft), start=1)
    ]
    analysis = CharacterDriftDetector().analyse(Case(language, bible, readings[:-1], readings[-1]))
    texts = {f"chapter {at}": text for at, text in enumerate(earlier, start=1)}
    texts |= {"draft": draft, "bible": "\n".join(bible_words(bible))}
    assert all(
        evidence.quote in texts[evidence.source]
        for finding in analysis.findings
        for evidence in finding.evidence
    )
    return analysis


LONG = "“" + "And then there is the matter of the nets, which I have mended twice. " * 9 + "”"

DRIFTS = [
    ("en", {"habits": "never drinks"}, "Mara barred the door and took the rum bottle down."),
    (
        "en",
        {"life": "sober for five years"},
        "Mara poured herself a glass of the red and drank it.",
    ),
    ("en", {"habits": "never drinks"}, "Mara drank her wine, like she did every night."),
    ("en", {"speech": "stammers"}, "“It is after nine,” Mara said smoothly."),
    ("en", {"fear": "flying"}, "“I’ve always loved the take-off,” said Mara."),
    ("fr", {"caractère": "très patiente"}, "Mara jeta le plateau contre le mur."),
    ("en", {"phobias": "spiders, heights"}, "Mara walked along the parapet with her arms out."),
    ("fr", {"parole": "bégaie"}, "Mara répondit d’une traite."),
    ("en", {"habits": "never drinks"}, "Mara emptied her glass of brandy and asked for another."),
    ("en", {"drinks": "no"}, "At the inn Mara drank two pints of beer."),
    ("en", {"note": "a teetotaller"}, "By nine o'clock Mara was drunk."),
    ("en", {"diet": "vegetarian"}, "Mara ate the steak down to the bone."),
    ("en", {"diet": "vegan"}, "Mara smiled; it was her second hamburger."),
    ("en", {"habit": "has not drunk for years"}, "Mara poured out some rye and knocked it back."),
    ("en", {"habits": "gave up smoking"}, "Mara shook a cigarette out of the packet and lit it."),
    ("en", {"smoker": "no"}, "Mara lit a cigarette."),
    ("en", {"character": "never lies"}, "Mara lied without blinking."),
    ("en", {"fear": "spiders"}, "Mara picked up the spider and put it out of the window."),
    ("fr", {"peur": "les chiens"}, "Mara caressa le chien."),
    ("fr", {"peur": "du vide"}, "Mara s’assit sur la rampe de la galerie."),
    ("fr", {"habitudes": "n’a pas bu depuis sept ans"}, "Mara se versa un whisky."),
    ("en", {"skills": "cannot swim"}, "Mara swam out to the buoy and back."),
    ("en", {"fear": "water"}, "Mara dived into the lake with a whoop."),
    ("en", {"fears": "heights"}, "Mara climbed up the mast, whistling."),
    ("en", {"reading": "illiterate"}, "Mara read the letter aloud to the others."),
    ("en", {"habits": "does not smoke"}, "Mara lit a cigarette and leaned on the rail."),
    ("en", {"manner": "never laughs"}, "Mara laughed until the cups shook."),
    ("en", {"manner": "unfailingly polite"}, "“Shut up, you idiot,” said Mara."),
    ("en", {"temper": "never loses her temper"}, "“Out!” roared Mara."),
    ("en", {"nature": "gentle, kind to animals"}, "Mara kicked the dog and went in."),
    ("en", {"speech": "a woman of few words"}, f"{LONG} said Mara."),
    ("en", {"animals": "terrified of dogs"}, "Mara patted the dog by the gate."),
    ("en", {"skills": "does not know how to drive"}, "Mara drove the van down to the quay."),
    ("fr", {"habitudes": "ne boit jamais d'alcool"}, "Mara vida son verre de vin."),
    ("fr", {"régime": "végétarienne"}, "Mara mangea le poulet avec appétit."),
    ("fr", {"talents": "ne sait pas nager"}, "Mara plongea et gagna la rive."),
    ("fr", {"habitudes": "ne fume pas"}, "Mara alluma une cigarette."),
]


@pytest.mark.parametrize(("code", "attributes", "draft"), DRIFTS)
def test_the_plain_opposite_is_a_warning(code: str, attributes: dict[str, str], draft: str) -> None:
    findings = analyse({"attributes": attributes}, draft, "Tobin slept.", code=code).findings
    assert [finding.severity for finding in findings] == [Severity.WARNING]
    assert [evidence.source for evidence in findings[0].evidence] == ["draft", "bible"]


HERRINGS = [
    ({"habit": "has not drunk for years"}, "Mara poured Tobin a rye, and drank her water."),
    ({"diet": "vegetarian"}, "Mara dreamed that she ate a steak. Mara smelled the bacon."),
    ({"reading": "illiterate"}, "Tobin dreamed that Mara read on fluently."),
    ({"habits": "never drinks"}, "Mara drank her tea."),
    ({"habits": "never drinks"}, "Mara did not drink the wine."),
    ({"habits": "never drinks"}, "Mara would have drunk the wine, if it had been hers."),
    ({"habits": "never drinks"}, "Mara poured Tobin a glass of wine."),
    ({"habits": "never drinks"}, "Mara watched as Tobin drank the wine."),
    ({"habits": "never drinks"}, "Tobin drank the wine, and Mara smiled."),
    ({"habits": "drinks too much"}, "Mara drank the wine."),
    ({"diet": "vegetarian"}, "Mara carried the ham to the table for Tobin."),
    ({"skills": "cannot swim"}, "Her head swam. Mara sat down."),
    ({"manner": "unfailingly polite"}, "“Thank you kindly,” said Mara."),
    ({"manner": "unfailingly polite"}, "“Shut up,” said Tobin."),
    ({"speech": "a woman of few words"}, f"{LONG} said Tobin."),
    ({"nature": "gentle"}, "Mara kicked the door shut."),
    ({"eyes": "grey"}, "Mara drank the wine, swam home and lit a cigarette."),
]


@pytest.mark.parametrize(("attributes", "draft"), HERRINGS)
def test_what_only_looks_like_it_is_no_finding(attributes: dict[str, str], draft: str) -> None:
    assert not analyse({"attributes": attributes}, draft, "Tobin slept.").findings


GROWTH = [
    ({"habits": "never drinks"}, "For the first time in her life Mara drank the wine."),
    ({"habits": "never drinks"}, "Mara drank the brandy. Tobin stared; it was new to him."),
    ({"skills": "cannot swim"}, "Tobin had taught her all summer. Now Mara swam to the buoy."),
    ({"fears": "heights"}, "In spite of everything Mara climbed up the mast."),
    ({"manner": "never laughs"}, "Mara laughed. It was a sound that nobody had heard in years, "
     "and Tobin looked up in surprise."),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "draft"), GROWTH)
def test_what_the_text_remarks_on_is_growth(attributes: dict[str, str], draft: str) -> None:
    findings = analyse({"attributes": attributes}, draft, "Tobin slept.").findings
    assert all(finding.severity is Severity.INFO for finding in findings)


def test_what_an_approved_chapter_has_shown_is_established() -> None:
    traits = {"attributes": {"habits": "never drinks"}}
    draft = "Mara drank a glass of wine."
    assert analyse(traits, draft, "Tobin slept.").findings
    assert not analyse(traits, draft, "For once, Mara drank some wine.").findings


@pytest.mark.parametrize(
    ("character", "facts", "earlier", "source"),
    [
        ({"voice": "Dry. She never drinks, and says so."}, (), "Tobin slept.", "bible"),
        ({}, ("Mara Quist has taken the pledge and does not drink.",), "Tobin slept.", "bible"),
        ({}, (), "Mara never drank. Everybody on the quay knew it.", "chapter 1"),
        ({}, (), "“I don't drink,” said Mara.", "chapter 1"),
    ],
)
def test_where_a_trait_may_be_laid_down(
    character: dict[str, Any], facts: tuple[str, ...], earlier: str, source: str
) -> None:
    findings = analyse(character, "Mara drank the rum.", earlier, facts=facts).findings
    assert [finding.evidence[1].source for finding in findings] == [source]


@given(st.text(max_size=400), st.text(max_size=200))
@settings(max_examples=40)
def test_any_text_is_looked_at(draft: str, trait: str) -> None:
    character = {"attributes": {"habits": f"never drinks {trait}"}, "voice": trait}
    first = analyse(character, draft, trait)
    assert first == analyse(character, draft, trait)
    assert all(finding.severity is not Severity.BLOCKING for finding in first.findings)


def test_what_nobody_has_known_somebody_to_do_is_a_claim() -> None:
    before = "In nine years I had never heard Mara swear, or raise her voice."
    assert analyse({}, "Mara bellowed at the porter.", before).findings
    assert not analyse({}, "Tobin bellowed at the porter.", before).findings
    assert not analyse({}, "Mara smiled at the porter.", before).findings
