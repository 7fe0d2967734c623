"""What a book file gives of a page: its own words, what there is to judge them by, its picture."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from adapters.documents.book_file import BookFile, PageDamaged
from domain.book import Word, words_of

Draw = Callable[[pymupdf.Page], None]
WIDTH, HEIGHT = 300, 400  # points
FULL = (0, 0, WIDTH, HEIGHT)


@pytest.fixture
def book_of(tmp_path: Path) -> Callable[..., BookFile]:
    """Opens a PDF of one page that a function draws on."""

    def make(draw: Draw, size: tuple[float, float] = (WIDTH, HEIGHT)) -> BookFile:
        with pymupdf.open() as document:
            draw(document.new_page(width=size[0], height=size[1]))
            document.save(tmp_path / "source")
        return BookFile.open(tmp_path / "source")

    return make


BookOf = Callable[..., BookFile]


def put_picture(page: pymupdf.Page, place: tuple[float, float, float, float]) -> None:
    data = io.BytesIO()
    Image.new("L", (40, 50), 128).save(data, "PNG")
    page.insert_image(pymupdf.Rect(place), stream=data.getvalue(), keep_proportion=False)


def words(book: BookFile) -> list[Word]:
    return words_of(book.text_layer(1).blocks)


def ink_box(book: BookFile) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is drawn, in points."""
    rows, columns = np.nonzero(np.asarray(book.render(1, 144)) < 128)
    return columns.min() / 2, rows.min() / 2, (columns.max() + 1) / 2, (rows.max() + 1) / 2


def test_words_come_in_paragraphs_and_lines(book_of: BookOf) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((50, 60), ["The first line", "and the second"])
        page.insert_text((50, 200), "Another paragraph")

    blocks = book_of(draw).text_layer(1).blocks
    assert [block.text for block in blocks] == [
        "The first line\nand the second",
        "Another paragraph",
    ]
    assert {word.confidence for word in words_of(blocks)} == {None}


def test_ligatures_are_spelled_out(book_of: BookOf) -> None:
    font = pymupdf.Font("tiro")

    def draw(page: pymupdf.Page) -> None:
        writer = pymupdf.TextWriter(page.rect)
        writer.append((50, 60), "the o\ufb03ce \ufb02oor", font)
        writer.write_text(page)

    assert [word.text for word in words(book_of(draw))] == ["the", "office", "floor"]


@pytest.mark.parametrize("crop", [None, (100, 50, 280, 390)])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_lie_on_the_page_as_it_is_displayed(
    rotation: int, crop: tuple[int, int, int, int] | None, book_of: BookOf
) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((150, 200), "Needle", fontsize=20)
        if crop:
            page.set_cropbox(pymupdf.Rect(crop))
        page.set_rotation(rotation)

    book = book_of(draw)
    (word,) = words(book)
    left, top, right, bottom = ink_box(book)
    assert word.x0 - 1 <= left < right <= word.x1 + 1
    assert word.y0 - 1 <= top < bottom <= word.y1 + 1
    length = max(word.x1 - word.x0, word.y1 - word.y0)
    assert length == pytest.approx(max(right - left, bottom - top), abs=4)
    lying = rotation in (90, 270)
    width, height = (180, 340) if crop else (WIDTH, HEIGHT)
    assert book.page_size(1) == ((height, width) if lying else (width, height))


def test_an_empty_page_has_no_words_and_nothing_against_it(book_of: BookOf) -> None:
    layer = book_of(lambda page: None).text_layer(1)
    assert layer.blocks == []
    assert layer.signals.model_dump() == {
        "characters": 0,
        "readable": 1.0,
        "hidden": 0.0,
        "image_cover": 0.0,
        "ink": None,
    }


def test_characters_are_counted_without_spaces(book_of: BookOf) -> None:
    signals = book_of(lambda page: page.insert_text((20, 60), "The lamp burned.")).text_layer(1)
    assert signals.signals.characters == len("Thelampburned.")
    assert signals.signals.readable == 1.0


def test_a_font_without_a_unicode_map_is_not_readable(book_of: BookOf) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_font("F9", fontbuffer=pymupdf.Font("tiro").buffer)
        page.insert_text((20, 60), "The keeper climbed the stairs", fontname="F9")
        document = page.parent
        for xref in range(1, document.xref_length()):
            if document.xref_get_key(xref, "ToUnicode")[0] != "null":
                document.xref_set_key(xref, "ToUnicode", "null")

    signals = book_of(draw).text_layer(1).signals
    assert signals.characters > 0
    assert signals.readable == 0.0


@pytest.mark.parametrize(
    ("hidden", "visible", "share"),
    [("An earlier reading", "", 1.0), ("ten hidden", "ten shown.", 0.5), ("", "All shown", 0.0)],
)
def test_text_hidden_under_a_picture_is_seen(
    hidden: str, visible: str, share: float, book_of: BookOf
) -> None:
    def draw(page: pymupdf.Page) -> None:
        put_picture(page, FULL)
        if hidden:
            page.insert_text((20, 60), hidden, render_mode=3)
        if visible:
            page.insert_text((20, 160), visible)

    layer = book_of(draw).text_layer(1)
    assert layer.signals.hidden == pytest.approx(share, abs=0.01)
    assert layer.signals.characters == len((hidden + visible).replace(" ", ""))


