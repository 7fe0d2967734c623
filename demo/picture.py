"""Draws a page beside what was read on it, each word where it was found."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from adapters.documents.book_file import BookFile
from adapters.ocr.frame import turned
from domain.book import Page, Word

_DPI = 100
_SCALE = _DPI / 72
_SURE, _DOUBTFUL = (38, 139, 84), (211, 84, 0)
_DOUBT = 0.9


def draw(source: Path, page: Page, target: Path) -> None:
    """Write a PNG: the page's image with a box a word, and the words alone in their places."""
    book = BookFile.open(source)
    scan = turned(book.render(page.number, _DPI), page.rotation).convert("RGB")
    book.close()
    read = Image.new("RGB", scan.size, "white")
    boxes, text = ImageDraw.Draw(scan), ImageDraw.Draw(read)
    for line in (line for block in page.blocks for line in block.lines):
        top, bottom = min(word.y0 for word in line.words), max(word.y1 for word in line.words)
        font = ImageFont.load_default(size=max(6.0, (bottom - top) * _SCALE * 0.75))
        for word in line.words:
            x0, y0, x1, y1 = (edge * _SCALE for edge in word[1:5])
            boxes.rectangle((x0, y0, x1, y1), outline=_colour(word))
            text.text((x0, top * _SCALE), word.text, fill=_colour(word), font=font)
    both = Image.new("RGB", (scan.width * 2, scan.height))
    both.paste(scan, (0, 0))
    both.paste(read, (scan.width, 0))
    both.save(target, optimize=True)


def _colour(word: Word) -> tuple[int, int, int]:
    return _DOUBTFUL if (word.confidence or 0.0) < _DOUBT else _SURE
