import pytest

from adapters.languages import load_language
from adapters.llm.offline.summary import summed_up
from domain.story.length import count_words

TEXT = (
    "The ferry came in late. Mr. Osric stood on the quay and said nothing. "
    "It was cold.\n\n"
    "“You have the whistle,” said Mara. Osric gave Mara the tin whistle, and the ferry left the "
    "quay again. A dog barked.\n\n"
    "Nobody on the quay saw the whistle again."
)
SENTENCES = (
    "The ferry came in late.",
    "Mr. Osric stood on the quay and said nothing.",
    "It was cold.",
    "“You have the whistle,” said Mara.",
    "Osric gave Mara the tin whistle, and the ferry left the quay again.",
    "A dog barked.",
    "Nobody on the quay saw the whistle again.",
)


@pytest.mark.parametrize("words", [8, 13, 20, 30, 45, 200])
def test_whole_sentences_in_order_within_the_words(words: int) -> None:
    summary = summed_up((TEXT,), ("Mara", "Osric"), words, load_language("en"))
    assert 0 < count_words(summary) <= words
    at, rest = 0, summary
    while rest:
        at = next(
            number for number in range(at, len(SENTENCES)) if rest.startswith(SENTENCES[number])
        )
        rest = rest[len(SENTENCES[at]) :].lstrip()
        at += 1


def test_what_the_text_is_about_comes_before_what_it_is_not() -> None:
    summary = summed_up((TEXT,), ("Mara", "Osric"), 22, load_language("en"))
    assert "Osric gave Mara the tin whistle" in summary
    assert "dog" not in summary
    assert "cold" not in summary


def test_summaries_of_several_texts_keep_their_order() -> None:
    texts = ("Mara left the ropewalk.", "Osric closed the ropewalk.", "The ropewalk burned.")
    assert summed_up(texts, (), 100) == " ".join(texts)


def test_a_sentence_that_is_too_long_is_cut() -> None:
    assert summed_up(("One two three four five six.",), (), 3) == "One two three"


def test_nothing_of_nothing() -> None:
    assert summed_up(("", "  \n "), (), 50) == ""
