"""Secrets as a bible writes them down, and who gives them away."""

from collections.abc import Mapping

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.knowledge.knowledge import knowledge
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

Entries = Mapping[str, object]


def clashes(bible: Entries, before: str, draft: str, language: str = "en") -> bool:
    case = prepare(
        load_language(language),
        Bible.model_validate(bible),
        (ChapterText(number=1, text=before),),
        ChapterText(number=2, text=draft),
    )
    return bool(list(knowledge(gather(case))))


def of(text: str, *names: str) -> Entries:
    return {"characters": names, "facts": [text]}


def attributed(key: str, value: str) -> Entries:
    noll = {"name": "Noll", "attributes": {"sex": "m", key: value}}
    return {"characters": [noll, {"name": "Hester", "attributes": {"sex": "f"}}]}


SPIRE = "“The spire is cracked,” said Noll."


@pytest.mark.parametrize(
    "text",
    [
        "Only Hester knows that the spire is cracked.",
        "The spire is cracked. Only Hester knows it.",
        "The spire is cracked, and Noll does not know it.",
        "Unknown to Noll, the spire is cracked.",
        "Nobody but Hester and Piers knows that the spire is cracked.",
        "That the spire is cracked is known only to Hester.",
        "Hester is the only one who knows that the spire is cracked.",
    ],
)
def test_a_bible_says_in_words_who_knows(text: str) -> None:
    bible = of(text, "Hester", "Noll", "Piers")
    assert clashes(bible, "It rained.", SPIRE)
    assert not clashes(bible, "It rained.", "“The spire is cracked,” said Hester.")
    assert not clashes(bible, "It rained.", "“The spire is very tall,” said Noll.")
    assert not clashes(bible, "“The spire is cracked,” said Hester to Noll.", SPIRE)


@pytest.mark.parametrize(
    "text",
    [
        "Seule Hester sait que la flèche est fendue.",
        "La flèche est fendue. Noll ne le sait pas.",
        "Personne, à part Hester, ne sait que la flèche est fendue.",
        "La flèche est fendue à l’insu de Noll.",
    ],
)
def test_a_bible_says_in_french_who_knows(text: str) -> None:
    bible = of(text, "Hester", "Noll")
    draft = "— La flèche est fendue, dit Noll."
    assert clashes(bible, "Il pleuvait.", draft, "fr")
    assert not clashes(bible, "Il pleuvait.", "— La flèche est haute, dit Noll.", "fr")


def test_who_cannot_do_something_keeps_no_secret() -> None:
    bible = of("Noll does not know how to swim.", "Noll", "Hester")
    assert not clashes(bible, "It rained.", "“I can swim well,” said Noll.")


@pytest.mark.parametrize(
    ("key", "value", "draft", "expected"),
    [
        ("secret", "he was adopted; he does not know it", "“I was adopted,” said Noll.", True),
        ("secret", "he stole the chalice", "“Noll stole the chalice,” said Hester.", True),
        ("secret", "he stole the chalice", "“I stole the chalice,” said Noll.", False),
    ],
)
def test_attributes_hold_secrets(key: str, value: str, draft: str, expected: bool) -> None:
    assert clashes(attributed(key, value), "It rained.", draft) is expected


def test_a_secret_name_is_given_away_by_who_says_that_they_are_one() -> None:
    piers = {"name": "Piers Lamb", "aliases": ["the Magpie"]}
    bible = {
        "characters": [piers, "Noll"],
        "facts": ["Nobody knows that Piers Lamb is the Magpie."],
    }
    assert clashes(bible, "It rained.", "“Piers Lamb, you are the Magpie,” said Noll.")
    assert not clashes(bible, "It rained.", "“The Magpie got away again,” said Noll.")


PASSAGE = (
    "Hester knelt. The spire was cracked from the weathercock down; a mason named Crewe had "
    "stuffed it with tallow and rags."
)


def test_details_of_where_a_secret_is_told_give_it_away() -> None:
    facts = [{"text": "The spire is cracked.", "known_by": ["Hester"]}]
    bible = {"characters": ["Hester", "Noll"], "facts": facts}
    assert clashes(bible, PASSAGE, "“A mason stuffed it with tallow,” said Noll.")
    assert not clashes(bible, PASSAGE, "“The weather will turn,” said Noll.")


def test_whoever_only_stands_near_has_not_been_told() -> None:
    facts = [{"text": "Hester sold the orchard to a brewer.", "known_by": ["Hester"]}]
    bible = {"characters": ["Hester", "Noll"], "facts": facts}
    before = "Noll swept the yard.\n\nHester thought of the orchard and the brewer, and paid."
    assert clashes(bible, before, "“You sold the orchard to a brewer,” said Noll.")


