"""The ways of reading scanned books that are compared. Each gives the text of every page."""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pymupdf
import pytesseract
import tesserocr
from PIL import Image

from adapters.ocr.tessdata import find_tessdata
from benchmarks.corpus import TrueBook
from domain import library
from domain.book import Book

_DPI = 200  # the best fixed resolution for the raw loop on scanned books
_PLAIN_DPI = 300  # what every tutorial says

Texts = list[list[str]]
"""For each book the text of each page."""


def job(books: Sequence[TrueBook], processes: int) -> Texts:
    """`python -m jobs.ingest`, as a user calls it, Ray's start-up included."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        store = Path(folder) / "store"
        done = subprocess.run(
            [sys.executable, "-m", "jobs.ingest", "--json", "--store", f"file:{store}"]
            + [str(book.path) for book in books],
            stdout=subprocess.PIPE,
            env=os.environ
            | {"SCRIPTORIUM_DATA_DIR": folder, "SCRIPTORIUM_OCR_WORKERS": str(processes)},
            check=True,
        )
        report = json.loads(done.stdout.splitlines()[-1])
        return [
            [page.text for page in _read(store / library.book_key(line["book_id"])).pages]
            for line in report["books"]
        ]


def _read(path: Path) -> Book:
    return Book.model_validate_json(path.read_bytes())


def raw_loop(books: Sequence[TrueBook], processes: int) -> Texts:
    """The engine itself: a pool of processes, each `tesserocr` at a fixed resolution."""
    pages = [(book.path, number) for book in books for number in range(len(book.pages))]
    with get_context("spawn").Pool(processes) as pool:
        texts = iter(pool.map(_raw_page, pages, chunksize=1))
    return [[next(texts) for _ in book.pages] for book in books]


def _raw_page(page: tuple[Path, int]) -> str:
    image = _render(*page, _DPI)
    engine = _engine()
    engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
    engine.SetSourceResolution(_DPI)
    return str(engine.GetUTF8Text())


@cache
def _engine() -> tesserocr.PyTessBaseAPI:
    engine = tesserocr.PyTessBaseAPI(
        path=str(find_tessdata(None)), lang="eng", oem=tesserocr.OEM.LSTM_ONLY
    )
    engine.SetVariable("tessedit_do_invert", "0")
    return engine


def pytesseract_loop(books: Sequence[TrueBook], _processes: int) -> Texts:
    """What a first script looks like: one process, one `tesseract` command a page."""
    return [
        [
            str(pytesseract.image_to_string(_render(book.path, number, _PLAIN_DPI), lang="eng"))
            for number in range(len(book.pages))
        ]
        for book in books
    ]


def ocrmypdf(books: Sequence[TrueBook], processes: int) -> Texts:
    """The well-known command with its own defaults; call `install_ocrmypdf` first."""
    texts: Texts = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for book in books:
            sidecar = Path(folder) / f"{book.path.stem}.txt"
            subprocess.run(
                [
                    str(_OCRMYPDF),
                    "--quiet",
                    f"--jobs={processes}",
                    f"--sidecar={sidecar}",
                    str(book.path),
                    str(Path(folder) / "out.pdf"),
                ],
                check=True,
            )
            texts.append(sidecar.read_text("utf-8").split("\f")[: len(book.pages)])
    return texts


_OCRMYPDF_HOME = Path("var/benchmark/ocrmypdf").absolute()
_OCRMYPDF = _OCRMYPDF_HOME / "bin" / "ocrmypdf"


def install_ocrmypdf() -> str:
    """Install OCRmyPDF for this benchmark only; gives its version."""
    if not _OCRMYPDF.exists():
        venv.create(_OCRMYPDF_HOME, with_pip=True)
        pip = str(_OCRMYPDF_HOME / "bin" / "pip")
        subprocess.run([pip, "install", "--quiet", "ocrmypdf"], check=True)
    asked = subprocess.run(
        [str(_OCRMYPDF), "--version"], check=True, capture_output=True, text=True
    )
    return asked.stdout.strip()


@cache
def _document(path: Path) -> pymupdf.Document:
    return pymupdf.open(path)


def _render(path: Path, number: int, dpi: int) -> Image.Image:
    pixmap = _document(path)[number].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
