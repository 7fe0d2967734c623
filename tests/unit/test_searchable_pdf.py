"""The searchable PDF: it looks like its source, and its words are found where they are printed."""

from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.exports import export
from adapters.exports.pdf_page import append_content, turn
from domain.book import Book, OutlineEntry, PageMethod, Word
from tests.unit.sample_book import HEIGHT, WIDTH, a_blank_page, a_book, a_failed_page, a_page
from tests.unit.sample_sources import a_picture, a_scan, write_epub, write_pictures

LINE = [
    Word("Gap", 50, 100, 78, 112, 0.9),
    Word("œuvre", 84, 102, 120, 110, 0.9),
    Word("“café”", 126, 100, 166, 110, 0.9),
    Word("Λόγος", 172, 100, 212, 113, 0.9),
    Word("漢字", 218, 100, 243, 111, 0.9),
]
RARE = [
    Word("one—two", 50, 130, 110, 141, 0.9),
    Word("हिन्दी", 116, 130, 150, 141, 0.9),
    Word("\U0001d504\U0001d505", 156, 130, 180, 141, 0.9),
    Word("(a\\b)", 186, 130, 210, 141, 0.9),
]
NEAR = 3.0  # points


def test_words_are_read_where_they_are_printed(tmp_path: Path) -> None:
    with searchable(a_book(a_page(1, LINE, RARE)), a_scan(tmp_path)) as document:
        assert_words_in_place(document[0], LINE + RARE)
        assert document[0].get_text().splitlines() == [
            "Gap œuvre “café” Λόγος 漢字",
            "one—two हिन्दी \U0001d504\U0001d505 (a\\b)",
        ]


@pytest.mark.parametrize("word", LINE + RARE, ids=lambda word: word.text)
def test_words_are_found_by_searching(word: Word, tmp_path: Path) -> None:
    with searchable(a_book(a_page(1, LINE, RARE)), a_scan(tmp_path)) as document:
        found = document[0].search_for(word.text)
        united = pymupdf.Rect(found[0])
        for part in found[1:]:  # words with combining marks come in parts
            united |= part
        assert_near(united, word)


@pytest.mark.parametrize("file_rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_turned_pages_are_shown_upright_with_their_words(
    file_rotation: int, turned: int, tmp_path: Path
) -> None:
    source = a_scan(tmp_path, rotation=file_rotation, crop="[30 40 420 640]")
    with pymupdf.open(source) as original:
        turn(original[0], turned)
        upright = looks(original[0])
    book = a_book(a_page(1, LINE, RARE, rotation=turned))
    with searchable(book, source) as document:
        assert document[0].rotation == (file_rotation + turned) % 360
        assert looks(document[0]) == upright
        assert_words_in_place(document[0], LINE + RARE)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("unit", [1, 2])
def test_content_lands_at_its_place_on_every_page_geometry(rotation: int, unit: int) -> None:
    with pymupdf.open() as document:
        number = document.new_page(width=WIDTH, height=HEIGHT).xref
        document.xref_set_key(number, "MediaBox", "[10 20 410 620]")
        document.xref_set_key(number, "CropBox", "[60 100 360 560]")
        document.xref_set_key(number, "UserUnit", str(unit))
        document.xref_set_key(number, "Rotate", str(rotation))
        page = document.reload_page(document[0])
        append_content(document, page, b"0 g 30 50 100 20 re f", {})
        assert page.rotation == rotation
        drawn = ImageChops.invert(looks(document.reload_page(page)).convert("L"))
        assert drawn.getbbox() == (30, 50, 130, 70)


def test_the_words_stay_invisible(tmp_path: Path) -> None:
    source = a_scan(tmp_path)
    with pymupdf.open(source) as original:
        before = looks(original[0])
    with searchable(a_book(a_page(1, LINE, RARE)), source) as document:
        assert looks(document[0]) == before
        assert {span["type"] for span in document[0].get_texttrace()} == {3}


