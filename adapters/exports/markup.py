"""What the two XML formats share: storable text, surrounding boxes, writing page by page."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from domain.book import Word

_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Box(NamedTuple):
    """A rectangle in whole units of the format, x to the right and y down."""

    x0: int
    y0: int
    x1: int
    y1: int


def storable(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot hold, such as control characters."""
    return _NOT_IN_XML.sub("", text)


def box_around(words: Iterable[Word], scale: float) -> Box:
    """The smallest box around the words, from points to units; nothing lies above or left of 0."""
    boxes = [word[1:5] for word in words]
    left, top, right, bottom = zip(*boxes, strict=True)
    corners = (min(left), min(top), max(right), max(bottom))
    return Box(*(max(0, round(corner * scale)) for corner in corners))


def write_document(target: Path, opening: str, pages: Iterable[Element], closing: str) -> None:
    """Write a document in UTF-8, holding one page's element at a time."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write(opening)
        for page in pages:
            file.write(serialised(page) + "\n")
        file.write(closing)


def serialised(element: Element) -> str:
    """The element as text, empty elements with an end tag so that HTML readers cope too."""
    return ElementTree.tostring(element, encoding="unicode", short_empty_elements=False)
