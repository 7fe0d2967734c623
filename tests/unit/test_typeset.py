import re
from itertools import product
from pathlib import Path

import pymupdf
import pytest

import demo
from demo.manuscript import read_manuscript
from demo.typeset import lines_now, typeset, units_of

SAMPLE = Path(demo.__file__).with_name("sample.md")


class Printed:
    """A produced file and the truth that came with it."""

    def __init__(self, path: Path, truth: list[str]) -> None:
        self.path = path
        self.truth = truth


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    path = tmp_path_factory.mktemp("sample") / "sample.pdf"
    return Printed(path, typeset(SAMPLE.read_text("utf-8"), path))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Three pages: the title and the first chapter."""
    path = tmp_path_factory.mktemp("short") / "short.pdf"
    return Printed(path, typeset(SAMPLE.read_text("utf-8").split("## Two")[0], path))


def bare(text: str) -> str:
    return "".join(text.split())


def test_the_sample_is_a_book_of_about_ten_pages(sample: Printed) -> None:
    with pymupdf.open(sample.path) as book:
        assert len(book) == len(sample.truth)
        assert 9 <= len(book) <= 13
        assert {(page.rect.width, page.rect.height) for page in book} == {(396, 612)}
        assert book.metadata["title"] == "A Letter in the Spine"
        assert book.metadata["author"] == "the Scriptorium authors"


def test_the_outline_leads_to_the_chapters(sample: Printed) -> None:
    with pymupdf.open(sample.path) as book:
        outline = book.get_toc()
    assert [title for _, title, _ in outline] == [
        "One: The Wet Crate",
        "Two: Every Ten Leaves",
        "Three: No Charge",
        "Four: The Hollow",
    ]
    for _, title, number in outline:
        assert sample.truth[number - 1].startswith(f"{title}\n")


def test_the_truth_is_what_the_file_says(sample: Printed) -> None:
    with pymupdf.open(sample.path) as book:
        for page, truth in zip(book, sample.truth, strict=True):
            assert page.get_text().split() == truth.split()


def test_the_truth_is_the_whole_manuscript_in_order(sample: Printed) -> None:
    title = "A Letter in the Spine"
    heading, body = "", []
    for number, truth in enumerate(sample.truth, start=1):
        lines = truth.splitlines()
        if number > 1:
            assert lines.pop() == str(number)
            if lines[0] in (title, heading):
                lines.pop(0)
            else:
                heading = lines[0]
        body += lines
    manuscript = re.sub(r"^#+ ", "", SAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    assert bare("".join(body)) == bare(manuscript.replace("*", ""))


def test_the_sample_has_what_recognition_finds_hard(sample: Printed) -> None:
    text = "".join(sample.truth)
    assert set("éèœç—“”‘’0123456789") <= set(text)


def test_pages_within_a_chapter_carry_a_running_head(sample: Printed) -> None:
    heads = [truth.splitlines()[0] for truth in sample.truth]
    assert heads[2] == "One: The Wet Crate"
    assert heads[7] == "A Letter in the Spine"


def test_lines_keep_to_the_margins_and_most_are_justified(sample: Printed) -> None:
    left, right = 396 / 8, 396 * 7 / 8
    with pymupdf.open(sample.path) as book:
        words = [word for page in book for word in page.get_text("words")]
        lines = [
            line["bbox"]
            for page in book
            for block in page.get_text("dict")["blocks"]
            for line in block["lines"]
        ]
    assert min(word[0] for word in words) > left - 1
    assert max(word[2] for word in words) < right + 1
    full = [box for box in lines if box[2] > right - 1]
    assert len(full) > len(lines) / 2


def test_emphasis_is_set_in_italics(sample: Printed) -> None:
    with pymupdf.open(sample.path) as book:
        spans = [
            span
            for block in book[1].get_text("dict")["blocks"]
            for line in block["lines"]
            for span in line["spans"]
        ]
    italic = "".join(span["text"] for span in spans if "Italic" in span["font"])
    assert italic.strip() == "Service of Lights, Western District. Les Sœurs."


def test_the_same_text_gives_the_same_file(short: Printed, tmp_path: Path) -> None:
    again = tmp_path / "again.pdf"
    typeset(SAMPLE.read_text("utf-8").split("## Two")[0], again)
    assert again.read_bytes() == short.path.read_bytes()


def test_larger_letters_and_smaller_pages_need_more_pages(short: Printed, tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8").split("## Two")[0]
    larger = typeset(text, tmp_path / "larger.pdf", font_size=16)
    smaller = typeset(text, tmp_path / "smaller.pdf", page_size=(298, 420))
    assert len(larger) > len(short.truth)
    assert len(smaller) > len(short.truth)


def test_plain_text_without_a_title_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    assert typeset("Only this.\n\nAnd 2 * 3\nthat.", path) == ["Only this.\nAnd 2 * 3 that.\n1"]
    with pymupdf.open(path) as book:
        assert book.get_toc() == []
        assert not book.metadata["title"]


@pytest.mark.parametrize("text", ["", " \n\n ", "# A title and nothing else"])
def test_nothing_to_set(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no text to set"):
        typeset(text, tmp_path / "book.pdf")
    assert not (tmp_path / "book.pdf").exists()


def test_a_page_too_small_for_its_letters(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too small"):
        typeset("Some words.", tmp_path / "book.pdf", page_size=(72, 72))


def test_only_a_line_below_the_title_names_the_author() -> None:
    manuscript = read_manuscript("# Title\n\nby Ann\n\nby then\n\n## One\n\nby night")
    assert manuscript.author == "Ann"
    assert [chapter.paragraphs for chapter in manuscript.chapters] == [["by then"], ["by night"]]


def test_lines_break_behind_hyphens_and_dashes_only() -> None:
    units = units_of("twenty-three “books—*all* of—”")
    assert [(unit.text, unit.space) for unit in units] == [
        ("twenty-", False),
        ("three", True),
        ("“books—", False),
        ("all", True),
        ("of—”", False),
    ]


@pytest.mark.parametrize("first", [True, False])
def test_paragraphs_leave_no_line_alone(first: bool) -> None:
    for left, room in product(range(1, 15), range(12)):
        now = lines_now(left, room, first=first)
        assert 0 <= now <= min(left, room)
        assert left == 1 or left - now != 1
        if first and left > 1:
            assert now != 1
        if room > 2:
            assert now > 0