@pytest.mark.parametrize("content", [b"3 0 0 3 50 50 cm", b"q 3 0 0 3 50 50 cm q", b"Q Q"])
def test_what_the_pages_content_leaves_behind_does_not_move_the_words(
    content: bytes, tmp_path: Path
) -> None:
    source = a_scan(tmp_path)
    with pymupdf.open(source) as document:
        (stream,) = document[0].get_contents()
        document.update_stream(stream, content)
        document.saveIncr()
    with searchable(a_book(a_page(1, LINE)), source) as document:
        assert_words_in_place(document[0], LINE)
        assert document[0].read_contents().startswith(b"q")  # MuPDF would do without


def test_inherited_resources_are_kept(tmp_path: Path) -> None:
    source = a_scan(tmp_path)
    with pymupdf.open(source) as document:
        before = looks(document[0])
        resources = document.xref_get_key(document[0].xref, "Resources")[1]
        parent = int(document.xref_get_key(document[0].xref, "Parent")[1].split()[0])
        document.xref_set_key(parent, "Resources", resources)
        document.xref_set_key(document[0].xref, "Resources", "null")
        document.save(tmp_path / "inherited.pdf")
    with searchable(a_book(a_page(1, LINE)), tmp_path / "inherited.pdf") as document:
        assert looks(document[0]) == before
        assert_words_in_place(document[0], LINE)


def test_a_tilted_line_stays_one_line_on_its_slope(tmp_path: Path) -> None:
    words = [
        Word(text, 50 + 60 * place, 200 + 2 * place, 100 + 60 * place, 211 + 2 * place, 0.9)
        for place, text in enumerate(["on", "a", "gently", "sloping", "line"])
    ]
    with searchable(a_book(a_page(1, words)), a_scan(tmp_path)) as document:
        assert document[0].get_text().splitlines() == ["on a gently sloping line"]
        assert_words_in_place(document[0], words)


def test_a_large_initial_does_not_inflate_its_line(tmp_path: Path) -> None:
    words = [
        Word("O", 50, 100, 80, 140, 0.9),
        *(
            Word(text, 85 + 30 * place, 100, 110 + 30 * place, 111, 0.9)
            for place, text in enumerate(["nce", "upon", "a"])
        ),
    ]
    with searchable(a_book(a_page(1, words)), a_scan(tmp_path)) as document:
        assert_words_in_place(document[0], words)


def test_words_that_run_up_the_page_keep_their_boxes(tmp_path: Path) -> None:
    words = [
        Word(text, 50, 400 - 60 * place, 62, 450 - 60 * place, 0.9)
        for place, text in enumerate(["up", "the", "margin"])
    ]
    with searchable(a_book(a_page(1, words)), a_scan(tmp_path)) as document:
        for word in words:
            assert_near(document[0].search_for(word.text)[0], word)


def test_right_to_left_words_are_read_in_their_own_order(tmp_path: Path) -> None:
    words = [Word("שלום", 50, 100, 90, 112, 0.9)]
    with searchable(a_book(a_page(1, words)), a_scan(tmp_path)) as document:
        assert document[0].get_text().strip() == "שלום"
        assert_words_in_place(document[0], words)


def test_a_hidden_text_layer_is_replaced_and_the_scan_kept(tmp_path: Path) -> None:
    source = a_scan(tmp_path, hidden_text="g4rbage")
    with pymupdf.open(source) as original:
        before = looks(original[0])
        (scan,) = [original.xref_stream_raw(image[0]) for image in original[0].get_images()]
    book = a_book(a_page(1, LINE, method=PageMethod.REDO))
    with searchable(book, source) as document:
        assert_words_in_place(document[0], LINE)
        assert "g4rbage" not in document[0].get_text()
        assert looks(document[0]) == before
        assert [document.xref_stream_raw(i[0]) for i in document[0].get_images()] == [scan]
        assert [link["uri"] for link in document[0].get_links()] == ["https://example.org/"]


@pytest.mark.parametrize("turned", [0, 90])
def test_a_visible_bad_text_layer_becomes_a_picture(turned: int, tmp_path: Path) -> None:
    source = a_scan(tmp_path, visible_text="m1sread", rotation=90)
    with pymupdf.open(source) as original:
        turn(original[0], turned)
        before = looks(original[0])
    book = a_book(a_page(1, LINE, method=PageMethod.REDO, rotation=turned))
    with searchable(book, source) as document:
        assert_words_in_place(document[0], LINE)
        assert "m1sread" not in document[0].get_text()
        assert difference(looks(document[0]), before) < 1
        assert [link["uri"] for link in document[0].get_links()] == ["https://example.org/"]


