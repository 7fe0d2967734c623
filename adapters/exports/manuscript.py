"""A novel's approved text as Markdown and as EPUB 3."""

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ebooklib import epub as epub_book

_PARAGRAPHS = re.compile(r"\n\s*\n")
_HEADINGS = {"en": "Chapter {number}", "fr": "Chapitre {number}"}
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ManuscriptChapter:
    """A chapter: its number from 1, and its text with blank lines between paragraphs."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A novel. `identifier` is unique, `language` a code such as `en`."""

    identifier: str
    title: str
    language: str
    chapters: Sequence[ManuscriptChapter]

    def heading(self, chapter: ManuscriptChapter) -> str:
        """What stands over a chapter."""
        return _HEADINGS.get(self.language, "{number}").format(number=chapter.number)


def markdown(manuscript: Manuscript) -> str:
    """The whole text; what the author wrote in Markdown stays Markdown."""
    parts = [f"# {' '.join(manuscript.title.split())}"]
    for chapter in manuscript.chapters:
        parts += [f"## {manuscript.heading(chapter)}", chapter.text.strip()]
    return "\n\n".join(parts) + "\n"


def epub(manuscript: Manuscript) -> bytes:
    """The whole text as an EPUB 3 file with a table of contents."""
    book = epub_book.EpubBook()
    book.set_identifier(manuscript.identifier)
    book.set_title(_printable(manuscript.title))
    book.set_language(manuscript.language)
    pages = []
    for chapter in manuscript.chapters:
        heading = manuscript.heading(chapter)
        page = epub_book.EpubHtml(
            title=heading, file_name=f"chapter-{chapter.number}.xhtml", lang=manuscript.language
        )
        page.content = _xhtml(heading, chapter.text)
        book.add_item(page)
        pages.append(page)
    book.toc = pages
    book.add_item(epub_book.EpubNcx())
    book.add_item(epub_book.EpubNav())
    book.spine = ["nav", *pages]
    written = io.BytesIO()
    epub_book.write_epub(written, book)
    return written.getvalue()


def _xhtml(heading: str, text: str) -> str:
    paragraphs = [f"<h2>{html.escape(heading)}</h2>"]
    paragraphs += [
        f"<p>{html.escape(_printable(each.strip()), quote=False)}</p>"
        for each in _PARAGRAPHS.split(text)
        if each.strip()
    ]
    return "\n".join(paragraphs)


def _printable(text: str) -> str:
    """XML knows no control characters."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
