"""Times and ages that do not go together, and those that do."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible, Character, Style
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.time.time import time_and_age
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

BIBLE = Bible.model_validate(
    {
        "characters": [
            {
                "name": "Ottoline Frayne",
                "aliases": ["Ottoline"],
                "attributes": {"age": 34, "sex": "f"},
            },
            {"name": "Wystan Frayne", "aliases": ["Wystan"], "attributes": {"age": 29, "sex": "m"}},
            {"name": "Berthe", "attributes": {"born": "1890", "sex": "f"}},
        ],
    }
)
BEFORE = {
    "en": "It was two years since the war. The Heron had sailed from Lisbon in March. Ottoline "
    "opened the letter. It was a Tuesday, and it rained.",
    "fr": "La guerre était finie ; il y avait deux ans de la guerre. Cela faisait deux ans que la "
    "guerre était finie. C’était un mardi.",
}


def clashes(draft: str, language: str = "en", before: str = "") -> bool:
    earlier = ChapterText(number=1, text=before or BEFORE[language])
    case = prepare(load_language(language), BIBLE, (earlier,), ChapterText(number=2, text=draft))
    return bool(list(time_and_age(gather(case))))


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline was forty-one, and looked it.",
        "Her aunt came in. Ottoline’s forty-first birthday was a week away.",
        "Nobody had painted the gate in the ten years since the war.",
        "The next morning, Friday, Ottoline left the house.",
        "The next morning Ottoline woke late. It was Friday.",
        "It was noon when Ottoline left. An hour later, at dusk, she saw the tower.",
        "In March they set out. Two weeks later, in February, they came home.",
        "Wystan was older than Ottoline, and let her feel it.",
        "Ottoline’s older brother, Wystan, poured the tea.",
        "In 1901 Berthe was twenty-five and had never left the farm.",
        "Ottoline was in her fifties, and looked it.",
        "Ottoline had just turned forty.",
        "Ottoline, a woman of sixty, laughed.",
        "Ottoline was not yet twenty.",
        "Ottoline was nearly sixty.",
        "Ottoline, who was fifty-one, laughed.",
        "Ottoline was a teenager, and hated it.",
        "Ottoline was barely out of her teens.",
        "Ottoline was in her sixtieth year.",
        "Ottoline had just turned nineteen.",
        "“Wystan’s only sixteen,” said somebody on the stairs.",
        "Ottoline was the wrong side of sixty, or nearing sixty. Ottoline was past sixty.",
        "“Ottoline is only sixteen,” said somebody on the stairs.",
        "He thought of the Heron, since she had sailed from Lisbon in October.",
        "Ottoline shut the door on Wystan. He was forty-one years old and out of breath.",
        "Wystan sat down. At fifty he was a careful man, and it showed.",
        "“I’m only sixteen,” said Ottoline.",
        "“I’m sixteen, Wystan, and I’ve had enough,” said Ottoline.",
        "It was five weeks since Ottoline had opened the letter.",
        "“Ottoline opened the letter four years ago,” said Wystan.",
    ],
)
def test_a_clash_is_found(draft: str) -> None:
    assert clashes(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline was thirty-four, and looked it.",
        "Ottoline had been twenty when her mother died.",
        "Nobody had painted the gate in the three years since the war.",
        "It seemed ten years since the war.",
        "The next morning, Wednesday, Ottoline left the house.",
        "Days passed. The next morning, Friday, Ottoline left the house.",
        "It was noon when Ottoline left. Seven hours later, at dusk, she saw the tower.",
        "The clock said midnight, as it always did; it was noon.",
        "Wystan was younger than Ottoline, and let her feel it.",
        "In 1901 Berthe was eleven and had never left the farm.",
        "He thought of the Heron, since she had sailed from Lisbon in March.",
        "Ottoline was in her thirties. Ottoline was past thirty. Ottoline was nearing thirty-six.",
        "Ottoline had turned pages for an hour. Ottoline reached ten miles an hour.",
        "“Ottoline might be only sixteen,” said somebody on the stairs.",
        "Ten years later Ottoline was forty-four.",
        "Wystan had never looked so tired. He was thirty, and looked about sixty.",
        "“I was sixteen,” said Ottoline. “It was before the war.”",
        "“At sixteen I ran away,” said Ottoline.",
        "“I am thirty-four, Vicar.”\n\nWystan shut the door.",
        "Berthe played chess with Wystan.\n\n“Check.”\n\n“Well?”\n\n“No.”\n\n“I’m sixty years old, "
        "and I have no patience. Ask Ottoline.”",
        "Ottoline left a cousin in the hall. He was fifty-one years old.",
        "It felt like five weeks since Ottoline had opened the letter.",
        "Six weeks later it rained. It was five weeks since Ottoline had opened the letter.",
        "It was five weeks since Ottoline had opened the shop.",
        "Ottoline sat down. At sixteen she had run away. At twenty she was selling books.",
        "“I’m fifty. It’s on my card,” said Ottoline.",
    ],
)
def test_what_goes_together_is_not(draft: str) -> None:
    assert not clashes(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline avait quarante et un ans.",
        "Ottoline n’avait pas vingt ans.",
        "Ottoline approchait de la soixantaine.",
        "Ottoline avait passé la cinquantaine.",
        "Ottoline, une femme de soixante ans, rit.",
        "Ottoline frisait les soixante ans.",
        "Le lendemain, vendredi, Ottoline partit.",
        "Il était midi. Une heure plus tard, au crépuscule, Ottoline vit la tour.",
        "Partie en mars, elle voyagea. Deux semaines plus tard, en janvier, elle revint.",
        "Wystan était plus âgé que Ottoline.",
        "Ottoline aurait quarante-cinq ans au printemps.",
        "« J’ai cinquante ans », dit Ottoline.",
        "Wystan s’assit. À soixante ans passés, il montait encore à l’échelle.",
    ],
)
def test_a_clash_is_found_in_french(draft: str) -> None:
    assert clashes(draft, "fr")


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline avait trente-quatre ans.",
        "Ottoline avait la trentaine. Ottoline n’avait pas trente-cinq ans.",
        "Ottoline entra avec un fils de douze ans. Ottoline, un vin de dix ans à la main, rit.",
        "Le lendemain, mercredi, Ottoline partit.",
        "Quelques jours plus tard, un vendredi, Ottoline partit.",
        "Wystan était plus jeune que Ottoline.",
        "Ottoline aurait trente-cinq ans au printemps.",
        "« J’avais seize ans », dit Ottoline.",
        "Ottoline avait sept ans sur cette photo.",
        "Le lendemain, Ottoline partit. On vota le vendredi suivant.",
        "Ottoline entra. « À vingt ans, j’ai renversé une borne », dit-elle.",
        "À vingt ans, Ottoline prit le voile, et le quitta.",
        "À seize ans, Ottoline passait ses lundis sur la jetée.",
        "Il y a dix ans, Ottoline partit. Quand elle avait quinze ans, elle lisait.",
        "Ottoline s’assit. À seize ans elle s’était enfuie. À vingt ans elle vendait des livres.",
        "« J’ai cinquante ans, c’est écrit sur ma carte », dit Ottoline.",
        "Vingt ans plus tôt, Ottoline attendait. Il pleuvait. Un car passa. Elle avait quinze ans.",
    ],
)
def test_what_goes_together_is_not_in_french(draft: str) -> None:
    assert not clashes(draft, "fr")


LAID = {
    "en": (
        "Anna and Peter met in 2010.",
        "The wedding was in June.",
        "Anna’s birthday is 4 April.",
    ),
    "fr": ("Anna a rencontré Peter en 2010.", "Le mariage a eu lieu en juin."),
}


def occasions_clash(draft: str, language: str = "en", before: str = "") -> bool:
    bible = Bible.model_validate(
        {
            "characters": ["Anna", "Peter", {"name": "Lena", "attributes": {"birthday": "3 May"}}],
            "facts": [{"text": text} for text in LAID[language]],
            "timeline": [{"when": "1987", "text": "The mill burns down."}],
        }
    )
    earlier = ChapterText(number=1, text=before or "It rained.")
    case = prepare(load_language(language), bible, (earlier,), ChapterText(number=2, text=draft))
    return bool(list(time_and_age(gather(case))))


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("", "Anna and Peter had met in 2015."),
        ("", "“We had the wedding in November,” said Anna."),
        ("", "The wedding had been at Christmas."),
        ("", "Anna had kept her birthday on the tenth of October."),
        ("", "“My birthday is in November,” said Lena."),
        ("", "The mill had burned down in 1995."),
        ("Peter died on the first night of winter.", "Peter had died at midsummer."),
        (
            "Anna and Peter had been married for ten years.",
            "Anna and Peter had been married two years.",
        ),
        ("The ship docked on Tuesday.", "“The ship docked on Saturday,” said Anna."),
    ],
)
def test_another_date_of_an_event_is_found(before: str, draft: str) -> None:
    assert occasions_clash(draft, before=before)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("", "Anna and Lena had met in 2015."),
        ("", "Anna and Peter had met in the spring of 2010."),
        ("", "The wedding had been in summer."),
        ("", "Had the wedding been in November?"),
        ("", "If the wedding had been in November, it would have rained."),
        ("", "Peter had seen Anna again in 2015."),
        ("Peter died on the first night of winter.", "Peter had died in December."),
        (
            "Anna and Peter had been married for ten years.",
            "Anna and Lena had been friends for two years.",
        ),
    ],
)
def test_another_event_is_not(before: str, draft: str) -> None:
    assert not occasions_clash(draft, before=before)


def test_another_date_of_an_event_is_found_in_french() -> None:
    assert occasions_clash("Anna avait rencontré Peter en 2015.", "fr")
    assert occasions_clash("Le mariage avait eu lieu à Noël.", "fr")
    assert not occasions_clash("Le mariage avait eu lieu en été.", "fr")


SET = ("The story is set in 1920.", "It all takes place in winter.", "Berthe was born in 1890.")


def setting_clash(draft: str) -> bool:
    bible = Bible.model_validate(
        {"characters": ["Anna", "Berthe"], "facts": [{"text": text} for text in SET]}
    )
    before = ChapterText(number=1, text="Anna had worked at the hospital for six years.")
    case = prepare(load_language("en"), bible, (before,), ChapterText(number=2, text=draft))
    return bool(list(time_and_age(gather(case))))


@pytest.mark.parametrize(
    "draft",
    [
        "It was 1935, and the street was quiet.",
        "It was a hot August afternoon.",
        "The summer sun beat down on the street.",
        "Berthe was fifty, and tired.",
        "It was Anna’s first day at the hospital.",
    ],
)
def test_another_setting_is_found(draft: str) -> None:
    assert setting_clash(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "It was 1920, and the street was quiet.",
        "It was a cold January afternoon.",
        "Anna remembered a hot August afternoon.",
        "Berthe was thirty, and tired.",
        "It was Anna’s first day at the school.",
    ],
)
def test_the_same_setting_is_not(draft: str) -> None:
    assert not setting_clash(draft)


def test_ages_in_french() -> None:
    before = "Ottoline entra."
    for draft in (
        "Ottoline, qui avait vingt-six ans, rit.",
        "Ottoline avait presque soixante ans.",
    ):
        assert clashes(draft, "fr", before)
    assert not clashes("Quand Ottoline avait vingt ans, elle partit.", "fr", before)


def test_an_age_is_of_whom_has_it_and_a_narrators_may_be_of_then() -> None:
    older = BIBLE.model_copy(
        update={
            "characters": (
                *BIBLE.characters,
                Character(name="Edgar Pyle", attributes={"âge": "72", "sexe": "m"}),
            ),
            "style": Style(person="première personne"),
        }
    )
    before = ChapterText(number=1, text="J’ouvris. « Ottoline ! » cria Edgar Pyle.")

    def at_odds(draft: str) -> bool:
        text = ChapterText(number=2, text=draft)
        case = prepare(load_language("fr"), older, (before,), text)
        return bool(list(time_and_age(gather(case))))

    end = (
        "Edgar Pyle sortit."
        + 8 * "\n\nWystan attendit."
        + "\n\n« Il avait soixante-douze ans », dit Ottoline."
    )
    assert not at_odds(end)
    assert at_odds(end.replace("douze", "dix-neuf"))


def test_an_age_is_of_whom_one_speaks_to_and_no_stranger_of_another_gender_takes_it() -> None:
    said = "Wystan looked up. “You’re fifty years old, Ottoline. You should know,” he said."
    assert clashes(said)
    assert not clashes(said.replace("fifty", "thirty-four"))
    of_her = "Ottoline sat down. Her father had been a rich man. She was fifty."
    assert clashes(of_her)
    assert not clashes(of_her.replace("father", "mother").replace("a rich man", "rich"))


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline was a small woman in her late fifties.",
        "Ottoline had spent thirty years in the police.",
        "Wystan, the elder of the two, went first. Ottoline came after.",
        "Two days later, at noon, he called. “It’s Monday,” said Wystan.",
    ],
)
def test_ages_by_decades_by_service_and_by_rank_and_the_day_that_one_says(draft: str) -> None:
    assert clashes(draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Ottoline was a small woman in her early thirties.",
        "Ottoline had spent ten years in the police.",
        "Ottoline, the elder of the two, went first. Wystan came after.",
        "Two days later, at noon, he called. “It’s Thursday,” said Wystan.",
        "The next day Wystan wrote. On Friday he had his answer.",
    ],
)
def test_what_goes_with_them(draft: str) -> None:
    assert not clashes(draft)


def test_weeks_do_not_go_by_between_two_days_of_a_week() -> None:
    before = "Ottoline found the body in the ice house on Monday night."
    told = "It was three weeks since Ottoline had found the body in the ice house."
    assert clashes(f"On Wednesday Wystan came. {told}", before=before)
    assert not clashes(f"Wystan came a month later. {told}", before=before)
    assert not clashes(f"Wystan came. {told}", before=before)


@pytest.mark.parametrize(
    ("language", "before", "draft"),
    [
        (
            "en",
            "He was eleven, and Berthe had been eight and wild with envy.",
            "Berthe was thirty.",
        ),
        ("fr", "Berthe avait huit ans quand il partit.", "Berthe avait trente ans."),
    ],
)
def test_what_age_somebody_once_was_is_not_theirs(language: str, before: str, draft: str) -> None:
    assert not clashes(draft, language, before)
