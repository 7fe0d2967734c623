"""Books in the formats that publishers hand in, with the true text of their pages."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pymupdf
from PIL import Image

import demo
from demo.scan import scan
from demo.typeset import typeset

BLANK_PAGE, TURNED_PAGE = 2, 3
_DPI = 200


class SampleBook(NamedTuple):
    """A file, and the true text of each of its pages."""

    path: Path
    truth: list[str]

    @property
    def book_id(self) -> str:
        """What the library must call it."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def born_digital(folder: Path) -> SampleBook:
    """The title page and the first chapter of the sample."""
    path = folder / "born digital.pdf"
    return SampleBook(path, typeset(demo.SAMPLE.read_text("utf-8").split("## Two")[0], path))


def scanned(folder: Path, book: SampleBook) -> SampleBook:
    """A book as a scan, with an empty sheet and a page lying on its side."""
    path = folder / "scan.pdf"
    truth = scan(book.path, path, rotate={TURNED_PAGE: 90}, blank_pages=[BLANK_PAGE])
    return SampleBook(path, truth)


def pictures(book: SampleBook) -> list[Image.Image]:
    """The pages of a PDF in grey."""
    with pymupdf.open(book.path) as document:
        drawn = [page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY) for page in document]
    return [Image.frombytes("L", (page.width, page.height), page.samples) for page in drawn]


def write_tiff(path: Path, pages: Sequence[Image.Image]) -> None:
    """One file of several black and white pages, as fax machines and archives make them."""
    first, *others = [page.point(lambda level: 255 * (level > 128), "1") for page in pages]
    first.save(path, save_all=True, append_images=others, dpi=(_DPI, _DPI), compression="group4")


def write_png(path: Path, page: Image.Image) -> None:
    """A single page."""
    page.save(path, dpi=(_DPI, _DPI))


def write_cbz(path: Path, pages: Sequence[Image.Image]) -> None:
    """A ZIP archive of one JPEG file a page."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, page in enumerate(pages, start=1):
            data = io.BytesIO()
            page.save(data, "JPEG", dpi=(_DPI, _DPI))
            archive.writestr(f"{number:03d}.jpg", data.getvalue())
