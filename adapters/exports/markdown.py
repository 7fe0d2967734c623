"""Markdown to read and to edit: paragraphs re-flowed, page numbers in comments."""

import re
from pathlib import Path, PurePosixPath

from adapters.exports.base import unread_notice
from domain.book import Book, Page, PageStatus

_MARKUP = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)")
_LIST_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_BLOCK_MARKS = ("#", "+", "-", "=")
_SOFT_HYPHEN = "\u00ad"
_BROKEN_WORD = re.compile(r"[^\W\d_][-\u2010]$")  # a letter and a hyphen end the line


def write(book: Book, source: Path | None, target: Path) -> None:
    """Write the book as CommonMark in UTF-8. Blank pages leave no trace, failed ones a notice."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n\n".join(_title(book)) + "\n")
        for page in book.pages:
            if page.status is not PageStatus.BLANK:
                file.write("\n" + "\n\n".join(_page(page)) + "\n")


def _title(book: Book) -> list[str]:
    title = book.metadata.title or PurePosixPath(book.source).stem or "Untitled"
    lines = [f"# {_escaped(_one_line(title))}"]
    if book.metadata.author:
        lines.append(f"*{_escaped(_one_line(book.metadata.author))}*")
    return lines


def _page(page: Page) -> list[str]:
    marker = f"<!-- page {page.number} -->"
    if page.status is PageStatus.FAILED:
        return [marker, unread_notice(page)]
    paragraphs = (_reflowed(paragraph) for paragraph in page.text.split("\n\n"))
    return [marker, *(_escaped(paragraph) for paragraph in paragraphs if paragraph)]


def _reflowed(paragraph: str) -> str:
    """The lines of a paragraph as one, words broken at a line's end made whole."""
    flow = ""
    for line in filter(None, map(_one_line, paragraph.splitlines())):
        if flow.endswith(_SOFT_HYPHEN) or (_BROKEN_WORD.search(flow) and line[0].islower()):
            flow = flow[:-1] + line
        else:
            flow = f"{flow} {line}" if flow else line
    return flow


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(line: str) -> str:
    """`line` with a backslash before whatever Markdown would take for markup."""
    escaped = _MARKUP.sub(r"\\\g<0>", line)
    if escaped.startswith(_BLOCK_MARKS):
        return f"\\{escaped}"
    return _LIST_NUMBER.sub(r"\1\\\2", escaped, count=1) if _LIST_NUMBER.match(escaped) else escaped