def test_a_person_who_is_not_to_be_told_has_not_been() -> None:
    bible = {"characters": ["Hester", "Noll", "Piers"]}
    before = (
        "Piers shut the door. “I pawned the sextant in Deal,” he told Hester. “Don’t tell Noll.”"
    )
    assert clashes(bible, before, "“He pawned the sextant,” said Noll.")
    assert not clashes(bible, before, "“He pawned the sextant,” said Hester.")


def test_whoever_says_how_they_know_may_know() -> None:
    bible = of("Only Hester knows that the spire is cracked.", "Hester", "Noll")
    said = "“The spire is cracked,” said Noll. “The mason told me.”"
    assert not clashes(bible, "It rained.", said)


@pytest.mark.parametrize(
    ("before", "draft", "expected"),
    [
        ("The letter was sealed.", "“The letter says we are to sail,” said Noll.", True),
        ("The letter was sealed.", "“The letter may say anything,” said Noll.", False),
        (
            "The letter was sealed. Hester broke the wax, opened the letter and read it out.",
            "“The letter says we are to sail,” said Noll.",
            False,
        ),
        (
            "Noll wrote the letter and left it sealed.",
            "“The letter says we are to sail,” said Noll.",
            False,
        ),
    ],
)
def test_nobody_knows_what_is_in_a_sealed_letter(before: str, draft: str, expected: bool) -> None:
    assert clashes({"characters": ["Hester", "Noll"]}, before, draft) is expected


def test_the_pronoun_beside_what_is_said_tells_who_cannot_have_said_it() -> None:
    hester = {"name": "Hester", "attributes": {"sex": "f"}}
    noll = {"name": "Noll", "attributes": {"sex": "m"}}
    facts = [{"text": "The spire is cracked.", "known_by": ["Hester"]}]
    bible = {"characters": [hester, noll], "facts": facts}
    before = "Hester and Noll swept the yard."
    draft = "Hester and Noll sat down. Hester sighed.\n\n“The spire is cracked,” {} said."
    assert clashes(bible, before, draft.format("he"))
    assert not clashes(bible, before, draft.format("she"))


def test_each_clause_of_a_fact_is_a_secret() -> None:
    facts = [{"text": "Noll cannot read, and Hester teaches him.", "known_by": ["Noll", "Hester"]}]
    bible = {"characters": ["Noll", "Hester", "Piers"], "facts": facts}
    assert clashes(bible, "It rained.", "“Noll cannot read a word,” said Piers.")
    assert not clashes(bible, "It rained.", "“Noll, read us the lesson,” said Piers.")


def test_who_says_i_in_french_is_the_one_who_speaks() -> None:
    hester = {"name": "Hester", "attributes": {"rôle": "narratrice"}}
    facts = [{"text": "La flèche est fendue.", "known_by": ["Hester"]}]
    bible = {"characters": [hester, "Noll"], "facts": facts}
    draft = "Noll recula. « La flèche est fendue, {}. Crois-moi. »"
    assert clashes(bible, "Il pleuvait.", draft.format("dit-il"), "fr")
    assert not clashes(bible, "Il pleuvait.", draft.format("ai-je dit"), "fr")


def test_words_of_a_secret_and_whom_it_is_about_give_it_away() -> None:
    facts = [{"text": "Hester paid the smugglers from the chapel fund.", "known_by": ["Hester"]}]
    bible = {"characters": ["Hester", "Noll"], "facts": facts}
    assert clashes(bible, "It rained.", "“It was the chapel fund you took, Hester,” said Noll.")
    assert not clashes(bible, "It rained.", "“Give to the chapel, Hester,” said Noll.")


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("“The password?” asked Hester.\n\n“Larkspur,” said Noll.", True),
        ("“The password?” asked Hester.\n\n“I don’t have it,” said Noll.", False),
        ("“The password?” asked Noll.\n\n“Larkspur,” said Hester.", False),
        ("“The weather?” asked Hester.\n\n“Cloudy,” said Noll.", False),
    ],
)
def test_whoever_does_not_know_a_password_cannot_say_it(draft: str, expected: bool) -> None:
    bible = of("Noll does not know the password of the gate.", "Hester", "Noll")
    assert clashes(bible, "It rained.", draft) is expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("Noll took the map and read all of it.", True),
        ("Noll read the map. Hester told Noll the whole story.", False),
    ],
)
def test_all_of_a_map_is_not_all_of_a_secret(before: str, expected: bool) -> None:
    bible = of("Only Hester knows that the spire is cracked.", "Hester", "Noll")
    assert clashes(bible, before, SPIRE) is expected


@pytest.mark.parametrize("kept", ["Nobody else is to hear of it", "This goes no further"])
def test_what_nobody_is_to_hear_of_is_a_secret(kept: str) -> None:
    bible = {"characters": ["Hester", "Piers", "Noll"]}
    before = f"“The spire is cracked from top to bottom,” said Hester. “{kept},” said Piers."
    assert clashes(bible, before, "“That spire is cracked to the bottom,” said Noll.")
    assert not clashes(bible, before, "“That spire is cracked to the bottom,” said Piers.")
