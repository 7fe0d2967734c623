"""Reads one page, in this process: its own text where that is good, recognition where it is not."""

import math
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from adapters.documents.book_file import BookFile, PageDamaged
from adapters.ocr.base import EngineFailed, EngineTimeout, OcrEngine
from adapters.ocr.page_image import is_empty, look_at
from adapters.ocr.recogniser import EFFORTS, Reading, Recogniser, is_blank
from domain.book import (
    Block,
    Page,
    PageFault,
    PageMethod,
    PageStatus,
    TextMode,
)
from domain.text_layer import decide

_POINTS_PER_INCH = 72
_PREVIEW_DPI = 50.0


class Limits(NamedTuple):
    """Bounds on one page: pixels drawn, bytes of its largest image, seconds an engine call."""

    pixels: int
    image_bytes: int
    seconds: float


class PageReader:
    """Reads pages, keeping the last book open."""

    def __init__(
        self, engine: OcrEngine, languages: str, low_confidence: float, limits: Limits
    ) -> None:
        self._engine = engine
        self._recogniser = Recogniser(engine, low_confidence, limits.seconds)
        self._languages = languages
        self._low_confidence = low_confidence
        self._limits = limits
        self._opened: tuple[Path, BookFile] | None = None

    def read(self, path: Path, number: int, text: TextMode, effort: int = 0) -> Page:
        """Read one page to a terminal status.

        Raises:
            BookRefused: the file does not open.
            MemoryError: this process's memory cap was reached.
        """
        started = time.perf_counter()
        page = Page.unread(number, self._languages)
        try:
            page = self._read(self._book(path), page, text, effort)
        except PageDamaged as error:
            page = page.failed(PageFault.DAMAGED, str(error))
        except EngineTimeout as error:
            page = page.failed(PageFault.TIMEOUT, str(error))
        except EngineFailed as error:
            page = page.failed(PageFault.CRASH, str(error))
        spent = round(1000 * (time.perf_counter() - started))
        return page.model_copy(update={"milliseconds": spent})

    def _book(self, path: Path) -> BookFile:
        if self._opened is None or self._opened[0] != path:
            if self._opened:
                self._opened[1].close()
                self._opened = None
            self._opened = (path, BookFile.open(path))
        return self._opened[1]

    def _read(self, book: BookFile, page: Page, text: TextMode, effort: int) -> Page:
        width, height = book.page_size(page.number)
        layer = book.text_layer(page.number)
        decision = decide(text, layer.signals)
        page = page.model_copy(
            update={
                "width": round(width, 1),
                "height": round(height, 1),
                "method": decision.method,
                "reason": decision.reason,
                "signals": layer.signals,
            }
        )
        if decision.method is PageMethod.NATIVE:
            return self._native(book, page, layer.blocks)
        return self._recognised(book, page, effort)

    def _native(self, book: BookFile, page: Page, blocks: list[Block]) -> Page:
        if blocks:
            update = {"status": PageStatus.OK, "text": _text(blocks), "blocks": blocks}
            return page.model_copy(update=update)
        if is_empty(look_at(book.render(page.number, _PREVIEW_DPI))):
            return self._blank(book, page)
        return page.failed(PageFault.NO_TEXT_LAYER, "the page has no text of its own")

    def _recognised(self, book: BookFile, page: Page, effort: int) -> Page:
        largest = book.largest_image(page.number)
        if largest > self._limits.image_bytes:
            return page.failed(
                PageFault.TOO_LARGE,
                f"an image on it takes {largest >> 20} MiB when unpacked, "
                f"more than the {self._limits.image_bytes >> 20} MiB allowed",
            )
        most_dpi = _POINTS_PER_INCH * math.sqrt(self._limits.pixels / (page.width * page.height))
        reading = self._recogniser.best(
            partial(book.render, page.number), most_dpi, EFFORTS[min(effort, len(EFFORTS) - 1)]
        )
        return self._judged(book, page, reading)

    def _judged(self, book: BookFile, page: Page, reading: Reading) -> Page:
        page = page.model_copy(
            update={
                "engine": self._engine.name,
                "dpi": round(reading.dpi),
                "attempts": page.attempts + max(0, reading.recognitions - 1),
                "signals": page.signals
                and page.signals.model_copy(update={"ink": round(reading.ink, 4)}),
            }
        )
        if is_blank(reading):
            return self._blank(book, page)
        if reading.confidence is None:
            return page.model_copy(
                update={"status": PageStatus.OK, "reason": "a picture without text"}
            )
        sure = reading.confidence >= self._low_confidence
        lying = reading.turn in {90, 270}
        return page.model_copy(
            update={
                "status": PageStatus.OK if sure else PageStatus.LOW_CONFIDENCE,
                "text": _text(reading.blocks),
                "blocks": reading.blocks,
                "confidence": round(reading.confidence, 4),
                "rotation": reading.turn,
                "skew": reading.tilt,
                "width": page.height if lying else page.width,
                "height": page.width if lying else page.height,
            }
        )

    def _blank(self, book: BookFile, page: Page) -> Page:
        # A page that shows nothing and is complained of has lost its content.
        if lost := book.lost_content():
            return page.failed(PageFault.DAMAGED, f"its content is lost: {lost}")
        return page.model_copy(update={"status": PageStatus.BLANK, "method": PageMethod.BLANK})


def _text(blocks: list[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)
