"""Contradictions of every kind and what only looks like one, in both languages."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.languages import LANGUAGES, load_language
from domain.story.bible import Bible
from domain.story.coherence.case import Analysis, Case
from domain.story.coherence.consistency.analyst import ConsistencyAnalyst
from domain.story.coherence.gate import check, prepare
from domain.story.coherence.score import acceptable, score
from domain.story.coherence.verdict import Evidence, Finding, Severity, Verdict
from domain.story.reading import ChapterText

ENGLISH: dict[str, Any] = {
    "characters": [
        {
            "name": "Anna Kovacs",
            "aliases": ["Anna"],
            "attributes": {
                "eyes": "green",
                "hair": "black",
                "age": 34,
                "occupation": "surgeon",
                "handedness": "left-handed",
            },
        },
        {"name": "Tomas Reed", "attributes": {"gender": "male", "age": "40", "allergies": "nuts"}},
        {"name": "Ilse Brandt", "attributes": {"sister": "Greta Brandt", "spouse": "none"}},
        {"name": "Greta Brandt", "attributes": {"gender": "female"}},
    ],
    "places": ["Lisbon", "Porto", "Velden"],
    "items": ["the brass compass"],
    "rules": ["Nobody can cross the river at night."],
    "facts": [
        "Ilse Brandt has no children.",
        {"text": "The treasure is buried under the chapel floor.", "known_by": ["Ilse Brandt"]},
        "The journey from Lisbon to Velden takes three days.",
    ],
}
FRENCH: dict[str, Any] = {
    "characters": [
        {
            "name": "Claire Moreau",
            "attributes": {
                "yeux": "verts",
                "cheveux": "noirs",
                "âge": 30,
                "état civil": "célibataire",
            },
        },
        {"name": "Antoine Lefèvre", "attributes": {"genre": "homme", "profession": "horloger"}},
        {"name": "Hélène Moreau", "attributes": {"mari": "Paul Vasseur"}},
        "Paul Vasseur",
    ],
    "places": ["Nantes", "Brest"],
    "items": ["la montre en or"],
}

ERRORS = [
    ("attribute", "Anna smiled.", "Anna Kovacs looked up. Her eyes were brown."),
    ("attribute", "Anna smiled.", "Anna shook her red hair out of her face."),
    ("attribute", "Anna smiled.", "Anna wrote the letter with her right hand."),
    (
        "attribute",
        "Greta had a scar on her left cheek.",
        "Greta touched the scar on her right cheek.",
    ),
    ("attribute", "Greta could not swim.", "Greta dived in and swam to the boat."),
    ("attribute", "Anna smiled.", "Tomas ate a handful of almonds."),
    ("attribute", "Greta lost her left arm in the war.", "Greta threw both arms around him."),
    ("attribute", "Greta spoke no French.", "Greta answered him in fluent French."),
    (
        "life_and_death",
        "Greta died on Tuesday. They buried Greta in the rain.",
        "Greta walked into the kitchen and sat down.",
    ),
    ("life_and_death", "Greta died on Tuesday.", "“Good morning,” said Greta."),
    ("life_and_death", "Soldiers killed Tomas at the bridge.", "Tomas opened the door."),
    (
        "possession",
        "Anna gave the brass compass to Tomas.",
        "Anna took the compass out of her pocket.",
    ),
    (
        "possession",
        "Anna threw the brass compass into the sea.",
        "Tomas held the compass up to the light.",
    ),
    ("possession", "The sword was broken in two.", "Anna drew the sword."),
    ("time_and_age", "Anna smiled.", "Anna was forty-one."),
    ("time_and_age", "Greta was nineteen years old.", "Greta was sixteen, and knew it."),
    (
        "time_and_age",
        "The fire had happened ten years ago, and it took the mill.",
        "It was twenty years since the fire.",
    ),
    ("relation", "Anna smiled.", "Ilse's cousin Greta laughed."),
    ("relation", "Anna smiled.", "Ilse kissed her son and went out."),
    ("relation", "Anna's mother, Greta, came in.", "Anna's mother, Ilse, came in."),
    (
        "place_and_travel",
        "Anna left.",
        "They rode from Lisbon and in three hours they reached Velden.",
    ),
    ("knowledge", "Anna smiled.", "“The treasure is under the chapel floor,” said Tomas."),
    (
        "knowledge",
        "Only Anna knew that the bishop had stolen the relic.",
        "“The bishop stole the relic,” said Tomas.",
    ),
    ("name", "Anna smiled.", "Tomas Reid sat down."),
    ("name", "Anna smiled.", "Anna Kolar laughed."),
    ("rule", "Anna smiled.", "That night Anna crossed the river."),
]

HERRINGS = [
    ("Anna smiled.", "Anna had dyed her hair red for the wedding. Her red hair shone."),
    ("Anna smiled.", "In the portrait Anna had blue eyes."),
    ("Anna smiled.", "“She has brown eyes,” Tomas lied."),
    ("Anna smiled.", "Anna opened her green eyes."),
    ("Greta had a scar on her left cheek.", "Greta touched the scar on her left cheek."),
    ("Greta died on Tuesday.", "Anna dreamed that night. Greta walked into the kitchen."),
    ("Greta died on Tuesday.", "Anna thought of the summer before. Greta had loved it."),
    ("Tomas nearly died of fever.", "Tomas opened the door."),
    ("Tomas was dead tired.", "Tomas opened the door."),
    (
        "Anna gave the brass compass to Tomas.",
        "Tomas gave the compass back. Anna took the compass out of her pocket.",
    ),
    ("Anna smiled.", "Seven years later, Anna was forty-one."),
    ("Anna smiled.", "“The treasure is under the chapel floor,” said Ilse."),
    (
        "Only Anna knew that the bishop had stolen the relic.",
        "Anna told Tomas that the bishop had stolen the relic. “The bishop stole the relic,” "
        "said Tomas.",
    ),
    ("Anna smiled.", "Anna met Hanna at the market."),
    ("Anna smiled.", "Anna could not cross the river at night."),
]

FRENCH_ERRORS = [
    ("attribute", "Claire sourit.", "Claire leva la tête. Ses yeux bleus brillaient."),
    ("attribute", "Claire sourit.", "Claire avait les cheveux blonds."),
    ("life_and_death", "Antoine mourut en hiver.", "L’horloger ouvrit la porte."),
    ("life_and_death", "Antoine mourut en hiver.", "— Bonjour, dit Antoine."),
    ("time_and_age", "Claire sourit.", "Claire avait quarante ans."),
    (
        "possession",
        "Claire donna la montre en or à Antoine.",
        "Claire sortit la montre de sa poche.",
    ),
    ("relation", "Claire sourit.", "Le frère de Hélène, Paul Vasseur, arriva."),
    ("name", "Claire sourit.", "Claire Moreaux entra."),
    ("name", "Claire sourit.", "Claire Dubreuil entra."),
]
FRENCH_HERRINGS = [
    ("Claire sourit.", "Claire avait teint ses cheveux. Ses cheveux blonds brillaient."),
    ("Antoine mourut en hiver.", "Claire rêva. Antoine ouvrit la porte."),
    ("Claire sourit.", "Dix ans plus tard, Claire avait quarante ans."),
    ("Antoine faillit mourir.", "Antoine ouvrit la porte."),
]


def verdict(bible: dict[str, Any], earlier: str, draft: str, code: str = "en") -> Verdict:
    return check(case(bible, earlier, draft, code), (ConsistencyAnalyst(),))


def case(bible: dict[str, Any], earlier: str, draft: str, code: str = "en") -> Case:
    return prepare(
        load_language(code),
        Bible.model_validate(bible),
        [ChapterText(number=1, text=earlier)],
        ChapterText(number=2, text=draft),
    )


@pytest.mark.parametrize(("kind", "earlier", "draft"), ERRORS)
def test_a_contradiction_is_found(kind: str, earlier: str, draft: str) -> None:
    findings = verdict(ENGLISH, earlier, draft).findings
    assert kind in [each.kind for each in findings]
    assert any(each.source == "draft" for each in findings[0].evidence)
    assert any(each.source != "draft" for each in findings[0].evidence)


@pytest.mark.parametrize(("earlier", "draft"), HERRINGS)
def test_what_only_looks_like_one_is_not(earlier: str, draft: str) -> None:
    assert verdict(ENGLISH, earlier, draft).findings == ()


@pytest.mark.parametrize(("kind", "earlier", "draft"), FRENCH_ERRORS)
def test_a_contradiction_is_found_in_french(kind: str, earlier: str, draft: str) -> None:
    assert [each.kind for each in verdict(FRENCH, earlier, draft, "fr").findings] == [kind]


@pytest.mark.parametrize(("earlier", "draft"), FRENCH_HERRINGS)
def test_what_only_looks_like_one_is_not_in_french(earlier: str, draft: str) -> None:
    assert verdict(FRENCH, earlier, draft, "fr").findings == ()


def test_whom_no_bible_lists_is_known_from_the_chapters() -> None:
    earlier = "Marta Lindqvist had grey eyes. Marta laughed, and Marta sat down by the stove."
    findings = verdict({}, earlier, "Marta shut her brown eyes and sighed.").findings
    assert [each.kind for each in findings] == ["attribute"]


def test_one_blocking_finding_alone_is_not_acceptable() -> None:
    found = verdict(ENGLISH, "Anna smiled.", "Anna looked up. Her eyes were brown.")
    assert found.findings[0].severity is Severity.BLOCKING
    assert not found.acceptable
    assert score(found.findings) == found.score < 7.0 <= score(())
    assert acceptable(7.0)


def test_what_could_not_be_compared_is_named() -> None:
    nothing = check(
        prepare(load_language("en"), Bible(), [], ChapterText(number=1, text="Rain fell."))
    )
    assert {each.check for each in nothing.skipped} >= {"earlier chapters", "story bible"}


class Failing:
    name = "failing"

    def analyse(self, case: Case) -> Analysis:
        raise RuntimeError("it broke")


class Inventing:
    name = "inventing"

    def analyse(self, case: Case) -> Analysis:
        evidence = (Evidence(source="draft", quote="never written"),)
        finding = Finding(
            analyser=self.name, kind="x", severity=Severity.BLOCKING, message="", evidence=evidence
        )
        return Analysis(findings=(finding,))


def test_a_check_that_fails_is_skipped_and_no_quote_is_believed() -> None:
    found = check(case(ENGLISH, "Anna smiled.", "Anna laughed."), (Failing(), Inventing()))
    assert found.findings == ()
    assert [each.check for each in found.skipped] == ["failing"]
    assert "it broke" in found.skipped[0].reason


WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            (
                *("Anna", "Tomas", "Greta", "died", "her", "eyes", "“", "”", "«", "\n\n", "—"),
                *(
                    "the",
                    "was",
                    "compass",
                    "gave",
                    "to",
                    "took",
                    ".",
                    ",",
                    "?",
                    "forty",
                    "'s",
                    "if",
                ),
            )
        ),
        st.text(max_size=8),
    ),
    max_size=60,
).map(" ".join)


@settings(max_examples=25, deadline=None)
@given(WORDS, WORDS, st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_every_quote_is_verbatim(earlier: str, draft: str, code: str) -> None:
    looked_at = case(ENGLISH, earlier, draft, code)
    for finding in ConsistencyAnalyst().analyse(looked_at).findings:
        for evidence in finding.evidence:
            if evidence.source != "bible":
                assert evidence.quote in (draft if evidence.source == "draft" else earlier)


@pytest.mark.parametrize("junk", ["“", '"', "A ", "a,", "— ", "Anna ", "Anna’s ", "\n", ".", "'"])
@pytest.mark.timeout(20)
def test_hostile_text_ends(junk: str) -> None:
    text = junk * (20_000 // len(junk))
    case(ENGLISH, text, text)
