"""Exports in general, and the text formats: what others read back is what the book says."""

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pymupdf
import pytest
from markdown_it import MarkdownIt

from adapters.exports import EXPORTERS, export, exporter
from domain.book import Book, BookFault, PageMethod, Word
from domain.errors import BookRefused, UsageError
from tests.unit.sample_book import a_blank_page, a_book, a_failed_page, a_page
from tests.unit.sample_sources import a_scan

XHTML = "{http://www.w3.org/1999/xhtml}"
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"

FIRST = [Word("<Tom", 36, 72, 72, 84, 0.5), Word("&", 75, 72, 81, 84, 0.987)]
SECOND = [Word('"Jérôme">', 36, 90, 96, 102, 1.0), Word("bell\x07\x00", 99.5, 90, 120, 102, 0.0)]
NATIVE = [Word("漢字", 10, 10, 30, 22, None)]


def exported(book: Book, format: str, tmp_path: Path) -> str:
    target = tmp_path / f"book.{exporter(format).suffix}"
    export(book, format, None, target)
    return target.read_bytes().decode("utf-8")


def a_marked_book() -> Book:
    return a_book(
        a_page(1, FIRST, SECOND),
        a_page(2, NATIVE, method=PageMethod.NATIVE),
        a_blank_page(3),
        a_failed_page(4),
        title="Tom & <Jerry>",
    )


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'docx'; known are txt, md, hocr, alto, pdf"):
        export(a_book(a_page()), "docx", None, tmp_path / "book.docx")


def test_every_format_has_a_suffix_of_its_own() -> None:
    suffixes = [each.suffix for each in EXPORTERS.values()]
    assert suffixes == ["txt", "md", "hocr", "alto.xml", "pdf"]
    assert [name for name, each in EXPORTERS.items() if each.needs_source] == ["pdf"]


def test_a_pdf_needs_its_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="source file"):
        export(a_book(a_page()), "pdf", None, tmp_path / "out.pdf")


def test_another_books_file_is_refused(tmp_path: Path) -> None:
    book = a_book(a_page(1), a_page(2))
    with pytest.raises(UsageError, match="has 1 pages, the book 2"):
        export(book, "pdf", a_scan(tmp_path), tmp_path / "out.pdf")


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"%PDF-1.7 and nothing else")
    with pytest.raises(BookRefused) as refusal:
        export(a_book(a_page()), "pdf", source, tmp_path / "out.pdf")
    assert refusal.value.fault is BookFault.DAMAGED


def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "locked.pdf"
    with pymupdf.open() as document:
        document.new_page()
        document.save(source, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="s3cret")
    with pytest.raises(BookRefused) as refusal:
        export(a_book(a_page()), "pdf", source, tmp_path / "out.pdf")
    assert refusal.value.fault is BookFault.ENCRYPTED


def test_text_counts_pages_with_form_feeds(tmp_path: Path) -> None:
    book = a_book(
        a_page(1, text="One\nline\n\nand œuvre\n"),
        a_blank_page(2),
        a_page(3, text="a form\ffeed"),
        a_failed_page(4),
    )
    assert exported(book, "txt", tmp_path).split("\f") == [
        "One\nline\n\nand œuvre\n",
        "",
        "a form\nfeed\n",
        "[page 4 could not be read: timeout]\n",
    ]


def test_markdown_flows_paragraphs_and_marks_pages(tmp_path: Path) -> None:
    book = a_book(
        a_page(
            1,
            text="The print-\ner left the well-\nKnown shop.\n\nNext para\u00ad\ngraph 1914-\n18",
        ),
        a_blank_page(2),
        a_failed_page(3),
        title="A  Book\nof *Stars*",
        author="N. O. Body",
    )
    assert exported(book, "md", tmp_path) == (
        "# A Book of \\*Stars\\*\n\n"
        "*N. O. Body*\n\n"
        "<!-- page 1 -->\n\n"
        "The printer left the well- Known shop.\n\n"
        "Next paragraph 1914- 18\n\n"
        "<!-- page 3 -->\n\n"
        "[page 3 could not be read: timeout]\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "# not a heading",
        "1986. A good year",
        "12) twelve",
        "- a dash opens it",
        "+ plus",
        "> greater",
        "=====",
        "---",
        "*stars* _and_ __lines__ `ticks` ~~struck~~",
        "[a link](to) ![an image](x) <b>bold</b> <!-- gone -->",
        "AT&amp;T &#38; Sons & Co \\ back\\*slash",
        "| a | table |",
        "    four spaces are no code",
        "http://example.org/a_b_c",
        "[note]: http://example.org",
    ],
)
def test_markdown_reads_back_as_the_text_it_was(text: str, tmp_path: Path) -> None:
    source = exported(a_book(a_page(1, text=text)), "md", tmp_path)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    *_, opening, content, closing = tokens
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in content.children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in content.children or []) == text.strip()


