"""Where everything of a book lies in the object store."""

import re
from collections.abc import Iterable

from domain.slices import PageRange

BOOKS = "books/"
"""Everything of the library lies below this prefix."""

_SLICE = re.compile(r"/slices/(\d+)-(\d+)\.json$")


def book_prefix(book_id: str) -> str:
    """Everything of one book lies below this prefix."""
    return f"{BOOKS}{book_id}/"


def source_key(book_id: str) -> str:
    """The file as it was handed in."""
    return f"{book_prefix(book_id)}source"


def manifest_key(book_id: str) -> str:
    """What was found out and decided when the book was registered."""
    return f"{book_prefix(book_id)}manifest.json"


def slices_prefix(book_id: str) -> str:
    """The finished slices."""
    return f"{book_prefix(book_id)}slices/"


def slice_key(book_id: str, pages: PageRange) -> str:
    """One finished slice; numbers are padded so that keys sort in reading order."""
    return f"{slices_prefix(book_id)}{pages.first:06d}-{pages.last:06d}.json"


def book_key(book_id: str) -> str:
    """The complete book; its presence means that the book is done."""
    return f"{book_prefix(book_id)}book.json"


def exports_prefix(book_id: str) -> str:
    """The book in other formats."""
    return f"{book_prefix(book_id)}exports/"


def export_key(book_id: str, suffix: str) -> str:
    """The book in another format, e.g. suffix `md`."""
    return f"{exports_prefix(book_id)}book.{suffix}"


def slices_among(keys: Iterable[str]) -> list[PageRange]:
    """The page ranges of the slice keys among `keys`."""
    found = (_SLICE.search(key) for key in keys)
    return [PageRange(int(match[1]), int(match[2])) for match in found if match]
