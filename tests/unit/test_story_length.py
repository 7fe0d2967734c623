"""Words: what scenes are asked for, and where they are cut."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.story.length import TOLERANCE, Room, count_words, room_for, shortened

NONE = frozenset[str]()
RIVER = (
    "The river rose. Nobody slept, and Mr. Hale counted the boats. In the morning two were gone."
)


def test_a_text_with_room_stays_as_it_is() -> None:
    assert shortened(RIVER, Room(20, 10, count_words(RIVER)), NONE) == RIVER


def test_a_text_ends_with_a_sentence() -> None:
    assert shortened(RIVER, Room(10, 5, 12), frozenset({"mr"})) == (
        "The river rose. Nobody slept, and Mr. Hale counted the boats."
    )


def test_paragraphs_are_kept() -> None:
    text = f"{RIVER}\n\n{RIVER}"
    assert shortened(text, Room(20, 15, 20), NONE) == f"{RIVER}\n\nThe river rose."


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_sentence_that_is_too_long_breaks_off(most: int) -> None:
    text = shortened("one two three four five, six", Room(most, most, most), NONE)
    assert text == " ".join(["one", "two", "three", "four"][:most]) + "…"


@given(
    target=st.integers(50, 20_000),
    weights=st.lists(st.integers(1, 1000), min_size=1, max_size=30),
    data=st.data(),
)
def test_scenes_that_keep_to_their_rooms_make_a_chapter_of_the_length_wanted(
    target: int, weights: Sequence[int], data: st.DataObject
) -> None:
    written = 0
    for number in range(len(weights)):
        room = room_for(target, written, weights[number:])
        assert 0 <= room.least <= room.share <= room.most
        written += data.draw(st.integers(room.least, room.most))
    assert abs(written - target) <= target * TOLERANCE


@given(st.text(alphabet="ab .!?,\n", max_size=300), st.integers(1, 50))
def test_what_is_shortened_begins_as_it_did_and_is_short_enough(text: str, most: int) -> None:
    short = shortened(text, Room(most, 0, most), NONE)
    assert count_words(short) <= max(most, 1)
    assert text.startswith(short.removesuffix("…"))
