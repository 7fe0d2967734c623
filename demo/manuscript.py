"""Reads a manuscript: plain text in a little Markdown.

`# Title`, a line `by Author` below it, `## Chapter`, paragraphs between empty lines, and
`*emphasis*` within a paragraph.
"""

import re
from typing import NamedTuple


class Chapter(NamedTuple):
    """A heading, empty for text before the first one, and paragraphs without line breaks."""

    heading: str
    paragraphs: list[str]


class Manuscript(NamedTuple):
    """A text to be set; title and author are empty when it does not name them."""

    title: str
    author: str
    chapters: list[Chapter]


def read_manuscript(text: str) -> Manuscript:
    """Take a manuscript apart.

    Raises:
        ValueError: it contains no text.
    """
    title = author = ""
    chapters = [Chapter("", [])]
    for block in re.split(r"\n\s*\n", text.strip()):
        paragraph = " ".join(block.split())
        if paragraph.startswith("# "):
            title = paragraph[2:]
        elif paragraph.startswith("## "):
            chapters.append(Chapter(paragraph[3:], []))
        elif paragraph.startswith("by ") and title and not author and chapters == [Chapter("", [])]:
            author = paragraph[3:]
        elif paragraph:
            chapters[-1].paragraphs.append(paragraph)
    written = [chapter for chapter in chapters if chapter != Chapter("", [])]
    if not written:
        raise ValueError("the manuscript has no text to set")
    return Manuscript(title, author, written)
