"""Which files open as books, what they say about themselves, and why others are refused."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from adapters.documents.book_file import BookFile, PageDamaged
from domain.book import BookFault, BookMetadata, OutlineEntry
from domain.errors import BookRefused
from tests.unit.sample_sources import a_picture, write_epub, write_pictures

LOCK = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "owner"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test puts a file, named as in the object store."""
    return tmp_path / "source"


@contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[BookFile]:
    if data is not None:
        path.write_bytes(data)
    book = BookFile.open(path)
    try:
        yield book
    finally:
        book.close()


def refusal(path: Path, data: bytes | None = None) -> BookRefused:
    with pytest.raises(BookRefused) as caught, opened(path, data):
        pass
    assert caught.value.detail
    return caught.value


def words(book: BookFile, number: int) -> str:
    return " ".join(block.text for block in book.text_layer(number).blocks)


def a_pdf(pages: int = 3, **saving: object) -> bytes:
    with pymupdf.open() as document:
        for number in range(1, pages + 1):
            page = document.new_page(width=300, height=400)
            page.insert_text((50, 100), f"Page {number} of the logbook")
        return bytes(document.tobytes(**saving))


def a_pdf_by_hand(page_tree: str) -> bytes:
    head, catalog = "%PDF-1.4\n", "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    pages = f"2 0 obj\n<</Type/Pages{page_tree}>>\nendobj\n"
    offsets = [len(head), len(head + catalog)]
    table = "xref\n0 3\n0000000000 65535 f \n" + "".join(f"{at:010d} 00000 n \n" for at in offsets)
    trailer = f"trailer\n<</Root 1 0 R/Size 3>>\nstartxref\n{len(head + catalog + pages)}\n%%EOF\n"
    return (head + catalog + pages + table + trailer).encode()


def write_pdf(path: Path) -> None:
    path.write_bytes(a_pdf(2))


def write_drawing(path: Path) -> None:
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><circle r="9"/></svg>'
    )


FORMATS: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "pdf": (write_pdf, 2, "PDF"),
    "epub": (lambda path: write_epub(path, "The lamp burned."), 1, "EPUB"),
    "cbz": (lambda path: write_pictures("cbz", [a_picture(0), a_picture(1)], path), 2, "zip"),
    "svg": (write_drawing, 1, "SVG"),
    "tiff": (lambda path: write_pictures("tiff", [a_picture(0), a_picture(1)], path), 2, "TIFF"),
    "png": (lambda path: write_pictures("png", [a_picture()], path), 1, "Image"),
}


@pytest.mark.parametrize("name", ["source", "a.pdf", "a.epub", "a.cbz", "a.png", "a.txt", "a.?"])
@pytest.mark.parametrize("kind", FORMATS)
def test_books_open_by_their_content(kind: str, name: str, tmp_path: Path) -> None:
    write, pages, format = FORMATS[kind]
    write(tmp_path / name)
    with opened(tmp_path / name) as book:
        assert book.pages == pages
        assert book.metadata(7).format.startswith(format)
        assert all(min(book.page_size(number + 1)) > 100 for number in range(pages))


@pytest.mark.parametrize("name", ["source", "a", "a.pdf", "a.epub", "a.?"])
def test_text_that_is_no_book_is_refused(name: str, tmp_path: Path) -> None:
    error = refusal(tmp_path / name, b"The weather was fine. " * 100)
    assert error.fault is BookFault.NOT_A_BOOK


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.tiff"])
def test_text_is_refused_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / name, b"The weather was fine. ").fault is BookFault.NOT_A_BOOK


@pytest.mark.parametrize("data", [bytes(range(256)) * 8, b"\0" * 5000, b"\x7fELF\x02\x01", b"x"])
def test_other_bytes_are_refused(data: bytes, file: Path) -> None:
    assert refusal(file, data).fault is BookFault.NOT_A_BOOK


def test_an_empty_file_is_refused(file: Path) -> None:
    assert refusal(file, b"").fault is BookFault.EMPTY


def test_a_pdf_without_pages_is_refused(file: Path) -> None:
    assert refusal(file, a_pdf_by_hand("/Kids[]/Count 0")).fault is BookFault.EMPTY


