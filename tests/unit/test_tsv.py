import pytest

from adapters.ocr import tsv
from domain.book import Block, Line, Word

HEADER = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)


def row(
    place: tuple[int, int, int, int],
    text: str = "word",
    box: tuple[int, int, int, int] = (10, 20, 30, 12),
    confidence: str = "95.5",
    level: int = 5,
) -> str:
    """A row at (block, paragraph, line, word)."""
    return "\t".join(map(str, [level, 1, *place, *box, confidence, text]))


def words(table: str) -> list[Word]:
    return [word for block in tsv.parse(table) for line in block.lines for word in line.words]


def test_words_have_boxes_and_confidences() -> None:
    table = row((1, 1, 1, 1), "Letters", box=(10, 20, 30, 12), confidence="87.654")
    assert tsv.parse(table) == [Block(lines=[Line(words=[Word("Letters", 10, 20, 40, 32, 0.877)])])]


def test_paragraphs_and_lines_are_kept_apart() -> None:
    table = "\n".join(
        [
            HEADER,
            row((1, 0, 0, 0), "", level=2, confidence="-1"),
            row((1, 1, 0, 0), "", level=3, confidence="-1"),
            row((1, 1, 1, 0), "", level=4, confidence="-1"),
            row((1, 1, 1, 1), "one"),
            row((1, 1, 1, 2), "two"),
            row((1, 1, 2, 1), "three"),
            row((1, 2, 1, 1), "four"),
            row((2, 1, 1, 1), "five"),
        ]
    )
    blocks = tsv.parse(table + "\n")
    assert [block.text for block in blocks] == ["one two\nthree", "four", "five"]


@pytest.mark.parametrize(
    "table",
    [
        "",
        "\n",
        HEADER,
        row((1, 1, 1, 1), " "),
        row((1, 1, 1, 1), ""),
        row((1, 1, 1, 1), "line", level=4),
        "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t95",
    ],
)
def test_rows_without_visible_words_are_skipped(table: str) -> None:
    assert tsv.parse(table) == []
    assert [word.text for word in words(f"{table}\n{row((1, 1, 1, 1), 'there')}")] == ["there"]


@pytest.mark.parametrize(
    ("written", "confidence"), [("-1", 0.0), ("0", 0.0), ("100", 1.0), ("100.4", 1.0), ("50", 0.5)]
)
def test_confidences_run_from_none_to_sure(written: str, confidence: float) -> None:
    assert words(row((1, 1, 1, 1), confidence=written))[0].confidence == confidence


@pytest.mark.parametrize("text", ["漢字", "“café”", 'a"b', "\\n", "5", "tab\tbed", "-1"])
def test_text_is_taken_as_it_is(text: str) -> None:
    assert words(row((1, 1, 1, 1), text))[0].text == text


def test_text_is_stripped() -> None:
    assert words(row((1, 1, 1, 1), "  word\r"))[0].text == "word"


def test_lines_may_end_as_on_windows() -> None:
    table = "\r\n".join([HEADER, row((1, 1, 1, 1), "one"), row((1, 1, 1, 2), "two")])
    assert [word.text for word in words(table)] == ["one", "two"]
