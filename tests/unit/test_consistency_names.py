"""What people are called."""

import pytest

from domain.story.coherence.consistency.names.names import names
from tests.unit.contradictions import contradictions

CHAPTER = {
    "en": (
        "Tom Hask had married Nora Vane. The cook, Mrs. Ashcombe, came with Sergeant Brennan. "
        "“Good morning,” said Mrs. Ashcombe. Sergeant Brennan said nothing. Viktor Sandoval "
        "laughed. “Sit down,” said Viktor Sandoval. Lucien laughed. “No,” said Lucien. "
        "Sergeant Brennan wrote it down, and Mrs. Ashcombe cried. Baron Ottokar laughed. “Well,” "
        "said Baron Ottokar."
    ),
    "fr": (
        "Tom Hask avait épousé Nora Vane. « Bonjour », dit Lucien. Le lieutenant Benali entra. "
        "« Asseyez-vous », dit Benali. Benali sourit. Viktor Sandoval entra. Viktor Sandoval rit. "
        "« Non », dit Lucien. Lucien sortit. Le lieutenant Benali nota tout."
    ),
}


@pytest.mark.parametrize(
    ("language", "draft"),
    [
        ("en", "Tom Hast came in."),
        ("en", "Nora Quill came in."),
        ("en", "Vincent Sandoval came in and sat down."),
        ("en", "“I know,” said Lucas."),
        ("en", "“Upon my soul, Ashbourne,” said Tom."),
        ("en", "“Good evening, Mrs. Ashcroft,” said Tom."),
        ("en", "Sergeant Brannigan sat down."),
        ("en", "Inspector Brennan sat down."),
        ("en", "Evan Hask let us in. Hask had no light on."),
        ("fr", "« Je sais », dit Lucas."),
        ("fr", "Le lieutenant Belkadi sortit son carnet."),
        ("fr", "Nora Lambert sourit."),
        ("fr", "Hugues Hask nous ouvrit. Hask n'avait pas de lampe."),
    ],
)
def test_a_name_that_is_not_theirs_is_found(language: str, draft: str) -> None:
    assert contradictions(names, language, CHAPTER[language], draft)


@pytest.mark.parametrize(
    ("language", "draft"),
    [
        ("en", "“Is that spelled Hask or Hast?” asked the clerk."),
        ("en", "My son Vincent Sandoval can draw you a map."),
        ("en", "Sergeant Brannigan of the traffic police sat down."),
        ("en", "There was a Mrs. Ashcroft in the next ward."),
        ("en", "“Luc,” said Tom, and nothing more."),
        ("en", "Evan Hask let us in. Hask had sent him. Evan showed us the stairs."),
        ("en", "His brother Evan Hask let us in. Hask had sent him."),
        ("en", "Brennan had been promoted: Inspector Brennan sat down."),
        ("en", "Strange to say, Stranger Lane was empty. Harsh words were said."),
        ("en", "The new boy was a Tom as well, Tom Fell, from the yard."),
        ("en", "Baroness Ottokar came with the baron."),
        ("en", "He knew the fate of Arthur Vane. Vane had been his friend."),
        ("en", "“I can’t tell you. Ask Hask.” Nora asked Hask, and Hask laughed."),
        ("fr", "Le lieutenant Belkadi, de la gendarmerie, gardait le bateau."),
        ("fr", "Lucas, le fils du menuisier, entra."),
        ("fr", "« Demande Hask. » Nora demanda Hask au téléphone, et Hask rit."),
    ],
)
def test_somebody_else_may_have_such_a_name(language: str, draft: str) -> None:
    assert contradictions(names, language, CHAPTER[language], draft) == []
