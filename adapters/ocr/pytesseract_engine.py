"""Tesseract as a command, through pytesseract: portable, one process a call."""

import os
import re
from pathlib import Path

import pytesseract
from PIL import Image

from adapters.ocr import tsv
from adapters.ocr.base import (
    SURE_OF_DIRECTION,
    EngineFailed,
    EngineTimeout,
    Segmentation,
)
from domain.book import Block


class PytesseractEngine:
    """Runs `tesseract` for each image and keeps time itself."""

    def __init__(self, languages: str, tessdata: Path) -> None:
        self._languages = languages
        self._config = f'--tessdata-dir "{tessdata}" --oem 1 -c tessedit_do_invert=0'
        self._version = str(pytesseract.get_tesseract_version())

    @property
    def name(self) -> str:
        """Name and version, for the record."""
        return f"pytesseract {pytesseract.__version__}, tesseract {self._version}"

    def recognise(
        self, image: Image.Image, dpi: int, segmentation: Segmentation, timeout: float
    ) -> list[Block]:
        """Read an upright grey image of the stated resolution; boxes in its pixels."""
        config = f"{self._config} --psm {segmentation.value} --dpi {dpi}"
        try:
            return tsv.parse(
                pytesseract.image_to_data(
                    image, lang=self._languages, config=config, timeout=timeout
                )
            )
        except pytesseract.TesseractError as error:
            raise EngineFailed(str(error)) from error
        except RuntimeError as error:  # pytesseract's word for a timeout
            _reap_killed_commands()
            raise EngineTimeout(str(error)) from error

    def upright_turn(self, image: Image.Image, dpi: int, timeout: float) -> int | None:
        """Clockwise turn (0, 90, 180, 270) that makes the image upright; None if undecided."""
        try:
            report = pytesseract.image_to_osd(
                image, config=f"{self._config} --psm 0 --dpi {dpi}", timeout=timeout
            )
        except pytesseract.TesseractError:
            return None  # "too few characters": there is nothing to tell up from down by
        except RuntimeError as error:
            _reap_killed_commands()
            raise EngineTimeout(str(error)) from error
        turn = re.search(r"^Rotate: (\d+)", report, re.MULTILINE)
        confidence = re.search(r"^Orientation confidence: ([\d.]+)", report, re.MULTILINE)
        if not turn or not confidence or float(confidence[1]) < SURE_OF_DIRECTION:
            return None
        return int(turn[1]) % 360


def _reap_killed_commands() -> None:
    # pytesseract kills a command that is late but does not wait for it.
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
