"""Rules of the world, kept and broken."""

from collections.abc import Sequence

import pytest

from tests.unit.contradictions import broken_rules

PEOPLE = [
    {"name": "Ottoline Frayne", "aliases": ["Ottoline"], "attributes": {"sex": "f"}},
    {"name": "Unit Seven", "attributes": {"species": "android"}},
    {"name": "Wystan", "attributes": {"profession": "keeper", "sex": "m"}},
]


def broken(rule: str, draft: str, language: str = "en") -> Sequence[str]:
    return broken_rules(PEOPLE, rule, draft, language)


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("Magic does not work after dark.", "At midnight Ottoline cast a spell and the lamp lit."),
        ("Magic does not work after dark.", "Night had come. Her spell worked at the first try."),
        ("No one can use magic in the city.", "Ottoline used magic in the city."),
        ("Werewolves cannot touch silver.", "The werewolf picked up the silver cup and drank."),
        ("The dead cannot be brought back to life.", "The dead king came back to life."),
        ("Vampires have no reflection.", "The vampire smiled at his reflection in the mirror."),
        ("The ferry never runs on Sundays.", "On Sunday Ottoline took the ferry to the far side."),
        ("The ferry never runs on Sundays.", "It was Sunday. They caught the early ferry across."),
        ("Androids cannot lie.", "Unit Seven lied without a moment of delay."),
        (
            "Nobody may enter the vault without two keys.",
            "Ottoline entered the vault with one key.",
        ),
        ("Nobody may enter the vault without two keys.", "Wystan went into the vault with no key."),
        ("Only the keeper may open the sluice.", "Ottoline opened the sluice with both hands."),
        ("There are no horses on the island.", "A horse was grazing on the island's one meadow."),
        ("The gate opens only with the iron key.", "Ottoline opened the gate without the key."),
        (
            "The vault can only be opened with the brass key.",
            "Wystan got into the vault with no key.",
        ),
        (
            "Keepers cannot cross running water except by a bridge.",
            "There was no bridge over the stream, so Wystan waded across.",
        ),
        ("No firearms are permitted on the island.", "He walked the island with a rifle."),
        ("The train runs only by day.", "At midnight Ottoline caught the train, which ran late."),
        ("Everybody must wear a mask in the hall.", "Nobody in the hall wore a mask that day."),
        ("No fire may be lit in the library.", "Ottoline lit a candle in the library."),
        ("Only witches can hear the river.", "Ottoline heard the river call her name."),
        ("Only women can hear the river.", "Wystan heard the river call his name."),
        ("Men cannot open the gate.", "Wystan opened the gate and went through."),
        ("No man may enter the temple.", "Wystan went into the temple at noon."),
        (
            "The causeway can only be crossed at low tide.",
            "At high tide Ottoline crossed the causeway.",
        ),
        ("Dragons are extinct.", "A dragon flew over the town."),
        ("Nobody has a telephone.", "The telephone rang."),
        ("The elevator is out of order.", "Ottoline took the elevator to the fifth floor."),
        ("There is no phone signal on the moor.", "“I phoned him from the moor,” said Ottoline."),
        ("It never rains in Aster.", "It rained all day in Aster."),
        ("Everyone must wear a mask outdoors.", "Ottoline went outdoors without a mask."),
    ],
)
def test_a_broken_rule_is_found(rule: str, draft: str) -> None:
    assert broken(rule, draft)


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("Magic does not work after dark.", "At noon Ottoline cast a spell and the lamp lit."),
        ("Magic does not work after dark.", "At midnight she tried a spell, and nothing came."),
        ("Vampires have no reflection.", "Ottoline smiled at her reflection in the mirror."),
        ("Iron burns the fae.", "The fae drew back from the iron nail."),
        ("There are no horses on the island.", "Ottoline had ridden horses at home."),
        ("Magic does not work after dark.", "If only a spell worked at midnight, she thought."),
        ("The ferry never runs on Sundays.", "On Sunday the ferry lay at the pier, and rusted."),
        ("The ferry never runs on Sundays.", "On Monday Ottoline took the ferry across."),
        ("Dragons are extinct.", "The dragons had died out long ago."),
        ("The elevator is out of order.", "Ottoline took the stairs."),
        ("Nobody swims in the river.", "Ottoline swam in the sea."),
        ("A robot may not harm a human.", "The robot obeyed Ottoline, a human."),
        ("Smoking is forbidden in the bank.", "In the bank Ottoline wanted a cigarette."),
        ("The ferry never runs on Sundays.", "On Sunday no ferry ran, so she stayed."),
        ("Androids cannot lie.", "Ottoline lied without a moment of delay."),
        (
            "Nobody may enter the vault without two keys.",
            "With both keys Wystan entered the vault.",
        ),
        ("Nobody may enter the vault without two keys.", "Nobody entered the vault that day."),
        ("Only the keeper may open the sluice.", "The keeper, Wystan, opened the sluice."),
        ("There are no horses on the island.", "She dreamed of a horse upon the island."),
        ("There are no horses on the island.", "On the mainland a horse was grazing."),
        (
            "The train runs only by day.",
            "In the morning Ottoline caught the train, which ran late.",
        ),
        ("No fire may be lit in the library.", "Ottoline read in the library until it was cold."),
        ("Only women can hear the river.", "Ottoline heard the river call her name."),
        ("Only women can hear the river.", "Unit Seven heard the river call its name."),
        ("Men cannot open the gate.", "Ottoline opened the gate and went through."),
        ("No man may enter the temple.", "Ottoline went into the temple at noon."),
        (
            "The causeway can only be crossed at low tide.",
            "At low tide Ottoline crossed the causeway.",
        ),
        ("Nobody enters the vault without a key.", "Nobody, she read, enters here without a key."),
        ("The lock is forbidden at night.", "Ottoline knew that the lock was forbidden."),
        ("Nobody goes into the vault alone.", "The vault, alone, was old. Wystan signed it out."),
        ("Nobody comes back from the far bank.", "Wystan was sent to bring her back, far off."),
        ("Nobody drinks before the beasts have drunk.", "Ottoline watched. The beasts drank."),
        ("Ottoline may not enter Mrs. Wystan's room.", "Ottoline walked upstairs."),
        ("Unit Sevens have no children.", "Ottoline, with Wystan in mind, kissed her own son."),
        ("The Wystans have no children.", "Ottoline, with Wystan in mind, kissed her own son."),
        ("Ottoline cannot walk.", "Ottoline sat still, and the clock in her went on walking."),
        ("No prisoner may enter the village.", "The prisoner came on a Monday, with Wystan."),
        ("The dead cannot be brought back.", "Wystan had lost few things that were brought back."),
        ("Ottoline Marsh has never left Aster.", "Ottoline went down the avenue, and turned left."),
    ],
)
def test_a_kept_rule_is_not(rule: str, draft: str) -> None:
    assert not broken(rule, draft)


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("Le bac ne circule jamais le dimanche.", "Le dimanche, Ottoline prit le bac."),
        ("Les morts ne peuvent pas revenir à la vie.", "Le roi mort revint à la vie."),
        ("Aucune arme n'est admise dans la salle.", "Wystan entra dans la salle, l'épée au côté."),
        ("Tout sortilège exige une parole.", "Sans un mot, Ottoline jeta le sortilège."),
        ("Seul le roi peut ouvrir le coffre.", "Wystan ouvrit le coffre d'une main."),
        ("La magie ne marche pas après la nuit.", "À minuit, Ottoline jeta un sort et réussit."),
        ("Nul ne peut entrer dans la crypte sans clef.", "Wystan entra dans la crypte sans clef."),
        ("On ne pénètre dans la crypte qu’avec la clef.", "Wystan entra dans la crypte sans clef."),
        ("Il n’y a pas de chevaux sur l’île.", "Un cheval paissait sur l’île."),
        ("Aucune flamme dans la bibliothèque.", "Elle alluma une bougie dans la bibliothèque."),
        ("Les hommes ne peuvent pas voir la rivière.", "Wystan vit la rivière au loin."),
    ],
)
def test_a_rule_is_broken_in_french(rule: str, draft: str) -> None:
    assert broken(rule, draft, "fr")


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("Le bac ne circule jamais le dimanche.", "Le lundi, Ottoline prit le bac."),
        ("Le bac ne circule jamais le dimanche.", "Le dimanche, personne ne prit le bac."),
        ("Nul ne peut entrer dans la crypte sans clef.", "Avec la clef, il entra dans la crypte."),
        ("Il n’y a pas de chevaux sur l’île.", "Il rêva d’un cheval sur l’île."),
        ("Les hommes ne peuvent pas voir la rivière.", "Ottoline vit la rivière au loin."),
        ("Nul n’entre dans la crypte sans clef.", "Personne n’y entre sans clef, dit Ottoline."),
        ("L’écluse est interdite la nuit.", "L’écluse est interdite, savait Ottoline."),
        ("On ne boit pas avant que les bêtes aient bu.", "Les bêtes burent."),
        ("Ottoline Marsh n’a jamais quitté Aster.", "Ottoline descendait l’avenue en chantant."),
    ],
)
def test_a_rule_is_kept_in_french(rule: str, draft: str) -> None:
    assert not broken(rule, draft, "fr")
