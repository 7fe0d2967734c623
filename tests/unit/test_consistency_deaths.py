"""Who is dead by a bible, told in the ways that authors write it down."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.life.life import life_and_death
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.gate import prepare
from domain.story.coherence.verdict import Finding
from domain.story.reading import ChapterText

_ALIVE = {"en": "Tom nodded and shut the door.", "fr": "Tom hocha la tête et ferma la porte."}


def _found(language: str, draft: str = "", tom: object = None, **bible: object) -> list[Finding]:
    people = [
        {"name": "Tom Hask", "aliases": ["Tom"], "attributes": tom or {}},
        {"name": "Nora Vane", "aliases": ["Nora"]},
        {"name": "Paul Sorel", "aliases": ["Paul"]},
    ]
    read = Bible.model_validate({"characters": people, **bible})
    text = ChapterText(number=2, text=draft or _ALIVE[language])
    earlier = (ChapterText(number=1, text="Nora opened the window. Paul read the mail."),)
    return list(life_and_death(gather(prepare(load_language(language), read, earlier, text))))


@pytest.mark.parametrize(
    ("language", "key", "value"),
    [
        ("en", "status", "deceased (1987)"),
        ("en", "alive", "no"),
        ("en", "dead", "yes"),
        ("en", "death_date", "3 May 1987"),
        ("en", "died", "1987"),
        ("en", "fate", "drowned in 1990"),
        ("en", "description", "Nora's late husband"),
        ("en", "role", "deceased brother of Nora"),
        ("fr", "statut", "mort"),
        ("fr", "date de décès", "3 mai 1987"),
        ("fr", "rôle", "le défunt mari de Nora"),
    ],
)
def test_an_attribute_says_that_somebody_is_dead(language: str, key: str, value: str) -> None:
    assert _found(language, tom={key: value})


@pytest.mark.parametrize(
    ("language", "key", "value"),
    [
        ("en", "status", "alive"),
        ("en", "status", "not dead"),
        ("en", "status", "unmarried, no children"),
        ("en", "deceased", "no"),
        ("en", "fear", "being buried alive"),
        ("en", "role", "widower; his late wife was called Eva"),
        ("en", "status", "dies in chapter 9"),
        ("en", "death", "dies of a fever in the second book"),
        ("en", "death", "falls into the old shaft"),
        ("fr", "mort", "meurt de froid dans la montagne"),
        ("fr", "statut", "vivant"),
        ("fr", "décédé", "non"),
    ],
)
def test_an_attribute_says_nothing_of_death(language: str, key: str, value: str) -> None:
    assert not _found(language, tom={key: value})


@pytest.mark.parametrize(
    ("language", "fact"),
    [
        ("en", "Nora's husband, Tom, died two years ago."),
        ("en", "Tom, a miller's son, was killed in the war."),
        ("en", "Tom lost his life in an avalanche."),
        ("en", "Tom was shot and killed at the border."),
        ("en", "Tom did not make it to the hospital."),
        ("fr", "Le mari de Nora, Tom, est mort il y a deux ans."),
        ("fr", "Tom a été emporté par la fièvre."),
    ],
)
def test_a_fact_says_that_somebody_is_dead(language: str, fact: str) -> None:
    assert _found(language, facts=[fact])


@pytest.mark.parametrize(
    "fact",
    [
        "Nora believes that Tom is dead.",
        "Tom survived the fire in which Nora's father died.",
        "Paul, the father of Nora and Tom, drowned in the lake.",
    ],
)
def test_a_fact_of_somebody_else_or_doubtful_is_no_death(fact: str) -> None:
    assert not _found("en", facts=[fact])


def test_what_is_still_to_come_in_the_timeline_is_no_death() -> None:
    line = {"when": "chapter 9", "text": "Tom dies in the fire."}

    assert not _found("en", timeline=[line])
    assert _found("en", timeline=[{**line, "when": "1987"}])


def test_a_day_that_the_draft_has_not_come_to_is_still_to_come() -> None:
    facts = ["Tom died on day 214, in the crevasse."]

    assert not _found("en", "Day 198. Tom walked in and smiled.", facts=facts)
    assert _found("en", "Day 231. Tom walked in and smiled.", facts=facts)


def test_a_fact_may_tell_of_a_death_of_whom_no_entry_names() -> None:
    facts = ["Edgar Brandt, the father of Ida, drowned in 1987."]

    assert _found("en", "Edgar opened the door and smiled.", facts=facts)
    assert not _found("en", "Ida opened the door and smiled.", facts=facts)


def test_a_pronoun_that_may_mean_another_says_of_nobody_that_they_died() -> None:
    facts = ["Paul was on the back of Tom's motorbike when he died."]

    assert not _found("en", "Paul walked in and smiled.", facts=facts)


def test_a_rule_that_nobody_comes_back_lets_nobody_come_back() -> None:
    rules = ["Magic cannot bring back the dead, and there are no ghosts."]

    assert _found("en", tom={"status": "dead"}, rules=rules)
    assert not _found("en", tom={"status": "dead"}, rules=["The dead may be raised: resurrection."])


def test_a_grave_in_the_draft_is_no_death_told_there() -> None:
    draft = "Nora put flowers on Tom's grave. At the gate Tom was waiting with a basket."

    assert _found("en", draft, tom={"status": "dead"})


@pytest.mark.parametrize(
    "draft",
    [
        "Nora called Tom and told him about the letter.",
        "Nora sat next to Tom and took his hand.",
        '"I spoke to Tom yesterday," said Paul.',
        "Tom had rung her that morning to say he would be late.",
        "Her uncle Tom poured the tea.",
        "Tom's laugh rang out across the room.",
        '"You could ask Tom yourself," said Paul.',
        "Tom, his hat in his hand and his boots unlaced, waited.",
    ],
)
def test_whoever_is_dealt_with_lives(draft: str) -> None:
    assert _found("en", draft, facts=["Tom died in the fire of 1987."])


@pytest.mark.parametrize(
    "draft",
    [
        "Nora bent over the coffin and kissed Tom on the forehead.",
        "Nora thought of Tom, who had taught her to swim.",
        "Tom rode beside her, sewn in gold thread on the banner.",
        "In her head Tom laughed at all of them.",
        "Nora is late. She runs. Tom was tall and he laughed a lot. She is tired, and it is cold.",
        "Paul talked to Tom's picture every evening.",
        "Nora could almost hear Tom in the next room.",
    ],
)
def test_the_dead_may_be_mourned(draft: str) -> None:
    assert not _found("en", draft, facts=["Tom died in the fire of 1987."])


def test_who_lives_has_not_been_dead_for_years() -> None:
    draft = "Tom has been dead for ten years, Nora told him."

    assert _found("en", draft, tom={"status": "alive"})
    assert not _found("en", draft, tom={"status": "dead"})


def test_who_died_long_ago_did_not_die_last_night() -> None:
    draft = "Tom died last night in hospital."

    assert _found("en", draft, facts=["Tom died in the fire of 1987."])
    assert not _found("en", draft)


def test_whoever_does_much_before_a_death_that_the_bible_tells_of_is_not_dead_yet() -> None:
    fact = ["Tom died at the foot of the stairs early on Thursday."]
    lively = "Tom came up the steps. Tom took off his coat. Tom kissed Nora."

    assert not _found("en", lively, facts=fact)
    assert _found("en", "Tom came up the steps.", facts=fact)
    assert _found("en", lively, facts=["Tom died long ago."])
