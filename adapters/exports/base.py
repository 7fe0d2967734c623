"""What an exporter is, and how every format speaks of a page that could not be read."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from domain.book import Book, Page

Write = Callable[[Book, Path | None, Path], None]
"""Write a book to a target file, given the source file where the format needs it."""


class Exporter(NamedTuple):
    """One format: how its files end, what they are called on the web, who writes them."""

    suffix: str
    media_type: str
    write: Write
    needs_source: bool = False


def unread_notice(page: Page) -> str:
    """The sentence that stands in for the text of a failed page."""
    reason = page.error.fault if page.error else "unknown reason"
    return f"[page {page.number} could not be read: {reason}]"
