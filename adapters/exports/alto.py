"""ALTO 4: layout and text for libraries and archives, as XML."""

from itertools import pairwise
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, SubElement

from adapters.exports.base import unread_notice
from adapters.exports.markup import Box, box_around, serialised, storable, write_document
from domain.book import Block, Book, Line, Page, PageStatus, Word, words_of

_UNITS_PER_POINT = 1200 / 72  # ALTO knows no points; 1/1200 inch loses nothing worth keeping
_PROLOGUE = """\
<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# \
http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
 SCHEMAVERSION="4.4">
"""


def write(book: Book, source: Path | None, target: Path) -> None:
    """Write one ALTO document of all pages; words of native pages have no `WC`."""
    engines = sorted({page.engine for page in book.pages if page.engine})
    ids = {engine: f"engine_{number}" for number, engine in enumerate(engines, 1)}
    opening = f"{_PROLOGUE}{serialised(_description(book, ids))}\n<Layout>\n"
    pages = (_page(page, ids) for page in book.pages)
    write_document(target, opening, pages, "</Layout>\n</alto>\n")


def _description(book: Book, engines: dict[str, str]) -> Element:
    description = Element("Description")
    SubElement(description, "MeasurementUnit").text = "inch1200"
    image = SubElement(description, "sourceImageInformation")
    SubElement(image, "fileName").text = storable(PurePosixPath(book.source).name)
    SubElement(image, "documentIdentifier").text = book.book_id
    for engine, identifier in engines.items():
        step = SubElement(description, "Processing", ID=identifier)
        SubElement(step, "processingCategory").text = "contentGeneration"
        SubElement(step, "processingStepSettings").text = storable(book.reading.languages)
        software = SubElement(step, "processingSoftware")
        SubElement(software, "softwareName").text = storable(engine)
    return description


def _page(page: Page, engines: dict[str, str]) -> Element:
    size = Box(0, 0, round(page.width * _UNITS_PER_POINT), round(page.height * _UNITS_PER_POINT))
    element = Element("Page", ID=f"page_{page.number}", PHYSICAL_IMG_NR=str(page.number))
    element.set("WIDTH", str(size.x1))
    element.set("HEIGHT", str(size.y1))
    if page.engine:
        element.set("PROCESSINGREFS", engines[page.engine])
    if page.confidence is not None:
        element.set("PC", f"{page.confidence:.4f}")
    if page.status is PageStatus.FAILED:
        element.set("QUALITY_DETAIL", unread_notice(page))
    space = SubElement(element, "PrintSpace", _place(size))
    for number, block in enumerate(page.blocks, 1):
        if words_of([block]):
            _add_block(space, block, f"{page.number}_{number}")
    return element


def _add_block(space: Element, block: Block, place: str) -> None:
    box = box_around(words_of([block]), _UNITS_PER_POINT)
    element = SubElement(space, "TextBlock", _place(box), ID=f"block_{place}")
    for number, line in enumerate(block.lines, 1):
        if line.words:
            _add_line(element, line, f"{place}_{number}")


def _add_line(block: Element, line: Line, place: str) -> None:
    box = box_around(line.words, _UNITS_PER_POINT)
    element = SubElement(block, "TextLine", _place(box), ID=f"line_{place}")
    _add_word(element, line.words[0], f"{place}_1")
    for number, (before, word) in enumerate(pairwise(line.words), 2):
        gap = box_around([before], _UNITS_PER_POINT)
        width = max(0, box_around([word], _UNITS_PER_POINT).x0 - gap.x1)
        SubElement(element, "SP", WIDTH=str(width), HPOS=str(gap.x1), VPOS=str(gap.y0))
        _add_word(element, word, f"{place}_{number}")


def _add_word(line: Element, word: Word, place: str) -> None:
    box = box_around([word], _UNITS_PER_POINT)
    element = SubElement(line, "String", _place(box), ID=f"word_{place}")
    element.set("CONTENT", storable(word.text))
    if word.confidence is not None:
        element.set("WC", f"{word.confidence:.4f}")


def _place(box: Box) -> dict[str, str]:
    sides = {
        "HPOS": box.x0,
        "VPOS": box.y0,
        "WIDTH": box.x1 - box.x0,
        "HEIGHT": box.y1 - box.y0,
    }
    return {name: str(value) for name, value in sides.items()}