def test_hocr_keeps_words_boxes_and_confidences(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(a_marked_book(), "hocr", tmp_path))
    read = [
        (word.text, *properties(word).values())
        for word in root.iter(f"{XHTML}span")
        if word.get("class") == "ocrx_word"
    ]
    assert read == [
        ("<Tom", "150 300 300 350", "50"),
        ("&", "312 300 338 350", "99"),
        ('"Jérôme">', "150 375 400 425", "100"),
        ("bell", "415 375 500 425", "0"),
        ("漢字", "42 42 125 92"),
    ]


def test_hocr_nests_what_surrounds_the_words(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(a_marked_book(), "hocr", tmp_path))
    pages = root.findall(f"{XHTML}body/{XHTML}div")
    assert [page.get("class") for page in pages] == ["ocr_page"] * 4
    assert [len(page) for page in pages] == [1, 1, 0, 0]
    assert properties(pages[3]) == {
        "image": "\"A 'small' book.pdf\"",
        "bbox": "0 0 1667 2500",
        "ppageno": "3",
        "scan_res": "300 300",
    }
    (area,) = pages[0]
    (paragraph,) = area
    assert (area.get("class"), paragraph.get("class")) == ("ocr_carea", "ocr_par")
    assert properties(paragraph) == {"bbox": "150 300 500 425"}
    assert [(line.get("class"), properties(line)["bbox"]) for line in paragraph] == [
        ("ocr_line", "150 300 338 350"),
        ("ocr_line", "150 375 500 425"),
    ]
    assert "".join(paragraph.itertext()) == '<Tom &\n"Jérôme"> bell\n'
    assert_unique([element.get("id") for element in root.iter() if element.get("id")])


def test_hocr_says_who_read_and_what_it_can_hold(tmp_path: Path) -> None:
    head = ElementTree.fromstring(exported(a_marked_book(), "hocr", tmp_path))[0]
    assert head.findtext(f"{XHTML}title") == "Tom & <Jerry>"
    facts = {meta.get("name"): meta.get("content") for meta in head.iter(f"{XHTML}meta")}
    assert facts["ocr-system"] == "Scriptorium, tesseract 5.5"
    assert facts["ocr-number-of-pages"] == "4"
    assert set((facts["ocr-capabilities"] or "").split()) >= {"ocr_page", "ocr_line", "ocrx_word"}


def test_alto_keeps_words_boxes_and_confidences(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(a_marked_book(), "alto", tmp_path))
    read = [
        (word.get("CONTENT"), place(word), word.get("WC")) for word in root.iter(f"{ALTO}String")
    ]
    assert read == [
        ("<Tom", (600, 1200, 600, 200), "0.5000"),
        ("&", (1250, 1200, 100, 200), "0.9870"),
        ('"Jérôme">', (600, 1500, 1000, 200), "1.0000"),
        ("bell", (1658, 1500, 342, 200), "0.0000"),
        ("漢字", (167, 167, 333, 200), None),
    ]


def test_alto_puts_spaces_between_words_and_boxes_around_them(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(a_marked_book(), "alto", tmp_path))
    lines = list(root.iter(f"{ALTO}TextLine"))
    assert [[child.tag.removeprefix(ALTO) for child in line] for line in lines] == [
        ["String", "SP", "String"],
        ["String", "SP", "String"],
        ["String"],
    ]
    assert [place(line) for line in lines[:2]] == [(600, 1200, 750, 200), (600, 1500, 1400, 200)]
    gap = lines[0][1]
    assert (gap.get("HPOS"), gap.get("WIDTH")) == ("1200", "50")
    assert place(next(root.iter(f"{ALTO}TextBlock"))) == (600, 1200, 1400, 500)
    assert_unique([element.get("ID") for element in root.iter() if element.get("ID")])


def test_alto_describes_its_pages_and_origin(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(a_marked_book(), "alto", tmp_path))
    description = root[0]
    assert description.findtext(f"{ALTO}MeasurementUnit") == "inch1200"
    assert description.findtext(f".//{ALTO}fileName") == 'A "small" book.pdf'
    assert description.findtext(f".//{ALTO}softwareName") == "tesseract 5.5"
    step = description.findall(f"{ALTO}Processing")
    pages = root.findall(f"{ALTO}Layout/{ALTO}Page")
    assert [page.get("PROCESSINGREFS") for page in pages] == [
        step[0].get("ID"),
        None,
        None,
        step[0].get("ID"),
    ]
    assert [page.get("PHYSICAL_IMG_NR") for page in pages] == ["1", "2", "3", "4"]
    assert [(page.get("WIDTH"), page.get("HEIGHT")) for page in pages] == [("6667", "10000")] * 4
    assert [page.get("PC") for page in pages] == ["0.9000", None, None, None]
    assert pages[3].get("QUALITY_DETAIL") == "[page 4 could not be read: timeout]"


def properties(element: Element) -> dict[str, str]:
    parts = (part.partition(" ") for part in element.get("title", "").split("; "))
    return {name: value for name, _, value in parts}


def place(element: Element) -> tuple[int, ...]:
    return tuple(int(element.get(side, "")) for side in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))


def assert_unique(identifiers: list[str | None]) -> None:
    assert identifiers
    assert len(identifiers) == len(set(identifiers))
    assert all(re.fullmatch(r"[a-z]+_[0-9_]+", each or "") for each in identifiers)