def test_a_pdf_whose_pages_are_gone_is_refused(file: Path) -> None:
    assert refusal(file, a_pdf_by_hand("/Kids[]/Count 9")).fault is BookFault.DAMAGED


def test_a_pdf_cut_off_before_its_pages_is_damaged(file: Path) -> None:
    whole = a_pdf()
    assert refusal(file, whole[: whole.index(b"2 0 obj")]).fault is BookFault.DAMAGED


def test_an_encrypted_book_is_refused(file: Path) -> None:
    error = refusal(file, a_pdf(user_pw="reader", **LOCK))
    assert error.fault is BookFault.ENCRYPTED
    assert "password" in error.detail


def test_a_book_that_needs_its_password_for_changes_only_opens(file: Path) -> None:
    with opened(file, a_pdf(**LOCK)) as book:
        assert words(book, 3) == "Page 3 of the logbook"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + b"\x00\xff\x80 nonsense " * 300,
        b"PK\x03\x04" + b"\x00" * 300,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 300,
        b"II*\x00" + b"\xff" * 300,
    ],
    ids=["pdf", "zip", "png", "tiff"],
)
def test_broken_books_are_refused_or_have_broken_pages(data: bytes, file: Path) -> None:
    try:
        with opened(file, data) as book, pytest.raises(PageDamaged):
            book.page_size(1)
    except BookRefused as error:
        assert error.fault is BookFault.DAMAGED


