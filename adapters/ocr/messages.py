"""What a supervisor and its page reader say to each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from domain.book import BookMetadata, TextMode


class Recipe(NamedTuple):
    """All that a page reader's process needs to build itself."""

    engine: str
    languages: str
    tessdata: Path
    low_confidence: float
    """Mean confidence, 0 to 1, below which a reading is doubtful."""
    pixels: int
    """Most pixels a page is drawn at."""
    memory_mb: int
    """MiB of address space a page may take beside the reader itself."""
    seconds: float
    """Time an attempt at a page may take."""
    attempts: int
    """Attempts at a page before it is failed."""
    lifetime: int
    """Pages after which the process is replaced."""


class InspectOrder(NamedTuple):
    """Open a file and say what it is."""

    path: Path
    size: int


class ReadOrder(NamedTuple):
    """Read pages, answering with each as it is done. `effort` counts from 0; a higher one gives
    the reader less to chew on."""

    path: Path
    numbers: Sequence[int]
    text: TextMode
    effort: int = 0


class ExportOrder(NamedTuple):
    """Write a book, whose `book.json` lies at `book`, in another format."""

    book: Path
    source: Path
    format: str
    target: Path


class Inspection(NamedTuple):
    """What a file is."""

    pages: int
    metadata: BookMetadata
