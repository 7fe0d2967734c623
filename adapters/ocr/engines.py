"""Which engines there are."""

from pathlib import Path

from adapters.ocr.base import OcrEngine


def open_engine(name: str, languages: str, tessdata: Path) -> OcrEngine:
    """Start an engine; each is imported only when chosen, so that one can be missing.

    Raises:
        EngineMissing: it is not installed.
        ValueError: there is no engine of this name.
    """
    match name:
        case "tesserocr":
            from adapters.ocr.tesserocr_engine import TesserocrEngine

            return TesserocrEngine(languages, tessdata)
        case "pytesseract":
            from adapters.ocr.pytesseract_engine import PytesseractEngine

            return PytesseractEngine(languages, tessdata)
    raise ValueError(f"no OCR engine is called {name}")
