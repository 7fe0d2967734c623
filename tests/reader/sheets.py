"""A printed page as a picture, and PDFs of one page that such a picture fills."""

import io
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pymupdf
from PIL import Image

from adapters.documents.book_file import BookFile
from demo import SAMPLE
from demo.typeset import typeset
from domain.book import Word, words_of

DPI = 200
OLD_READING = "An older machine once read another story here, of ships and of sealing wax. " * 4
CODES = "Wkh fudwh fdph rq d Wxhvgdb, lq wkh udlq, rq wkh edfn ri d ilvk fduw, gulsslqj. " * 4
"""Text whose letters are shifted, as a subset font without a Unicode map gives them."""


class Printed(NamedTuple):
    """A page in grey at 200 dpi, its true text, its words with boxes in points."""

    picture: Image.Image
    text: str
    words: list[Word]


@cache
def printed() -> Printed:
    """The first page of the sample book's first chapter."""
    chapter = SAMPLE.read_text("utf-8").split("## Two")[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        truth = typeset(chapter, path)
        book = BookFile.open(path)
        try:
            return Printed(book.render(2, DPI), truth[1], words_of(book.text_layer(2).blocks))
        finally:
            book.close()


def tilted(degrees: float) -> Image.Image:
    """The printed page turned counter-clockwise, as it lay on the glass."""
    return printed().picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def turned(picture: Image.Image, clockwise: int) -> Image.Image:
    """The picture turned by a right angle."""
    return picture.rotate(-clockwise, expand=True)


def put(
    picture: Image.Image,
    target: Path,
    *,
    format: str = "PNG",
    hidden: str = "",
    covered: str = "",
) -> None:
    """Write a page that the picture fills, with invisible text on it and text covered by it."""
    data = io.BytesIO()
    picture.save(data, format)
    with pymupdf.open() as book:
        width, height = (side * 72 / DPI for side in picture.size)
        page = book.new_page(width=width, height=height)
        page.insert_textbox(page.rect, covered)
        page.insert_image(page.rect, stream=data.getvalue())
        page.insert_textbox(page.rect, hidden, render_mode=3)
        book.save(target)
