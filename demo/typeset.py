"""Sets a manuscript as a born-digital book: a PDF with real text, an outline, title and author."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pymupdf

from demo.manuscript import Chapter, Manuscript, read_manuscript

ROMAN, ITALIC = "tiro", "tiit"  # the Times of PyMuPDF itself, so that every machine sets alike

_EMPHASIS = re.compile(r"\*(\S(?:[^*]*\S)?)\*")
_TOKEN = re.compile(r"\s+|\S+?[-—](?=\w)|\S+")


class Unit(NamedTuple):
    """What a line break cannot divide: (text, font) runs, and whether a space follows."""

    runs: list[tuple[str, str]]
    space: bool

    @property
    def text(self) -> str:
        """The visible characters."""
        return "".join(text for text, _ in self.runs)

    def width(self, size: float) -> float:
        """Points, without the space that may follow."""
        return sum(_advance(text, font) for text, font in self.runs) * size


class Measures(NamedTuple):
    """The geometry of every page, in points."""

    width: float
    height: float
    size: float

    @property
    def leading(self) -> float:
        """From baseline to baseline."""
        return 1.3 * self.size

    @property
    def left(self) -> float:
        """Where lines begin."""
        return self.width / 8

    @property
    def line_width(self) -> float:
        """How long a full line is."""
        return self.width - 2 * self.left

    @property
    def top(self) -> float:
        """The first baseline."""
        return self.height / 8

    @property
    def lines(self) -> int:
        """How many baselines a page has."""
        return int((self.height * 0.885 - self.top) / self.leading) + 1


def typeset(
    text: str,
    target: Path,
    *,
    page_size: tuple[float, float] = (396.0, 612.0),
    font_size: float = 11.0,
) -> list[str]:
    """Write `text` as a book to `target` and return the true text of each page.

    Sizes are points; the default page is 5.5 by 8.5 inches. The truth is everything visible, line
    by line and from top to bottom: running head, body and page number. The same arguments give
    the same file.

    Raises:
        ValueError: there is no text, or the page does not hold a few lines of this size.
    """
    manuscript = read_manuscript(text)
    measures = Measures(*page_size, font_size)
    if measures.lines < 6 or measures.line_width < 10 * font_size:
        raise ValueError(
            f"a page of {page_size} points is too small for letters of {font_size} points"
        )
    compositor = _Compositor(manuscript, measures)
    if manuscript.title:
        compositor.set_title_page()
    for chapter in manuscript.chapters:
        compositor.set_chapter(chapter)
    return compositor.finish(target)


class _Compositor:
    """Sets page after page; `_row` is the next free baseline of the page at hand."""

    def __init__(self, manuscript: Manuscript, measures: Measures) -> None:
        self._manuscript = manuscript
        self._measures = measures
        self._document = pymupdf.open()
        self._outline: list[tuple[int, str, int]] = []
        self._truth: list[list[str]] = []
        self._writer: pymupdf.TextWriter
        self._row = 0

    def set_title_page(self) -> None:
        """Title and author on a page without a number."""
        self._new_page()
        self._row = self._measures.lines // 4
        self._set_display(self._manuscript.title, ROMAN, 2.0)
        if self._manuscript.author:
            self._row += 2
            self._set_display(f"by {self._manuscript.author}", ITALIC, 1.2)
        self._end_page()

    def set_chapter(self, chapter: Chapter) -> None:
        """The heading at the top of a fresh page, then the paragraphs over as many as they need."""
        self._new_page()
        if chapter.heading:
            self._outline.append((1, chapter.heading, len(self._truth)))
            self._row = self._measures.lines // 8
            self._set_display(chapter.heading, ROMAN, 1.5)
            self._row += 1
        for position, paragraph in enumerate(chapter.paragraphs):
            indent = 1.5 * self._measures.size if position else 0.0
            lines = list(break_lines(units_of(paragraph), self._measures, indent))
            self._set_paragraph(lines, indent, chapter.heading)
        self._end_page(numbered=True)

    def finish(self, target: Path) -> list[str]:
        """Write the file; the true text of each page."""
        self._document.set_toc([list(entry) for entry in self._outline])
        self._document.set_metadata(
            {"title": self._manuscript.title, "author": self._manuscript.author}
        )
        self._document.subset_fonts()
        self._document.save(target, garbage=4, deflate=True, no_new_id=True)
        self._document.close()
        return ["\n".join(lines) for lines in self._truth]

    def _set_paragraph(self, lines: list[list[Unit]], indent: float, heading: str) -> None:
        done = 0
        while done < len(lines):
            now = lines_now(len(lines) - done, self._measures.lines - self._row, first=not done)
            for number, line in enumerate(lines[done : done + now], start=done):
                last = number == len(lines) - 1
                self._set_line(line, 0.0 if number else indent, justified=not last)
            done += now
            if done < len(lines):
                self._end_page(numbered=True)
                self._new_page(heading)

    def _set_line(self, units: list[Unit], indent: float, *, justified: bool) -> None:
        size = self._measures.size
        gap = space = _advance(" ", ROMAN) * size
        gaps = sum(unit.space for unit in units[:-1])
        if justified and gaps:
            room = self._measures.line_width - indent
            filled = sum(unit.width(size) for unit in units) + gaps * space
            gap += (room - filled) / gaps
            if gap > 0.9 * size:  # a reader of the file would see columns in it: leave it ragged
                gap = space
        x, y = self._measures.left + indent, self._baseline()
        for position, unit in enumerate(units):
            spaced = unit.space and position < len(units) - 1
            for number, (text, font) in enumerate(unit.runs, start=1):
                tail = " " if spaced and number == len(unit.runs) else ""
                self._writer.append((x, y), text + tail, _font(font), size)
                x += _advance(text, font) * size
            x += gap * spaced
        self._truth[-1].append(_line_text(units))
        self._row += 1

    def _set_display(self, text: str, font: str, scale: float) -> None:
        """Set a title or heading in the middle, in letters `scale` times those of the body."""
        enlarged = self._measures._replace(size=self._measures.size * scale)
        for line in break_lines(units_of(text), enlarged, 0.0):
            self._centre(self._baseline(), _line_text(line), font, enlarged.size)
            self._row += math.ceil(enlarged.leading / self._measures.leading - 0.5)

    def _new_page(self, heading: str = "") -> None:
        """Begin a page; those within a chapter carry the title (left) or the heading (right)."""
        measures = self._measures
        self._truth.append([])
        self._row = 0
        self._writer = pymupdf.TextWriter(pymupdf.Rect(0, 0, measures.width, measures.height))
        head = heading if len(self._truth) % 2 else self._manuscript.title or heading
        size = 0.85 * measures.size
        if heading and _advance(head, ITALIC) * size < measures.line_width:
            self._centre(0.07 * measures.height, head, ITALIC, size)

    def _end_page(self, *, numbered: bool = False) -> None:
        measures = self._measures
        if numbered:
            self._centre(0.94 * measures.height, str(len(self._truth)), ROMAN, measures.size)
        page = self._document.new_page(width=measures.width, height=measures.height)
        self._writer.write_text(page)

    def _centre(self, y: float, text: str, font: str, size: float) -> None:
        x = (self._measures.width - _advance(text, font) * size) / 2
        self._writer.append((x, y), text, _font(font), size)
        self._truth[-1].append(text)

    def _baseline(self) -> float:
        return self._measures.top + self._row * self._measures.leading


def units_of(paragraph: str) -> list[Unit]:
    """Cut a paragraph where lines may break: at white space and behind hyphens and dashes."""
    units: list[Unit] = []
    joined = False  # the next token continues the last unit: only the font changes between them
    for position, segment in enumerate(_EMPHASIS.split(paragraph)):
        font = ITALIC if position % 2 else ROMAN
        for token in _TOKEN.findall(segment):
            if token.isspace():
                if units:
                    units[-1] = units[-1]._replace(space=True)
                joined = False
            elif joined:
                units[-1].runs.append((token, font))
            else:
                units.append(Unit([(token, font)], space=False))
                joined = True
            if token[-1] in "-—":
                joined = False
    return units


def break_lines(units: list[Unit], measures: Measures, indent: float) -> Iterator[list[Unit]]:
    """Fill line after line; the first one is shorter by `indent` points."""
    space = _advance(" ", ROMAN) * measures.size
    line: list[Unit] = []
    room = measures.line_width - indent
    for unit in units:
        width = unit.width(measures.size)
        if line and width > room:
            yield line
            line, room = [], measures.line_width
        line.append(unit)
        room -= width + space * unit.space
    if line:
        yield line


def lines_now(left: int, room: int, *, first: bool) -> int:
    """How many of a paragraph's `left` lines go on this page, which has `room` more.

    No page begins with a paragraph's last line, and none ends with the first of several.
    """
    if left <= room:
        return left
    now = room - 1 if left - room == 1 else room
    return 0 if first and now < 2 else max(now, 0)


def _line_text(units: list[Unit]) -> str:
    return "".join(unit.text + " " * unit.space for unit in units).strip()


@lru_cache(maxsize=4)
def _font(name: str) -> pymupdf.Font:
    return pymupdf.Font(name)


@lru_cache(maxsize=10_000)
def _advance(text: str, font: str) -> float:
    """Width in letters of size 1."""
    return float(_font(font).text_length(text, fontsize=1))