@pytest.mark.parametrize("kind", FORMATS)
def test_cut_off_books_are_refused_or_read_as_far_as_they_go(kind: str, file: Path) -> None:
    FORMATS[kind][0](file)
    whole = file.read_bytes()
    ends = []
    for twentieth in range(1, 20):
        try:
            with opened(file, whole[: len(whole) * twentieth // 20]) as book:
                for number in range(1, book.pages + 1):
                    book.text_layer(number)
                    book.render(number, 20)
                ends.append("read")
        except BookRefused as error:
            assert error.fault in {BookFault.DAMAGED, BookFault.EMPTY}
            ends.append("refused")
        except PageDamaged:
            ends.append("page damaged")
    assert ends[0] != "read"


def test_a_cut_off_pdf_is_read_as_far_as_it_goes(file: Path) -> None:
    whole = a_pdf(deflate=False)
    with opened(file, whole[: whole.index(b"startxref")]) as book:  # its table of objects is gone
        assert [words(book, number) for number in (1, 2, 3)] == [
            f"Page {number} of the logbook" for number in (1, 2, 3)
        ]


def test_an_epubs_text_is_read(file: Path) -> None:
    write_epub(file, "The lamp had been burning for an hour.")
    with opened(file) as book:
        assert words(book, 1) == "The lamp had been burning for an hour."


def test_a_missing_chapter_is_no_text(file: Path) -> None:
    write_epub(file, "The lamp burned.", "Rain fell.", "ERROR: cannot move.", without="2.xhtml")
    with opened(file) as book:
        assert (words(book, 1), words(book, 3)) == ("The lamp burned.", "ERROR: cannot move.")
        with pytest.raises(PageDamaged, match=r"^cannot find chapter .*2\.xhtml"):
            book.text_layer(2)


def encryption(*places: str) -> str:
    data = "".join(
        f'<e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherData>'
        f'<e:CipherReference URI="{place}"/></e:CipherData></e:EncryptedData>'
        for place in places
    )
    return (
        f'<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{data}</encryption>'
    )


def locked(places: Sequence[str]) -> dict[str, str | bytes]:
    return {"META-INF/encryption.xml": encryption(*places)}


def test_an_epub_with_encrypted_chapters_is_refused(file: Path) -> None:
    write_epub(file, "x", "y", others=locked(["text/font.otf", "text/2.xhtml"]))
    error = refusal(file)
    assert error.fault is BookFault.ENCRYPTED
    assert "DRM" in error.detail


@pytest.mark.parametrize(
    "others", [locked(["text/font.otf"]), {"META-INF/encryption.xml": b"\xff no XML"}]
)
def test_an_epub_whose_fonts_alone_are_encrypted_opens(
    others: dict[str, str | bytes], file: Path
) -> None:
    write_epub(file, "The lamp burned.", others=others)
    with opened(file) as book:
        assert words(book, 1) == "The lamp burned."


def test_an_archive_that_needs_a_password_is_refused(file: Path) -> None:
    write_pictures("cbz", [a_picture()], file)
    data = bytearray(file.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    assert refusal(file, bytes(data)).fault is BookFault.ENCRYPTED


@pytest.mark.parametrize(
    ("names", "fault"), [([], BookFault.EMPTY), (["notes.txt", "a/b.doc"], BookFault.NOT_A_BOOK)]
)
def test_an_archive_without_pages_is_not_called_broken(
    names: list[str], fault: BookFault, file: Path
) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "The weather was fine.")
    assert refusal(file).fault is fault


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    ],
)
def test_a_web_page_is_refused(page: bytes, tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.pdf", page).fault is BookFault.NOT_A_BOOK


def test_pictures_in_a_cbz_are_pages_in_the_order_people_count(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for number in (10, 9, 1):
            data = io.BytesIO()
            Image.new("L", (100 + number, 50), 255).save(data, "PNG", dpi=(72, 72))
            archive.writestr(f"page{number}.png", data.getvalue())
    with opened(file) as book:
        widths = [book.page_size(number)[0] for number in (1, 2, 3)]
    assert widths == pytest.approx([101, 109, 110], abs=0.1)


def test_pictures_in_a_cbt_are_pages(file: Path) -> None:
    write_pictures("cbt", [a_picture(0), a_picture(1)], file)
    with opened(file) as book:
        assert book.pages == 2


@pytest.mark.parametrize("dpi", [72, 300])
def test_the_pages_of_a_tiff_have_the_size_of_their_paper(dpi: int, file: Path) -> None:
    first, *others = [Image.new("1", (600 + 300 * number, 900), 1) for number in range(3)]
    first.save(file, "TIFF", save_all=True, append_images=others, dpi=(dpi, dpi))
    with opened(file) as book:
        sizes = [book.page_size(number) for number in (1, 2, 3)]
    for number, size in enumerate(sizes):
        expected = ((600 + 300 * number) * 72 / dpi, 900 * 72 / dpi)
        assert size == pytest.approx(expected, abs=0.5)


def test_a_book_says_what_it_is(file: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(3):
            document.new_page()
        document.set_metadata(
            {
                "title": " A Letter in the Spine\n",
                "author": "Zoë Ødegård",
                "subject": "x" * 5000,
                "keywords": "",
                "producer": "a press",
                "creationDate": "D:20260102030405Z",
            }
        )
        document.set_toc([[1, "One", 1], [2, "A part of one", 2], [1, "Two", 3]])
        document.save(file)
    with opened(file) as book:
        assert book.metadata(12345) == BookMetadata(
            format="PDF 1.7",
            size=12345,
            title="A Letter in the Spine",
            author="Zoë Ødegård",
            subject="x" * 2000,
            producer="a press",
            created="D:20260102030405Z",
            outline=[
                OutlineEntry(1, "One", 1),
                OutlineEntry(2, "A part of one", 2),
                OutlineEntry(1, "Two", 3),
            ],
        )


def test_a_book_need_not_say_anything(file: Path) -> None:
    with opened(file, a_pdf()) as book:
        assert book.metadata(1) == BookMetadata(format="PDF 1.7", size=1)


def test_entries_of_the_outline_lead_to_pages(file: Path) -> None:
    with pymupdf.open(stream=a_pdf()) as document:
        document.set_toc([[1, "One", 1], [1, "The publisher's site", -1], [1, "Two", 2]])
        document.save(file)
    with opened(file) as book:
        assert [entry.title for entry in book.metadata(1).outline if entry.page < 1] == []


@pytest.mark.parametrize("outline", ["42", "[1 2 3]", "(nonsense)"])
def test_a_broken_outline_does_not_make_a_book_unreadable(outline: str, file: Path) -> None:
    with pymupdf.open(stream=a_pdf()) as document:
        document.xref_set_key(document.pdf_catalog(), "Outlines", outline)
        document.save(file)
    with opened(file) as book:
        assert book.metadata(1).outline == []
        assert words(book, 1) == "Page 1 of the logbook"
