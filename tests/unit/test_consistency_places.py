"""Places and ways that do not go together, and those that do."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.places.places import place_and_travel
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

PLACES = ["Marrow Quay", "Tolven", "Sarn"]
PEOPLE = [
    {"name": "Ottoline Frayne", "aliases": ["Ottoline"], "attributes": {"sex": "f"}},
    {"name": "Wystan Frayne", "aliases": ["Wystan"], "attributes": {"sex": "m"}},
    {"name": "Berthe", "attributes": {"sex": "f", "lives in": "Tolven"}},
]


def clashes(before: str, draft: str, language: str = "en", rule: str = "") -> bool:
    bible = Bible.model_validate(
        {"characters": PEOPLE, "places": PLACES, "rules": [rule] if rule else []}
    )
    chapters = (ChapterText(number=1, text=before),)
    case = prepare(load_language(language), bible, chapters, ChapterText(number=2, text=draft))
    return bool(list(place_and_travel(gather(case))))


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        (
            "Wystan died in the infirmary at Tolven.",
            "Wystan was buried far off. Wystan died at Sarn.",
        ),
        ("Berthe smiled.", "Berthe lives in Sarn, and likes it."),
        ("Ottoline’s shop is in Tolven.", "Ottoline’s shop in Sarn was shut that day."),
        ("The journey took two days.", "The journey took an hour."),
        ("It was a two-day voyage to Sarn.", "The voyage to Sarn took three hours."),
        ("The mill stood to the north of the river.", "The mill stood south of the river."),
        ("To the west lay the sea.", "To the east lay the sea, grey and flat."),
        ("Sarn is ninety miles from Tolven.", "It was only five miles from Tolven to Sarn."),
        ("Sarn has no harbour.", "The harbour of Sarn was full of boats."),
        ("There was no railway at Sarn.", "The train stopped in Sarn at nine."),
        ("They locked Wystan in the cellar.", "Wystan poured the tea and passed the cups."),
        ("Wystan was locked in the tower.", "Wystan came into the kitchen, whistling."),
        ("It rained.", "Ottoline climbed up to the attic. Ottoline sat in the cellar."),
        (
            "Ottoline kissed him and left Wystan in Tolven. Then Ottoline rode north with Berthe.",
            "Ottoline and Berthe made camp in the snow. Wystan sat by the fire, singing.",
        ),
        (
            "Ottoline put Wystan on the train to Sarn. Ottoline walked home in the rain.",
            "Ottoline was at her desk by seven. Wystan brought her the post.",
        ),
        (
            "On Monday Wystan came by the early train from Sarn.",
            "Wystan, who had not left Sarn for a week, stood beside her.",
        ),
        ("There is no bridge over the water.", "Wystan had come across the bridge that morning."),
        ("In the night the flood swept away the bridge.", "Wystan crossed the bridge, whistling."),
    ],
)
def test_a_clash_is_found(before: str, draft: str) -> None:
    assert clashes(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Wystan died in the infirmary at Tolven.", "Wystan died at Tolven, they say."),
        ("Wystan died at Tolven.", "In a dream Wystan died at Sarn."),
        ("Berthe smiled.", "Berthe had moved to the coast. Berthe lives in Sarn now."),
        ("Ottoline’s shop is in Tolven.", "Wystan’s shop is in Sarn."),
        ("The journey took two days.", "The journey took two days, as always."),
        ("The mill stood to the north of the river.", "The chapel stood south of the river."),
        ("Sarn has no harbour.", "The harbour of Tolven was full of boats."),
        ("Sarn has no harbour.", "If Sarn had a harbour, she thought, there would be boats."),
        ("They locked Wystan in the cellar.", "Berthe unlocked the door. Wystan came up to tea."),
        ("They locked Wystan in the cellar.", "Days later Wystan came in to tea."),
        (
            "It rained.",
            "Ottoline climbed up to the attic. Then she went down again. Ottoline sat "
            "in the cellar.",
        ),
        ("It rained.", "Ottoline climbed up to the attic. Ottoline sat in the attic."),
        (
            "Ottoline kissed him and left Wystan in Tolven. Then Ottoline rode north with Berthe.",
            "Ottoline made camp. At dusk Wystan rode in; he had caught up with them. Wystan sat "
            "down.",
        ),
        (
            "Ottoline kissed him and left Wystan in Tolven. Then Ottoline rode north with Berthe.",
            "Wystan sat by the window. Snow fell on the roofs of Tolven.",
        ),
        (
            "Ottoline put Wystan on the train to Sarn. Ottoline walked home in the rain.",
            "Months later Ottoline was at her desk. Wystan brought her the post.",
        ),
        ("There is no bridge over the water.", "Wystan wished that he could cross the bridge."),
        ("In the night the flood swept away the bridge.", "Wystan had often crossed the bridge."),
        (
            "In the night the flood swept away the bridge.",
            "The bridge was rebuilt by June. Wystan crossed the bridge, whistling.",
        ),
    ],
)
def test_what_goes_together_is_not(before: str, draft: str) -> None:
    assert not clashes(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Wystan est mort à Tolven.", "Wystan est mort à Sarn, un soir de pluie."),
        ("Berthe habite à Tolven.", "Berthe habite à Sarn."),
        ("La traversée dura deux jours.", "La traversée dura une heure."),
        ("Le moulin était au nord de la rivière.", "Le moulin était au sud de la rivière."),
        ("Sarn n’a pas de port.", "Le port de Sarn était plein de barques."),
        (
            "On enferma Wystan dans la cave.",
            "On enferma Wystan dans la cave. Wystan entra au salon.",
        ),
        ("Sarn est à dix kilomètres du port.", "Sarn était à soixante kilomètres du port."),
        ("La crue emporta le pont.", "Wystan traversa le pont en sifflant."),
    ],
)
def test_a_clash_is_found_in_french(before: str, draft: str) -> None:
    assert clashes(before, draft, "fr")


def test_nobody_leaves_a_place_that_is_cut_off() -> None:
    rule = "L’avalanche a coupé la seule route de Tolven."
    assert clashes("Il neige.", "Ottoline descendit dîner à Sarn.", "fr", rule)
    assert not clashes("Il neige.", "Ottoline voulait descendre à Sarn.", "fr", rule)
    assert not clashes("Il neige.", "La route fut dégagée. Ottoline alla à Sarn.", "fr", rule)


LAID = (
    "Anna has never been to Paris.",
    "Lena has never left Tolven.",
    "Marcus is in prison in Leeds.",
    "The wedding takes place in the old chapel.",
    "Sarn lies on the coast of Scotland.",
)


def laid_down_clash(draft: str, before: str = "It rained.") -> bool:
    bible = Bible.model_validate(
        {
            "characters": ["Anna", "Lena", "Marcus", "Peter"],
            "places": PLACES,
            "facts": [{"text": text} for text in LAID],
        }
    )
    chapters = (ChapterText(number=1, text=before),)
    case = prepare(load_language("en"), bible, chapters, ChapterText(number=2, text=draft))
    return bool(list(place_and_travel(gather(case))))


@pytest.mark.parametrize(
    "draft",
    [
        "Anna had spent a summer in Paris.",
        "“When I was in Paris,” said Anna, “I lived on bread.”",
        "“I lived in London for a year,” said Lena.",
        "Marcus sat down at the kitchen table and poured the tea.",
        "The wedding was held in the town hall.",
        "They were married on the beach; the wedding was loud.",
        "Sarn lay far inland.",
        "Sarn, a small town in Spain, was quiet.",
    ],
)
def test_what_goes_against_a_fact_is_found(draft: str) -> None:
    assert laid_down_clash(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Anna had never been to Paris.",
        "Anna dreamed of the summer she would spend in Paris.",
        "Peter had spent a summer in Paris.",
        "Lena wanted to leave Tolven.",
        "Marcus sat in his cell and counted the bars.",
        "They released Marcus in May. Marcus sat down at the kitchen table.",
        "Peter thought of Marcus, who had sat at this table.",
        "The wedding was held in the little chapel.",
        "The meeting was held in the town hall.",
        "Sarn lay by the sea, in the north of Scotland.",
    ],
)
def test_what_goes_with_the_facts_is_not(draft: str) -> None:
    assert not laid_down_clash(draft)


def test_who_calls_from_far_away_is_not_here_an_hour_later() -> None:
    call = "Marcus telephoned from Sarn. Anna sat in the kitchen."
    assert laid_down_clash("An hour later Marcus knocked at the door.", call)
    assert not laid_down_clash("Two days later Marcus knocked at the door.", call)


def test_a_hut_in_the_wood_is_not_by_the_harbour() -> None:
    before = "Peter’s hut stood in the middle of the wood."
    assert laid_down_clash("Peter’s hut stood down at the harbour.", before)
    assert not laid_down_clash("Peter’s hut stood at the edge of the forest.", before)
    assert not laid_down_clash("Lena’s hut stood down at the harbour.", before)


def test_two_places_at_two_hours_are_no_further_apart_than_the_way_takes() -> None:
    way = "The journey from Sarn to Tolven takes three days."
    assert laid_down_clash("At six Peter was in Sarn. At seven he was in Tolven.", way)
    assert not laid_down_clash(
        "At six Peter was in Sarn. The next day at seven he slept in Tolven.", way
    )
    assert not laid_down_clash("At six Peter was in Sarn. At seven Anna was in Tolven.", way)
