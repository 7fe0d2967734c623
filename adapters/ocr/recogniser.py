"""Finds the best reading of a page image: upright, level, at a resolution fit for its letters.

When the first reading is doubtful the page is read again, turned if it seems to lie on its side
or to stand on its head, then at another resolution and segmentation. The best reading stands.
"""

from collections.abc import Callable
from typing import NamedTuple

from PIL import Image, ImageOps

from adapters.ocr.base import OcrEngine, Segmentation
from adapters.ocr.frame import Frame, levelled, turned
from adapters.ocr.page_image import PageLook, is_empty, look_at
from domain.book import Block, words_of

Draw = Callable[[float], Image.Image]
"""Draws the page in grey at a resolution in dots an inch."""

# Measured on scanned books: the error rate is lowest at 13 pixels and flat between the limits.
_LETTER_HEIGHT = 13.0
_LETTERS_TOO_SMALL = 9.0
_LETTERS_TOO_LARGE = 18.0
_SPECK_WORDS = 6
_SPECK_CONFIDENCE = 0.5
_SPECK_INK = 0.02
_NEGATIVE_INK = 0.6
_LEAST_DPI = 60.0
_MOST_DPI = 400.0
_RETRY_SCALE = 1.5
_LEVEL_ENOUGH = 0.3


class Effort(NamedTuple):
    """How an attempt at a page is made."""

    dpi: float
    segmentation: Segmentation
    careful: bool
    """Whether the resolution is fitted to the letters and a doubtful reading repeated."""


# A page that killed its reader is tried again with less to chew on.
EFFORTS = (
    Effort(200.0, Segmentation.AUTO, careful=True),
    Effort(120.0, Segmentation.SINGLE_BLOCK, careful=False),
    Effort(80.0, Segmentation.SPARSE, careful=False),
)


class Reading(NamedTuple):
    """What was read. Boxes are points of the upright page; `turn` is clockwise, in degrees."""

    blocks: list[Block]
    confidence: float | None
    ink: float
    dpi: float
    turn: int = 0
    tilt: float = 0.0
    recognitions: int = 0

    @property
    def worth(self) -> float:
        """Letters read, each weighed by how surely: more text and surer text is better."""
        return sum(len(word.text) * (word.confidence or 0.0) ** 2 for word in words_of(self.blocks))


def is_blank(reading: Reading) -> bool:
    """Whether nothing but specks was found."""
    words = words_of(reading.blocks)
    specks = len(words) <= _SPECK_WORDS and (reading.confidence or 0.0) < _SPECK_CONFIDENCE
    return specks and reading.ink < _SPECK_INK


class _Drawn(NamedTuple):
    image: Image.Image
    dpi: float
    turn: int
    look: PageLook


class Recogniser:
    """Reads page images with one engine. `seconds` bounds a call of an engine that keeps time."""

    def __init__(self, engine: OcrEngine, sure_enough: float, seconds: float) -> None:
        self._engine = engine
        self._sure_enough = sure_enough
        self._seconds = seconds

    def best(self, draw: Draw, most_dpi: float, effort: Effort) -> Reading:
        """The best reading of a page that may be drawn at up to `most_dpi`.

        Raises:
            EngineFailed, EngineTimeout: the engine could not read it.
        """
        drawn = _drawn(draw, min(effort.dpi, most_dpi), turn=0)
        if is_empty(drawn.look):
            return Reading([], None, drawn.look.ink, drawn.dpi)
        if not effort.careful:
            return self._read(drawn, effort.segmentation)
        detected = self._upright_turn(drawn) if drawn.look.sideways else None
        if detected:
            drawn = _drawn(draw, drawn.dpi, detected)
        drawn = _fitted(draw, drawn, most_dpi)
        best = self._read(drawn, effort.segmentation)
        if is_blank(best):
            return best
        if not self._is_sure(best) and detected is None:
            best = self._turned(draw, drawn, best, effort.segmentation)
        if not self._is_sure(best):
            best = self._resized(draw, drawn._replace(turn=best.turn), best, most_dpi)
        return best

    def _is_sure(self, reading: Reading) -> bool:
        return reading.confidence is not None and reading.confidence >= self._sure_enough

    def _upright_turn(self, drawn: _Drawn) -> int | None:
        return self._engine.upright_turn(drawn.image, round(drawn.dpi), self._seconds)

    def _turned(
        self, draw: Draw, drawn: _Drawn, best: Reading, segmentation: Segmentation
    ) -> Reading:
        """The better of `best` and readings turned as the engine or the page's look suggests."""
        detected = None if drawn.look.sideways else self._upright_turn(drawn)
        suggested = [detected] if detected else [90, 270] if drawn.look.sideways else []
        for turn in suggested:
            other = self._read(_drawn(draw, drawn.dpi, turn), segmentation)
            best = _better(best, other)
        return best

    def _resized(self, draw: Draw, drawn: _Drawn, best: Reading, most_dpi: float) -> Reading:
        """The better of `best` and a reading at another resolution, as one column of text."""
        small = (drawn.look.letter_height or 0.0) < _LETTER_HEIGHT
        dpi = drawn.dpi * _RETRY_SCALE if small else drawn.dpi / _RETRY_SCALE
        dpi = _within(dpi, most_dpi)
        if dpi == drawn.dpi:
            return best
        other = self._read(_drawn(draw, dpi, drawn.turn), Segmentation.SINGLE_COLUMN)
        return _better(best, other)

    def _read(self, drawn: _Drawn, segmentation: Segmentation) -> Reading:
        tilt = drawn.look.tilt if abs(drawn.look.tilt) >= _LEVEL_ENOUGH else 0.0
        image = levelled(drawn.image, tilt)
        blocks = self._engine.recognise(image, round(drawn.dpi), segmentation, self._seconds)
        confidences = [word.confidence or 0.0 for word in words_of(blocks)]
        return Reading(
            blocks=Frame(image.width, image.height, drawn.dpi, tilt).on_page(blocks),
            confidence=sum(confidences) / len(confidences) if confidences else None,
            ink=drawn.look.ink,
            dpi=drawn.dpi,
            turn=drawn.turn,
            tilt=tilt,
            recognitions=1,
        )


def _drawn(draw: Draw, dpi: float, turn: int) -> _Drawn:
    image = turned(draw(dpi), turn)
    look = look_at(image)
    if look.ink > _NEGATIVE_INK:  # white on black, as on microfilm
        image = ImageOps.invert(image)
        look = look_at(image)
    return _Drawn(image, dpi, turn, look)


def _fitted(draw: Draw, drawn: _Drawn, most_dpi: float) -> _Drawn:
    """The page drawn anew where its letters are too small or larger than needed."""
    height = drawn.look.letter_height
    if height is None or _LETTERS_TOO_SMALL <= height <= _LETTERS_TOO_LARGE:
        return drawn
    dpi = _within(drawn.dpi * _LETTER_HEIGHT / height, most_dpi)
    return _drawn(draw, dpi, drawn.turn)


def _within(dpi: float, most_dpi: float) -> float:
    return max(min(_LEAST_DPI, most_dpi), min(dpi, most_dpi, _MOST_DPI))


def _better(first: Reading, second: Reading) -> Reading:
    winner = second if second.worth > first.worth else first
    return winner._replace(recognitions=first.recognitions + second.recognitions)
