"""Words found on a turned and levelled image lie where they are printed on the upright page."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from adapters.ocr.frame import Frame, levelled, turned
from domain.book import Block, Line, Word, words_of

TURNS = [0, 90, 180, 270]
WIDTH, HEIGHT, MARK = 240, 320, 12  # pixels


def a_page(x: float, y: float) -> Image.Image:
    """A white page with a black square about (x, y)."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    left, top = round(x - MARK / 2), round(y - MARK / 2)
    page.paste(0, (left, top, left + MARK, top + MARK))
    return page


def box_of(image: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is dark, in pixels."""
    rows, columns = np.nonzero(np.asarray(image) < 128)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def placed(word: Word, frame: Frame) -> Word:
    (found,) = words_of(frame.on_page([Block(lines=[Line(words=[word])])]))
    return found


def centre(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


@settings(max_examples=60)
@given(
    x=st.integers(30, WIDTH - 30),
    y=st.integers(30, HEIGHT - 30),
    turn=st.sampled_from(TURNS),
    tilt=st.floats(-7, 7),
    dpi=st.sampled_from([72.0, 100.0, 180.0, 300.0]),
)
def test_a_words_box_survives_turning_and_levelling(
    x: int, y: int, turn: int, tilt: float, dpi: float
) -> None:
    lying = turned(a_page(x, y), -turn % 360)  # as it is in the file
    image = levelled(turned(lying, turn), tilt)
    on_image = box_of(image)
    assume(on_image[0] > 0 and on_image[1] > 0 and on_image[2] < WIDTH and on_image[3] < HEIGHT)
    word = placed(Word("mark", *on_image, 0.5), Frame(image.width, image.height, dpi, tilt))
    points = 72 / dpi
    found, true = word[1:5], box_of(a_page(x, y))
    assert centre(found) == pytest.approx([points * at for at in centre(true)], abs=points + 0.1)
    assert found == pytest.approx([points * edge for edge in true], abs=3 * points + 0.1)
    assert (word.text, word.confidence) == ("mark", 0.5)


@given(
    box=st.tuples(*[st.floats(0, 2000) for _ in range(4)]),
    dpi=st.floats(50, 400),
    size=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
)
def test_a_level_page_is_only_scaled(
    box: tuple[float, float, float, float], dpi: float, size: tuple[int, int]
) -> None:
    word = placed(Word("word", *box, None), Frame(*size, dpi, 0.0))
    assert word[1:5] == pytest.approx([edge * 72 / dpi for edge in box], abs=0.051)


@given(
    width=st.floats(1, 900),
    height=st.floats(1, 60),
    tilt=st.floats(-7, 7),
    at=st.tuples(st.floats(0, 1000), st.floats(0, 1000)),
)
def test_a_words_box_keeps_its_size(
    width: float, height: float, tilt: float, at: tuple[float, float]
) -> None:
    x, y = at
    word = placed(Word("word", x, y, x + width, y + height, None), Frame(1000, 1400, 72.0, tilt))
    assert word.x1 - word.x0 == pytest.approx(width, abs=0.11)
    assert word.y1 - word.y0 == pytest.approx(height, abs=0.11)


def test_the_middle_of_the_page_stays_where_it_is() -> None:
    word = placed(Word("word", 490, 690, 510, 710, None), Frame(1000, 1400, 72.0, 6.5))
    assert word[1:5] == (490, 690, 510, 710)


def test_paragraphs_and_lines_stay_together() -> None:
    line = Line(words=[Word("one", 1, 2, 3, 4, 0.9), Word("two", 5, 2, 8, 4, 0.8)])
    blocks = [Block(lines=[line, line]), Block(lines=[line])]
    there = Frame(100, 100, 72.0, 3.0).on_page(blocks)
    assert [block.text for block in there] == [block.text for block in blocks]
    assert Frame(100, 100, 72.0, 3.0).on_page([]) == []


@pytest.mark.parametrize("turn", TURNS)
def test_turning_is_clockwise_and_without_loss(turn: int) -> None:
    page = a_page(40, 60)
    assert np.array_equal(np.asarray(turned(page, turn)), np.rot90(np.asarray(page), -turn // 90))
    assert ImageChops.difference(turned(turned(page, turn), -turn % 360), page).getbbox() is None


def test_levelling_turns_counter_clockwise_and_keeps_the_size() -> None:
    page = a_page(WIDTH - 30, HEIGHT / 2)
    image = levelled(page, 5.0)
    assert image.size == page.size
    assert centre(box_of(image))[1] < centre(box_of(page))[1] - 4  # the right-hand side goes up
    assert levelled(page, 0.0) is page
    assert image.getpixel((0, 0)) == 255
