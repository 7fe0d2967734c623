"""Plain text: one page after the other, form feeds between them."""

from pathlib import Path

from adapters.exports.base import unread_notice
from domain.book import Book, Page, PageStatus


def write(book: Book, source: Path | None, target: Path) -> None:
    """Write the pages' text in UTF-8; the n-th form feed ends page n, except the last page."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for page in book.pages:
            file.write(page_text(page))


def page_text(page: Page) -> str:
    """A page's share of the file: the form feed that ends the page before, and the text."""
    feed = "\f" if page.number > 1 else ""
    if page.status is PageStatus.FAILED:
        return f"{feed}{unread_notice(page)}\n"
    text = page.text.replace("\f", "\n").rstrip("\n")  # form feeds count pages, nothing else
    return f"{feed}{text}\n" if text else feed
