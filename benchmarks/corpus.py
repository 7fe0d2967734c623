"""Books with truth: `NAME.pdf` beside `NAME.truth.json`, a list of `{"page", "text"}` a page."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_TRUTH = ".truth.json"


class TrueBook(NamedTuple):
    """A scanned book and the text of each of its pages."""

    path: Path
    pages: list[str]


def find_books(places: Iterable[Path]) -> list[TrueBook]:
    """The books with truth in files and folders. Raises ValueError if there are none."""
    files: list[Path] = []
    for place in places:
        files += sorted(place.glob("*.pdf")) if place.is_dir() else [place]
    books = [
        TrueBook(path, [page["text"] for page in json.loads(truth.read_text("utf-8"))])
        for path in files
        if (truth := path.with_name(path.stem + _TRUTH)).exists()
    ]
    if not books:
        raise ValueError(f"no book with a {_TRUTH} file beside it")
    return books


def copies(books: Sequence[TrueBook], least_pages: int, folder: Path) -> list[TrueBook]:
    """The books copied into `folder`, as often as it takes to have `least_pages` pages.

    Each copy ends in a comment of its own, so that it is another file to whoever compares them.
    """
    pages = sum(len(book.pages) for book in books)
    made: list[TrueBook] = []
    for copy in range(1, -(-least_pages // pages) + 1):
        for book in books:
            path = folder / f"{book.path.stem}-{copy}.pdf"
            shutil.copyfile(book.path, path)
            with path.open("ab") as file:
                file.write(f"\n% copy {copy}\n".encode())
            made.append(TrueBook(path, book.pages))
    return made
