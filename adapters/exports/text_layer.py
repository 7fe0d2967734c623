"""Where the invisible words of a page go, as PDF text operators."""

import statistics
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from adapters.exports.invisible_font import InvisibleFont
from domain.book import Block, Line, Word

_SMALLEST = 0.1  # points; boxes without extent would divide by zero
_INITIAL = 2.0  # a word this many times as tall as the line's others is a large initial
_LEVEL = 0.25  # a line that rises by less than this share of its height counts as level
_RIGHT_TO_LEFT = ("R", "AL")


class _Baseline(NamedTuple):
    """Where the words of a line stand: y = start + slope * x, in points; y runs down."""

    start: float
    slope: float
    size: float


def text_layer(blocks: Iterable[Block], font: InvisibleFont, name: str) -> bytes:
    """Operators that show the words invisibly, y running down; `name` is the font's resource."""
    operators = ["BT", "3 Tr"]
    for block in blocks:
        for line in block.lines:
            operators += _shown(line, font, name)
    return "\n".join([*operators, "ET"]).encode("ascii")


def _shown(line: Line, font: InvisibleFont, name: str) -> Iterator[str]:
    """Each word stretched to its box, and a space stretched to the next word."""
    words = [word for word in line.words if word.text]
    if not words:
        return
    tallest = _INITIAL * statistics.median(_height(word) for word in words)
    shared = _baseline([word for word in words if _height(word) <= tallest])
    stacked = _extent(_middles(words)) > _extent(_centres(words))  # text that runs up or down
    for word, following in zip_longest(words, words[1:]):
        own = _Baseline(word.y1, 0.0, _height(word))
        start, slope, size = own if stacked or _height(word) > tallest else shared
        pieces = [(_visual(word.text), word.x0, word.x1)]
        if following:
            pieces.append((" ", word.x1, following.x0))
        yield f"/{name} {size:.2f} Tf"
        for text, x0, x1 in pieces:
            stretch = 100 * max(_SMALLEST, x1 - x0) / (len(text) * font.advance * size)
            yield f"{stretch:.2f} Tz 1 {slope:.5f} 0 -1 {x0:.2f} {start + slope * x0:.2f} Tm"
            yield f"<{font.encode(text)}> Tj"


def _baseline(words: list[Word]) -> _Baseline:
    """One baseline for all: readers put words into lines by baseline and size.

    It runs through the middles of the words, which ascenders and descenders disturb least, and
    slopes where the page was scanned at a tilt.
    """
    size = max(_height(word) for word in words)
    xs, ys = _centres(words), _middles(words)
    if _extent(xs) > size:
        slope, middle = statistics.linear_regression(xs, ys)
        if abs(slope) * _extent(xs) > _LEVEL * size:
            return _Baseline(middle + size / 2, slope, size)
    return _Baseline(statistics.fmean(ys) + size / 2, 0.0, size)


def _centres(words: list[Word]) -> list[float]:
    return [(word.x0 + word.x1) / 2 for word in words]


def _middles(words: list[Word]) -> list[float]:
    return [(word.y0 + word.y1) / 2 for word in words]


def _extent(values: list[float]) -> float:
    return max(values) - min(values)


def _height(word: Word) -> float:
    return max(_SMALLEST, word.y1 - word.y0)


def _visual(text: str) -> str:
    """PDF stores glyphs from left to right; readers turn Hebrew and Arabic back round."""
    directions = (unicodedata.bidirectional(character) for character in text)
    first = next((each for each in directions if each in ("L", *_RIGHT_TO_LEFT)), "L")
    return text[::-1] if first in _RIGHT_TO_LEFT else text
