import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ocr.accuracy import character_error_rate, normalise, pooled_error_rate

# Letters, and everything that normalising treats in a way of its own.
SPECIAL = "abcé ﬁ1-\u00ad\u2010\u2011—\n\t\u00a0“”\u2018\u2019«e\u0301\u1100\u1161"
TEXTS = st.text(st.sampled_from(SPECIAL) | st.characters())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Oh,” she said—‘no’", "\"Oh,\" she said-'no'"),
        ("a ﬁne oﬃce", "a fine office"),
        ("e\u0301", "é"),
        ("  two\u00a0words \n\n here\t", "two words here"),
        ("light-\nhouse", "lighthouse"),
        ("light- \n  house", "lighthouse"),
        ("light\u00ad\nhouse", "lighthouse"),
        ("light\u00adhouse", "lighthouse"),
        ("light\u2010\nhouse", "lighthouse"),
        ("twenty-three", "twenty-three"),
        ("the log—\nthe book", "the log- the book"),
        ("- one\n- two", "- one - two"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("truth", "text", "rate"),
    [
        ("abcd", "abcd", 0.0),
        ("abcd", "abxd", 0.25),
        ("abcd", "abd", 0.25),
        ("abcd", "abcxd", 0.25),
        ("abcd", "", 1.0),
        ("ab", "abcdef", 2.0),
        ("", "", 0.0),
        ("", "speck", 1.0),
        (" \n", "", 0.0),
        ("a well-\nknown “word”", 'a well\u00ad\nknown "word"', 0.0),
    ],
)
def test_character_error_rate(truth: str, text: str, rate: float) -> None:
    assert character_error_rate(truth, text) == rate


def test_a_reflowed_truth_pays_for_a_hyphen_at_a_line_end() -> None:
    assert character_error_rate("well-known", "well-\nknown") == pytest.approx(1 / 10)


def test_pooling_weighs_pages_by_their_length() -> None:
    pages = [("a" * 90, "a" * 90), ("b" * 10, "c" * 10)]
    assert pooled_error_rate(pages) == pytest.approx(0.1)


def test_pooling_counts_junk_on_a_blank_page() -> None:
    assert pooled_error_rate([("abcdefghij", "abcdefghij"), ("", "xy")]) == pytest.approx(0.2)


def test_pooling_without_any_truth() -> None:
    assert pooled_error_rate([]) == 0.0
    assert pooled_error_rate([("", ""), ("", "")]) == 0.0
    assert pooled_error_rate([("", ""), ("", "xy")]) == 1.0


@given(TEXTS)
@settings(deadline=None)
def test_a_text_has_no_errors_against_itself(text: str) -> None:
    assert character_error_rate(text, text) == 0.0


@given(TEXTS)
@settings(deadline=None)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_it_does_not_matter_which_side_was_normalised_before(truth: str, text: str) -> None:
    rate = character_error_rate(truth, text)
    assert character_error_rate(normalise(truth), text) == rate
    assert character_error_rate(truth, normalise(text)) == rate


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_errors_lie_between_none_and_all_characters_of_the_longer_text(
    truth: str, text: str
) -> None:
    rate = character_error_rate(truth, text)
    assert (rate == 0.0) == (normalise(truth) == normalise(text))
    longer = max(len(normalise(truth)), len(normalise(text)))
    assert 0.0 <= rate <= max(1.0, longer / max(1, len(normalise(truth))))
