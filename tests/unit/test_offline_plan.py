import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.offline_stories import beats

WISHES = "Mara walks to Candle Street. Osric sells the tin whistle. They quarrel. Mara leaves."


@given(st.integers(1, 20_000))
@settings(max_examples=40, deadline=None)
def test_beats_share_out_the_words(words: int) -> None:
    plan = beats("en", WISHES, words)
    assert sum(beat.words for beat in plan) == words
    assert all(beat.words > 0 for beat in plan)


def test_every_wish_is_in_one_beat_in_order() -> None:
    plan = beats("en", WISHES, 1600)
    assert " ".join(beat.what for beat in plan) == WISHES
    assert len(plan) == 4


def test_more_beats_than_wishes_get_something_quiet() -> None:
    plan = beats("en", "Mara walks to Candle Street.", 2000)
    assert len(plan) == 5
    assert all(beat.what and beat.title for beat in plan)
    assert len({beat.what for beat in plan}) == 5


def test_beats_say_who_and_where() -> None:
    first, second, *_ = beats("en", WISHES, 1600)
    assert first.characters[0] == "Mara Quill"
    assert first.place == "Candle Street"
    assert second.characters[0] == "Osric"


def test_people_are_known_by_a_part_of_their_name() -> None:
    assert beats("fr", "Ferrand arrive au lavoir.", 300)[0].characters[0] == "Odile Ferrand"


@pytest.mark.parametrize(("language", "dead"), [("en", "Beatrix Low"), ("fr", "Basile")])
def test_the_dead_are_in_no_beat(language: str, dead: str) -> None:
    plan = beats(language, f"{dead}.", 2000)
    assert all(dead not in beat.characters for beat in plan)


def test_titles_are_in_the_books_language() -> None:
    assert beats("fr", "", 300)[0].title == "L’arrivée"
