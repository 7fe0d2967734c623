"""Tesseract's TSV output, which both engines produce."""

from itertools import groupby

from domain.book import Block, Line, Word

_COLUMNS = 12
_WORD_LEVEL = "5"


def parse(tsv: str) -> list[Block]:
    """Paragraphs of words, boxes in pixels, from rows of
    level, page, block, paragraph, line, word, left, top, width, height, confidence, text.

    Rows that hold no visible text (structure, pictures) are skipped.
    """
    rows = [
        fields
        for row in tsv.splitlines()
        if len(fields := row.split("\t", _COLUMNS - 1)) == _COLUMNS
        and fields[0] == _WORD_LEVEL
        and fields[11].strip()
    ]
    return [
        Block(
            lines=[
                Line(words=[_word(row) for row in line])
                for _, line in groupby(paragraph, key=lambda row: row[4])
            ]
        )
        for _, paragraph in groupby(rows, key=lambda row: (row[2], row[3]))
    ]


def _word(fields: list[str]) -> Word:
    left, top, width, height = (float(field) for field in fields[6:10])
    confidence = min(1.0, max(0.0, float(fields[10]) / 100))
    return Word(fields[11].strip(), left, top, left + width, top + height, round(confidence, 3))
