"""The OCR port: an engine turns a grey page image into words with boxes and confidences."""

from enum import IntEnum
from typing import Protocol

from PIL import Image

from domain.book import Block

SURE_OF_DIRECTION = 1.0
"""Tesseract's orientation confidence below which a wrong turn is as likely as a right one."""


class Segmentation(IntEnum):
    """How the engine looks for text; the values are Tesseract's page segmentation modes."""

    AUTO = 3
    SINGLE_COLUMN = 4
    SINGLE_BLOCK = 6
    SPARSE = 11


class EngineTimeout(Exception):
    """The engine gave up on an image in time."""


class EngineFailed(Exception):
    """The engine could not work on an image."""


class OcrEngine(Protocol):
    """A text recogniser. Engines live in a page reader's child process, one each.

    Both methods raise `EngineFailed`, and `EngineTimeout` where the engine can keep time itself;
    the supervisor's deadline holds in any case.
    """

    @property
    def name(self) -> str:
        """Name and version, for the record."""

    def recognise(
        self, image: Image.Image, dpi: int, segmentation: Segmentation, timeout: float
    ) -> list[Block]:
        """Read an upright grey image of the stated resolution; boxes in its pixels."""

    def upright_turn(self, image: Image.Image, dpi: int, timeout: float) -> int | None:
        """Clockwise turn (0, 90, 180, 270) that makes the image upright; None if undecided."""
