"""Tesseract in process, through tesserocr: no start-up a page."""

from pathlib import Path

import tesserocr
from PIL import Image

from adapters.ocr import tsv
from adapters.ocr.base import SURE_OF_DIRECTION, EngineFailed, Segmentation
from domain.book import Block


class TesserocrEngine:
    """Keeps one model loaded. Cannot be interrupted: only its process can be killed."""

    def __init__(self, languages: str, tessdata: Path) -> None:
        self._tessdata = str(tessdata)
        self._api = tesserocr.PyTessBaseAPI(
            path=self._tessdata, lang=languages, psm=Segmentation.AUTO, oem=tesserocr.OEM.LSTM_ONLY
        )
        # Trying white-on-black costs time on every line and helps on next to no book page.
        self._api.SetVariable("tessedit_do_invert", "0")

    @property
    def name(self) -> str:
        """Name and version, for the record."""
        return f"tesserocr {tesserocr.__version__}, tesseract {self._api.Version()}"

    def recognise(
        self, image: Image.Image, dpi: int, segmentation: Segmentation, timeout: float
    ) -> list[Block]:
        """Read an upright grey image of the stated resolution; boxes in its pixels."""
        self._api.SetPageSegMode(segmentation)
        try:
            self._api.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
            self._api.SetSourceResolution(dpi)
            if not self._api.Recognize():
                raise EngineFailed("Tesseract gave no result")
            return tsv.parse(self._api.GetTSVText(0))
        except RuntimeError as error:
            raise EngineFailed(str(error)) from error
        finally:
            self._api.Clear()

    def upright_turn(self, image: Image.Image, dpi: int, timeout: float) -> int | None:
        """Clockwise turn (0, 90, 180, 270) that makes the image upright; None if undecided."""
        with tesserocr.PyTessBaseAPI(
            path=self._tessdata, lang="osd", psm=tesserocr.PSM.OSD_ONLY
        ) as detector:
            detector.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
            detector.SetSourceResolution(dpi)
            found = detector.DetectOrientationScript()
        if not found or found["orient_conf"] < SURE_OF_DIRECTION:
            return None
        return -int(found["orient_deg"]) % 360
