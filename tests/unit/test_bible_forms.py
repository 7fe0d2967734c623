"""A bible in the forms that authors write it in: the check understands them alike."""

from collections.abc import Mapping

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.gate import check, prepare
from domain.story.reading import ChapterText

BROTHER = "Tom Hask was Nora's husband, and he was proud of it. Nora smiled at the rain."
EYES = "Nora's brown eyes went to the door. The rain had not stopped since the morning."
YEUX = "Les yeux bruns de Nora se tournèrent vers la porte. La pluie tombait toujours."
HUSBAND = "Tom Hask, Nora's husband, came down to the door. The rain had not stopped."


def found(
    entry: Mapping[str, object], draft: str, language: str = "en", **others: object
) -> list[str]:
    people = [{"name": "Nora Vane", "aliases": "Nora", **entry}, "Tom Hask", "Ida Brandt"]
    bible = Bible.model_validate({"characters": people, **others})
    case = prepare(load_language(language), bible, (), ChapterText(number=1, text=draft))
    return [finding.kind for finding in check(case).findings]


@pytest.mark.parametrize(
    "entry",
    [
        {"relations": {"Tom Hask": "brother"}},
        {"relationships": {"Tom Hask": "her younger brother"}},
        {"relationships": [{"name": "Tom Hask", "relation": "brother"}]},
        {"relationships": [{"relation": "brother", "with": "Tom Hask"}]},
        {"relationships": ["Ida Brandt (aunt)", "Tom Hask (elder brother)"]},
        {"attributes": {"Tom Hask": "brother"}},
        {"attributes": {"family": "brother: Tom Hask; aunt: Ida Brandt"}},
    ],
)
def test_relatives_are_understood(entry: dict[str, object]) -> None:
    assert "relation" in found(entry, BROTHER)
    assert not found(entry, BROTHER.replace("husband", "brother"))


def test_who_is_married_to_whom_is_understood() -> None:
    assert "relation" in found({"married_to": "Ida Brandt"}, HUSBAND)
    assert not found({"married_to": "Tom Hask"}, HUSBAND)


@pytest.mark.parametrize("key", ["eyeColor", "eye_colour", "Eye color", "eyes"])
def test_keys_are_words_however_they_are_joined(key: str) -> None:
    for attributes in ({key: "green"}, {"appearance": {key: "green"}}):
        assert found({"attributes": attributes}, EYES) == ["attribute"]
    assert not found({"attributes": {key: "brown"}}, EYES)


def test_a_french_bible_may_have_english_keys() -> None:
    attributes = {"eye colour": "verts"}
    assert found({"attributes": attributes}, YEUX, "fr") == ["attribute"]
    assert not found({"attributes": {"eye colour": "bruns"}}, YEUX, "fr")


def test_rules_and_facts_go_by_several_keys() -> None:
    bible = Bible.model_validate(
        {
            "rules": [{"name": "Tides", "description": "Nobody sails at night."}, {"rule": "No."}],
            "facts": [
                {"fact": "The mill burned.", "known_by": "Nora"},
                {"subject": "Nora", "predicate": "age", "value": 34},
            ],
            "timeline": [{"year": 1890, "event": "The flood."}, "The fire."],
        }
    )
    assert [(rule.name, rule.text) for rule in bible.rules] == [
        ("Tides", "Nobody sails at night."),
        ("", "No."),
    ]
    assert bible.facts[0].known_by == ("Nora",)
    assert [fact.text or fact.object for fact in bible.facts] == ["The mill burned.", "34"]
    assert [(line.when, line.text) for line in bible.timeline] == [
        ("1890", "The flood."),
        ("", "The fire."),
    ]
    assert Bible.model_validate(bible.model_dump()) == bible


def test_groups_of_attributes_lose_nothing() -> None:
    groups = {"hair": "red", "as a child": {"hair": "fair", "eyes": None, "marks": ["a", {"b": 1}]}}
    entry = Bible.model_validate({"characters": [{"name": "Nora", "attributes": groups}]})
    assert entry.characters[0].attributes == {
        "hair": "red",
        "as a child hair": "fair",
        "as a child marks": "a; 1",
    }
