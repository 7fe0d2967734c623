"""What the gate does grows with the draft, and not with the story before it."""

import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.gate import check, prepare
from domain.story.reading import MOST_CHARACTERS, ChapterText
from jobs.writing.readings import Readings

BIBLE = Bible.model_validate(
    {
        "characters": [
            {"name": "Anna", "attributes": {"eyes": "grey", "age": 31, "sex": "f"}},
            {"name": "Emil", "attributes": {"status": "dead", "sex": "m"}},
        ],
        "places": ["Lyon", "the mill"],
        "items": ["lamp"],
        "rules": ["Nobody may ring the bell after dark."],
    }
)
FIRST = ChapterText(number=1, text="Anna’s eyes were grey. Emil took the lamp to the mill.")
ROOM = 5.0
"""How many times as much is done for four times the text, at most."""


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those in C such as a pattern's search among them."""
    counts: Counter[str] = Counter()

    def count(_: FrameType, event: str, __: object) -> None:
        counts[event] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counts["call"] + counts["c_call"]


def checked(language: str, text: str, bible: Bible = BIBLE) -> None:
    draft = ChapterText(number=2, text=text)
    check(prepare(load_language(language), bible, [FIRST], draft))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "unit",
    [
        "Anna’s ",
        "Anna said. ",
        "Anna’s eyes were blue. ",
        "Emil took the lamp. ",
        "“Yes,” said Anna.\n\n",
        "“Yes,\n\n",
        "— a\n",
        "“‘a’ ",
        "“",
        ".",
        "a ",
        "x",
        "\n",
        "Emil came to Lyon and promised Anna the lamp. ",
    ],
)
def test_four_times_the_text_is_about_four_times_the_work(language: str, unit: str) -> None:
    short, long = (unit * (size // len(unit)) for size in (400, 1600))
    checked(language, long)  # compiles the patterns that it takes
    few, many = (calls(partial(checked, language, text)) for text in (short, long))
    assert many <= ROOM * few


def test_four_times_the_names_are_about_four_times_the_work() -> None:
    def people(count: int) -> Bible:
        names = [f"{chr(65 + n % 26)}{chr(97 + n // 26)}rel Vane" for n in range(count)]
        return Bible.model_validate(
            {"characters": [{"name": name, "attributes": {"age": 30}} for name in names]}
        )

    draft = "Anna is older than Emil."
    checked("en", draft, people(200))
    few, many = (calls(partial(checked, "en", draft, people(count))) for count in (50, 200))
    assert many <= ROOM * few


def test_a_late_chapter_is_checked_as_fast_as_an_early_one() -> None:
    told = (
        "Anna came to the mill on day {0}. “I will find the key, Emil,” she said.\n\n"
        "Emil had a knife in his coat. Anna was brave, and {0} men lived near Lyon.\n\n"
        "“I never lie,” said Emil. He told her of the lamp, and Anna nodded."
    )
    chapters = [ChapterText(number=n, text=told.format(n)) for n in range(1, 31)]
    readings = Readings()
    language = load_language("en")

    def judge(number: int) -> None:
        earlier, draft = chapters[: number - 1], chapters[number - 1]
        check(prepare(language, BIBLE, earlier, draft, read=readings, look=readings.look))

    for number in range(1, 10):
        judge(number)
    early = calls(lambda: judge(10))
    for number in range(11, 30):
        judge(number)
    late = calls(lambda: judge(30))
    assert late <= 2 * early


def test_a_chapter_has_a_bound() -> None:
    ChapterText(number=1, text="x" * MOST_CHARACTERS)
    with pytest.raises(ValueError, match="at most 600000 characters"):
        ChapterText(number=1, text="x" * (MOST_CHARACTERS + 1))
