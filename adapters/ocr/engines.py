"""Which engines there are."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from adapters.ocr.base import OcrEngine
from domain.errors import EngineMissing


def check_engine(name: str) -> None:
    """Raise `EngineMissing` unless what the engine runs on is there, as far as a look tells."""
    if name == "pytesseract" and not shutil.which("tesseract"):
        raise EngineMissing(
            "the tesseract command is missing: run scripts/setup, "
            "or set SCRIPTORIUM_OCR_ENGINE=tesserocr"
        )
    if not find_spec(name):
        raise EngineMissing(f"the Python package {name} is missing: run scripts/setup")


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
