"""Who knows what they cannot know, and who may."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.knowledge.knowledge import knowledge
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

PEOPLE = [
    {"name": "Ottoline Frayne", "aliases": ["Ottoline"], "attributes": {"sex": "f"}},
    {"name": "Wystan Frayne", "aliases": ["Wystan"], "attributes": {"sex": "m"}},
    {"name": "Berthe", "attributes": {"sex": "f"}},
]
FACTS = {
    "en": {"text": "Ottoline sold the vineyard to pay a debt.", "known_by": ["Ottoline Frayne"]},
    "fr": {"text": "Ottoline a vendu la vigne pour une dette.", "known_by": ["Ottoline Frayne"]},
}


def clashes(before: str, draft: str, language: str = "en") -> bool:
    bible = Bible.model_validate({"characters": PEOPLE, "facts": [FACTS[language]]})
    chapters = (ChapterText(number=1, text=before),)
    case = prepare(load_language(language), bible, chapters, ChapterText(number=2, text=draft))
    return bool(list(knowledge(gather(case))))


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("It rained.", "“You sold the vineyard,” said Wystan. “You owed too much.”"),
        ("It rained.", "“Why did you sell the vineyard?” asked Berthe. “For a debt.”"),
        ("It rained.", "Wystan knew that the vineyard had been sold for a debt."),
        (
            "Ottoline told nobody that the chapel roof was rotten.",
            "“The chapel roof is rotten,” said Wystan.",
        ),
        ("Wystan did not know that the mare had gone lame.", "“The mare is lame,” said Wystan."),
        ("Ottoline had known Wystan for years.", "Ottoline introduced herself to Wystan."),
        (
            "“The Vermeer is a forgery,” said Berthe. “Nobody else knows.” Ottoline nodded.",
            "Wystan knew that the Vermeer was a forgery.",
        ),
        (
            "“The Vermeer is a forgery,” said Berthe. Ottoline nodded. She did not tell Wystan.",
            "Wystan already knew that the Vermeer was a forgery.",
        ),
        (
            "“I’ve read the letter,” said Berthe. “The name in it is Wystan.”",
            "Berthe had never learned whose name was in the letter.",
        ),
        ("“Tea?” Ottoline said to Wystan.", "Ottoline had never met Wystan before."),
        ("“Tea?” Ottoline said to Wystan.", "“I don't think we've met,” Ottoline told Wystan."),
        ("Wystan did not know that Berthe was pregnant.", "“Berthe is pregnant,” said Wystan."),
        ("Wystan had no idea that Berthe was his mother.", "“Berthe is my mother,” said Wystan."),
        ("Wystan had no idea that he was adopted.", "“I know I was adopted,” said Wystan."),
        ("Berthe kept her illness secret from Wystan.", "Wystan knew about Berthe's illness."),
        (
            "Nobody knew that Berthe had killed the banker.",
            "“Berthe killed him!” said Wystan. “The banker.”",
        ),
        (
            "Ottoline told Wystan that the bridge was closed.",
            "Wystan had never heard that the bridge was closed.",
        ),
    ],
)
def test_what_cannot_be_known_is_found(before: str, draft: str) -> None:
    assert clashes(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        (
            "“The Vermeer is a forgery,” said Berthe. Ottoline did not tell Wystan.",
            "“I read that the Vermeer is a forgery,” said Wystan. He asked for a glass of water.",
        ),
        ("It rained.", "“I sold the vineyard,” said Ottoline. “I owed too much.”"),
        (
            "“I sold the vineyard to pay a debt,” Ottoline told Wystan.",
            "“You sold the vineyard,” said Wystan. “You owed too much.”",
        ),
        (
            "It rained.",
            "Ottoline told Wystan of the vineyard.\n\n“You sold the vineyard for a "
            "debt,” said Wystan.",
        ),
        ("It rained.", "“Perhaps you sold the vineyard to pay a debt,” said Wystan."),
        ("It rained.", "“Who bought the vineyard?” asked Wystan."),
        ("It rained.", "Wystan sat down.\n\n“You sold the vineyard. You owed too much.”"),
        (
            "“The Vermeer is a forgery,” said Berthe. “Nobody else knows.” Ottoline nodded.",
            "Wystan did not know that the Vermeer was a forgery.",
        ),
        ("It rained.", "“The vineyard is green again,” said Wystan."),
        (
            "Wystan did not know that the mare had gone lame.",
            "Berthe told Wystan about the mare.\n\n“The mare is lame,” said Wystan.",
        ),
        ("Ottoline had known Wystan for years.", "Ottoline introduced herself to Berthe."),
        ("“Tea?” Ottoline said to Wystan.", "Ottoline had never met Wystan so early."),
    ],
)
def test_what_may_be_known_is_not(before: str, draft: str) -> None:
    assert not clashes(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Il pleut.", "« Tu as vendu la vigne, dit Wystan. Tu avais une dette. »"),
        (
            "Ottoline n’a dit à personne que le toit de la chapelle est pourri.",
            "« Le toit de la chapelle est pourri », dit Wystan.",
        ),
        ("Ottoline connaissait Wystan.", "Ottoline se présenta à Wystan."),
    ],
)
def test_what_cannot_be_known_is_found_in_french(before: str, draft: str) -> None:
    assert clashes(before, draft, "fr")


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Il pleut.", "« J’ai vendu la vigne, dit Ottoline. J’avais une dette. »"),
        (
            "Il pleut.",
            "« Berthe m’a écrit. Tu as vendu la vigne pour payer une dette », dit Wystan.",
        ),
        ("Il pleut.", "Berthe lui dit tout. Wystan écouta.\n\n— La vigne, une dette, dit Wystan."),
        ("Il pleut.", "« Peut-être as-tu vendu la vigne pour une dette, dit Wystan. »"),
        ("Il pleut.", "Wystan s’assit.\n\n« Tu as vendu la vigne. Tu avais une dette. »"),
    ],
)
def test_what_may_be_known_is_not_in_french(before: str, draft: str) -> None:
    assert not clashes(before, draft, "fr")


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        ("« Berthe a la liste de ceux qui vendent de fausses perles », dit Wystan.", False),
        ("« Ottoline a remplacé les perles par des fausses », dit Wystan.", True),
        ("« Le collier de perles ! Montre-moi ce collier de perles », dit Wystan.", False),
    ],
)
def test_what_a_secret_is_of_does_not_give_it_away(draft: str, told: bool) -> None:
    fact = {
        "text": "Ottoline a remplacé les perles du collier par des fausses.",
        "known_by": ["Ottoline Frayne"],
    }
    items = [{"name": "le collier de perles"}]
    bible = Bible.model_validate({"characters": PEOPLE, "items": items, "facts": [fact]})
    before = (ChapterText(number=1, text="Il pleuvait."),)
    case = prepare(load_language("fr"), bible, before, ChapterText(number=2, text=draft))
    assert bool(list(knowledge(gather(case)))) is told
