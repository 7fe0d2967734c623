"""Rules that forbid nothing in so many words: what harms, what a thing costs, who has none."""

from collections.abc import Sequence

import pytest

from adapters.languages import load_language
from domain.story.coherence.consistency.rules.clauses import Form
from domain.story.coherence.consistency.rules.rules import rules_in
from tests.unit.contradictions import broken_rules

PEOPLE = [
    {"name": "Sorrel", "attributes": {"race": "fae", "sex": "f"}},
    {"name": "Walter Beck", "attributes": {"race": "human", "sex": "m"}},
    {"name": "Lord Vesper", "attributes": {"nature": "undead", "sex": "m"}},
    {"name": "Mélusine", "attributes": {"nature": "fée", "sex": "f"}},
]


def broken(rule: str, draft: str, language: str = "en") -> Sequence[str]:
    return broken_rules(PEOPLE, rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft", "language"),
    [
        ("Iron burns the fae.", "Sorrel took the iron key and weighed it in her palm.", "en"),
        ("Iron burns the fae.", "Sorrel held the iron key, and did not even flinch.", "en"),
        ("The fae cannot bear iron.", "Sorrel leaned on the iron gate and laughed.", "en"),
        ("Mirrors only show the living.", "Lord Vesper admired himself in the mirror.", "en"),
        ("The undead cast no shadow.", "Lord Vesper came in, his shadow before him.", "en"),
        ("Every spell costs a memory.", "The spell cost her nothing.", "en"),
        ("Magic costs blood.", "Walter worked his magic without a drop of blood.", "en"),
        (
            "Whoever crosses the ford must pay the ferryman.",
            "Walter crossed the ford without paying anybody.",
            "en",
        ),
        ("Nobody is allowed to smoke in the vault.", "In the vault Walter smoked a pipe.", "en"),
        ("Walter has no licence, and he never drives.", "Walter drove to the village.", "en"),
        ("Le fer brûle les fées.", "Mélusine prit le clou de fer et le regarda.", "fr"),
        ("Personne n’a le droit de fumer au grenier.", "Walter fuma au grenier.", "fr"),
    ],
)
def test_a_broken_rule_is_found(rule: str, draft: str, language: str) -> None:
    assert broken(rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft", "language"),
    [
        ("Iron burns the fae.", "Walter took the iron key and weighed it in his palm.", "en"),
        ("Iron burns the fae.", "Sorrel took the iron key. It hissed in her fingers.", "en"),
        ("Iron burns the fae.", "Sorrel took the iron key in her glove.", "en"),
        ("Iron burns the fae.", "Sorrel would not touch the iron key.", "en"),
        ("Mirrors only show the living.", "Walter admired himself in the mirror.", "en"),
        ("Mirrors only show the living.", "There was no Lord Vesper in the mirror.", "en"),
        ("The undead cast no shadow.", "The tree threw a shadow. Lord Vesper threw none.", "en"),
        ("Magic costs blood.", "Walter worked his magic and bound his wrist.", "en"),
        (
            "Whoever crosses the ford must pay the ferryman.",
            "Walter crossed the ford and paid the ferryman.",
            "en",
        ),
        ("Nobody may swim in the lake.", "Far from the lake, Walter swam in a pool.", "en"),
        ("Nobody may sell a book that is unread.", "Walter sold a book.", "en"),
        ("Le fer brûle les fées.", "Mélusine saisit le fer et cria.", "fr"),
        ("Le fer brûle les fées.", "Walter prit le clou de fer.", "fr"),
    ],
)
def test_a_kept_rule_is_not(rule: str, draft: str, language: str) -> None:
    assert not broken(rule, draft, language)


def test_a_pronoun_is_what_the_clause_before_is_about() -> None:
    text = "The ferry is the only way across; it never runs in fog."
    (found,) = rules_in(text, load_language("en"), positive=False)
    assert found.form is Form.NEVER
    assert "ferry" in found.subject
    assert found.quote == "it never runs in fog"