def test_redone_without_words_still_loses_the_old_text(tmp_path: Path) -> None:
    source = a_scan(tmp_path, hidden_text="g4rbage")
    with searchable(a_book(a_page(1, method=PageMethod.REDO)), source) as document:
        assert document[0].get_text().strip() == ""


def test_native_blank_and_failed_pages_stay_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "native.pdf"
    with pymupdf.open() as document:
        for text in ("native words", "", "failed words"):
            document.new_page(width=WIDTH, height=HEIGHT).insert_text((50, 100), text)
        before = [looks(page) for page in document]
        document.save(source)
    failed = a_failed_page(3).model_copy(update={"method": PageMethod.REDO})
    book = a_book(a_page(1, LINE, method=PageMethod.NATIVE), a_blank_page(2), failed)
    with searchable(book, source) as document:
        assert [page.get_text().strip() for page in document] == [
            "native words",
            "",
            "failed words",
        ]
        assert [looks(page) for page in document] == before


@pytest.mark.parametrize("kind", ["tiff", "cbz", "png"])
def test_pictures_become_pages_with_words(kind: str, tmp_path: Path) -> None:
    source = tmp_path / "source"  # stored books have no suffix
    pages = [a_picture(number) for number in range(1 if kind == "png" else 3)]
    write_pictures(kind, pages, source)
    with pymupdf.open(source) as original:
        before = [looks(page) for page in original]
    book = a_book(*(a_page(number, LINE, RARE) for number in range(1, len(pages) + 1)))
    with searchable(book, source) as document:
        assert document.is_pdf
        for page, picture in zip(document, before, strict=True):
            assert (page.rect.width, page.rect.height) == (WIDTH, HEIGHT)
            assert difference(looks(page), picture) < 1
            assert_words_in_place(page, LINE + RARE)


def test_an_epub_becomes_a_pdf_with_its_contents(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write_epub(source, "It was a quiet street.")
    outline = [OutlineEntry(1, "Gone", 99), OutlineEntry(2, "One", 1), OutlineEntry(3, "a", 1)]
    book = a_book(a_page(1, method=PageMethod.NATIVE), title="Quiet", outline=outline)
    with searchable(book, source) as document:
        assert document.is_pdf
        assert document[0].get_text().strip() == "It was a quiet street."
        assert document.get_toc() == [[1, "One", 1], [2, "a", 1]]
        assert document.metadata["title"] == "Quiet"


def test_title_and_author_come_from_the_book(tmp_path: Path) -> None:
    book = a_book(a_page(1, LINE), title="Œuvres (I)", author="Zoë")
    with searchable(book, a_scan(tmp_path)) as document:
        assert (document.metadata["title"], document.metadata["author"]) == ("Œuvres (I)", "Zoë")
        assert document.metadata["producer"] == "a scanner"


def test_words_of_every_script_cost_little(tmp_path: Path) -> None:
    source = a_scan(tmp_path)
    with searchable(a_book(a_page(1, LINE, RARE)), source):
        assert (tmp_path / "out.pdf").stat().st_size < source.stat().st_size + 4_000


def searchable(book: Book, source: Path) -> pymupdf.Document:
    target = source.parent / "out.pdf"
    export(book, "pdf", source, target)
    return pymupdf.open(target)


def looks(page: pymupdf.Page) -> Image.Image:
    """The page as shown, one pixel a point."""
    pixmap = page.get_pixmap(colorspace=pymupdf.csRGB, alpha=False)
    return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the pixels, of 255."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def assert_words_in_place(page: pymupdf.Page, expected: list[Word]) -> None:
    found = [
        (word[4], pymupdf.Rect(word[:4]) * page.rotation_matrix) for word in page.get_text("words")
    ]
    assert [text for text, _ in found] == [word.text for word in expected]
    for (_, box), word in zip(found, expected, strict=True):
        assert_near(box, word)


def assert_near(box: pymupdf.Rect, word: Word) -> None:
    assert tuple(box) == pytest.approx(word[1:5], abs=NEAR), word.text
