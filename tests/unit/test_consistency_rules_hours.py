"""Rules of hours, numbers and prices; words of a rule that stand for others; what is plain between
the lines."""

from collections.abc import Sequence

import pytest

from tests.unit.contradictions import broken_rules

PEOPLE = [
    {"name": "Walter Beck", "attributes": {"sex": "m"}},
    {"name": "Agnes", "attributes": {"sex": "f"}},
    {"name": "Aurèle", "attributes": {"rang": "apprenti", "sex": "m"}},
]


def broken(rule: str, draft: str, language: str = "en") -> Sequence[str]:
    return broken_rules(PEOPLE, rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft", "language"),
    [
        (
            "The lift is shut off between midnight and six.",
            "It was night. At one Walter came down by the lift.",
            "en",
        ),
        (
            "Nobody may enter the library after ten at night.",
            "Walter entered the library at midnight.",
            "en",
        ),
        (
            "The vault can only be entered between nine and ten in the morning.",
            "It was afternoon when Walter entered the vault.",
            "en",
        ),
        (
            "Le bac ne passe pas entre vingt-deux heures et six heures.",
            "Aurèle arriva par le bac de minuit.",
            "fr",
        ),
        ("A wizard may cast only three spells a day.", "Walter cast a fifth spell.", "en"),
        (
            "A letter takes three weeks to reach the colony.",
            "Two days later the letter had reached Agnes.",
            "en",
        ),
        (
            "Whoever drinks from the spring forgets their name.",
            "Walter drank from the spring. Nothing happened.",
            "en",
        ),
        ("Everybody must wear a helmet.", "Walter went in, bareheaded.", "en"),
        (
            "Nobody leaves the base without a suit.",
            "Walter left the base in his pyjamas.",
            "en",
        ),
        ("It is forbidden to whistle on board.", "Walter was on board, whistling.", "en"),
        ("The elevator has been broken for years.", "Walter took the elevator up.", "en"),
        (
            "Un passeur ne peut traverser la rivière que sur un pont.",
            "Le passeur Aurèle traversa la rivière à la nage.",
            "fr",
        ),
        (
            "Seuls les maîtres peuvent porter l’habit rouge.",
            "Aurèle traversa la cour dans son habit rouge.",
            "fr",
        ),
        ("Sur l’île, aucun téléphone ne capte.", "Le téléphone d’Aurèle vibra.", "fr"),
    ],
)
def test_a_broken_rule_is_found(rule: str, draft: str, language: str) -> None:
    assert broken(rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft", "language"),
    [
        (
            "The lift is shut off between midnight and six.",
            "At nine Walter came down by the lift.",
            "en",
        ),
        (
            "Nobody may enter the library after ten at night.",
            "Walter entered the library at four.",
            "en",
        ),
        (
            "The vault can only be entered between nine and ten in the morning.",
            "At nine in the morning Walter entered the vault.",
            "en",
        ),
        (
            "Le bac ne passe pas entre vingt-deux heures et six heures.",
            "Aurèle arriva par le bac de neuf heures.",
            "fr",
        ),
        ("A wizard may cast only three spells a day.", "Walter cast his third spell.", "en"),
        (
            "A letter takes three weeks to reach the colony.",
            "Four weeks later the letter had reached Agnes.",
            "en",
        ),
        (
            "Whoever drinks from the spring forgets their name.",
            "Walter drank from the spring and could not tell who he was.",
            "en",
        ),
        ("Everybody must wear a helmet.", "Walter went in with his helmet on.", "en"),
        (
            "Nobody leaves the base without a suit.",
            "Walter slept at the base in his pyjamas.",
            "en",
        ),
        ("Margaret can’t swim.", "Walter said on the phone that there was news.", "en"),
        ("The elevator has been broken for years.", "Walter passed the elevator.", "en"),
        (
            "Seuls les maîtres peuvent porter l’habit rouge.",
            "Aurèle regarda passer l’habit rouge.",
            "fr",
        ),
        ("No ship leaves the harbour in winter.", "In winter Walter left the harbour.", "en"),
    ],
)
def test_what_keeps_a_rule_is_silent(rule: str, draft: str, language: str) -> None:
    assert not broken(rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("Since her fall Agnes is not allowed to drive.", "Agnes drove to the village."),
        ("Nobody sits in Walter’s chair by the fire.", "Agnes had the chair by the fire."),
    ],
)
def test_why_and_whose_are_no_part_of_what_is_forbidden(rule: str, draft: str) -> None:
    assert broken(rule, draft)


def test_what_somebody_is_said_to_lack_is_lacking() -> None:
    rule = "The gate opens only with the ring."
    draft = "Walter did not have the ring. He pushed, and the gate opened."
    assert broken(rule, draft)
    assert not broken(rule, "Walter showed the ring. He pushed, and the gate opened.")
