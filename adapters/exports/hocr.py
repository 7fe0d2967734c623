"""hOCR 1.2: recognised words with their boxes and confidences, as XHTML."""

from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from adapters.exports.markup import Box, box_around, storable, write_document
from domain.book import Block, Book, Line, Page, Word, words_of

RESOLUTION = 300
"""Pixels per inch that every box is stated in, whatever resolution the page was recognised at."""

_SCALE = RESOLUTION / 72
_PROLOGUE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
"""


def write(book: Book, source: Path | None, target: Path) -> None:
    """Write one hOCR document; words of native pages have no `x_wconf`."""
    image = storable(PurePosixPath(book.source).name).replace('"', "'")
    head = ElementTree.tostring(_head(book), encoding="unicode")
    pages = (_page(page, image) for page in book.pages)
    write_document(target, f"{_PROLOGUE}{head}\n<body>\n", pages, "</body>\n</html>\n")


def _head(book: Book) -> Element:
    head = Element("head")
    SubElement(head, "title").text = storable(
        book.metadata.title or PurePosixPath(book.source).name
    )
    content_type = {"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"}
    SubElement(head, "meta", content_type)
    engines = sorted({page.engine for page in book.pages if page.engine})
    facts = {
        "ocr-system": storable(", ".join(["Scriptorium", *engines])),
        "ocr-capabilities": "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf",
        "ocr-number-of-pages": str(len(book.pages)),
    }
    for name, content in facts.items():
        SubElement(head, "meta", name=name, content=content)
    return head


def _page(page: Page, image: str) -> Element:
    size = Box(0, 0, round(page.width * _SCALE), round(page.height * _SCALE))
    properties = (
        f'image "{image}"',
        _bbox(size),
        f"ppageno {page.number - 1}",
        f"scan_res {RESOLUTION} {RESOLUTION}",
    )
    element = Element("div", {"class": "ocr_page"}, id=f"page_{page.number}")
    element.set("title", "; ".join(properties))
    for number, block in enumerate(page.blocks, 1):
        if words_of([block]):
            _add_block(element, block, f"{page.number}_{number}")
    return element


def _add_block(page: Element, block: Block, place: str) -> None:
    title = _bbox(box_around(words_of([block]), _SCALE))
    area = SubElement(page, "div", {"class": "ocr_carea"}, id=f"block_{place}", title=title)
    paragraph = SubElement(area, "p", {"class": "ocr_par"}, id=f"par_{place}", title=title)
    for number, line in enumerate(block.lines, 1):
        if line.words:
            _add_line(paragraph, line, f"{place}_{number}")


def _add_line(paragraph: Element, line: Line, place: str) -> None:
    title = _bbox(box_around(line.words, _SCALE))
    element = SubElement(paragraph, "span", {"class": "ocr_line"}, id=f"line_{place}", title=title)
    element.tail = "\n"
    for number, word in enumerate(line.words, 1):
        _add_word(element, word, f"{place}_{number}")
    element[-1].tail = None


def _add_word(line: Element, word: Word, place: str) -> None:
    title = _bbox(box_around([word], _SCALE))
    if word.confidence is not None:
        title += f"; x_wconf {round(word.confidence * 100)}"
    element = SubElement(line, "span", {"class": "ocrx_word"}, id=f"word_{place}", title=title)
    element.text = storable(word.text)
    element.tail = " "


def _bbox(box: Box) -> str:
    return f"bbox {box.x0} {box.y0} {box.x1} {box.y1}"