def test_hidden_text_without_a_picture_does_not_count(book_of: BookOf) -> None:
    layer = book_of(lambda page: page.insert_text((20, 60), "Notes", render_mode=3)).text_layer(1)
    assert layer.signals.hidden == 0.0


@pytest.mark.parametrize(
    ("places", "cover"),
    [
        ([], 0.0),
        ([FULL], 1.0),
        ([(0, 0, 150, 200)], 0.25),
        ([(0, 0, 150, 200), (150, 200, 300, 400)], 0.5),
        ([(150, 200, 450, 600)], 0.25),
        ([(-30, -40, 400, 500)], 1.0),
        ([FULL, FULL], 1.0),
    ],
)
@pytest.mark.parametrize("rotation", [0, 90])
def test_pictures_cover_a_share_of_the_page(
    rotation: int,
    places: list[tuple[float, float, float, float]],
    cover: float,
    book_of: BookOf,
) -> None:
    def draw(page: pymupdf.Page) -> None:
        for place in places:
            put_picture(page, place)
        page.set_rotation(rotation)

    signals = book_of(draw).text_layer(1).signals
    assert signals.image_cover == pytest.approx(cover, abs=0.01)


@pytest.mark.parametrize("rotation", [0, 90])
def test_pictures_cover_a_share_of_what_is_left_of_a_cropped_page(
    rotation: int, book_of: BookOf
) -> None:
    crop = (100, 150, 300, 400)

    def draw(page: pymupdf.Page) -> None:
        put_picture(page, crop)
        page.set_cropbox(pymupdf.Rect(crop))
        page.set_rotation(rotation)

    assert book_of(draw).text_layer(1).signals.image_cover == pytest.approx(1.0, abs=0.01)


def draw_a_picture_by_hand(image: str) -> Draw:
    """Covers a page with an image of which there are a few bytes only."""

    def draw(page: pymupdf.Page) -> None:
        document = page.parent
        picture, content = document.get_new_xref(), document.get_new_xref()
        document.update_object(picture, f"<</Type/XObject/Subtype/Image {image}>>")
        document.update_stream(picture, b"abc", compress=False)
        document.update_object(content, "<<>>")
        document.update_stream(content, b"q 300 0 0 400 0 0 cm /I Do Q")
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</I {picture} 0 R>>>>")

    return draw


@pytest.mark.parametrize(
    ("colours", "bits", "size"),
    [("RGB", 8, 3_600_000_000), ("CMYK", 8, 4_800_000_000), ("Gray", 1, 1_200_000_000)],
)
def test_large_images_are_measured_without_unpacking_them(
    colours: str, bits: int, size: int, book_of: BookOf
) -> None:
    # Unpacked it would take gigabytes, and its data would not do for it.
    header = f"/Width 40000/Height 30000/ColorSpace/Device{colours}/BitsPerComponent {bits}"
    assert book_of(draw_a_picture_by_hand(header)).largest_image(1) == size


def test_the_largest_image_counts(book_of: BookOf) -> None:
    def draw(page: pymupdf.Page) -> None:
        put_picture(page, (0, 0, 100, 100))
        data = io.BytesIO()
        Image.new("RGB", (200, 30), "red").save(data, "PNG")
        page.insert_image(pymupdf.Rect(0, 100, 200, 200), stream=data.getvalue())

    assert book_of(draw).largest_image(1) == 200 * 30 * 3
    assert book_of(lambda page: page.insert_text((20, 60), "No image")).largest_image(1) == 0


@pytest.mark.parametrize("rotation", [0, 90])
def test_pages_are_drawn_in_grey_as_displayed(rotation: int, book_of: BookOf) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.draw_rect((0, 0, 100, 100), color=None, fill=(0.8, 0, 0))
        page.set_rotation(rotation)

    image = book_of(draw).render(1, 36)
    assert image.mode == "L"
    assert image.size == ((200, 150) if rotation else (150, 200))
    right = rotation == 90  # what was left is on top, and what was on top is right
    assert image.getpixel((image.width - 5 if right else 5, 5)) in range(20, 120)
    assert image.getpixel((5 if right else image.width - 5, 5)) == 255
    assert image.getpixel((5, image.height - 5)) == 255


def test_a_page_that_is_not_there_is_damaged(book_of: BookOf) -> None:
    book = book_of(lambda page: None)
    for ask in (book.page_size, book.text_layer, book.largest_image):
        with pytest.raises(PageDamaged):
            ask(2)
    with pytest.raises(PageDamaged):
        book.render(2, 72)


def test_a_broken_image_file_is_a_damaged_page(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 300), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "page.png")
    whole = (tmp_path / "page.png").read_bytes()
    (tmp_path / "source").write_bytes(whole[: len(whole) // 2])
    book = BookFile.open(tmp_path / "source")
    with pytest.raises(PageDamaged):
        book.render(1, 72)


def test_lost_content_is_told_of_repaired_files(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=WIDTH, height=HEIGHT).insert_text((50, 60), "Lost words")
        whole = document.tobytes()
    (tmp_path / "whole").write_bytes(whole)
    (tmp_path / "cut").write_bytes(whole[: whole.index(b"stream") + 20])
    sound = BookFile.open(tmp_path / "whole")
    assert len(words(sound)) == 2
    assert sound.lost_content() is None
    cut = BookFile.open(tmp_path / "cut")
    assert words(cut) == []
    assert cut.lost_content()
