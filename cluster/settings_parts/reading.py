"""Settings of reading books."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class ReadingSettings(BaseModel):
    """How books are read."""

    languages: str = Field("eng", description="Tesseract languages, joined by +, e.g. eng+fra")
    ocr_engine: Literal["tesserocr", "pytesseract"] = Field(
        "tesserocr", description="in-process Tesseract, or the tesseract command"
    )
    tessdata: Path | None = Field(
        None, description="folder of *.traineddata; searched in the usual places if unset"
    )
    low_confidence: float = Field(
        0.70, ge=0, le=1, description="below this mean confidence a page is `low_confidence`"
    )
    page_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        60.0, description="seconds one attempt at a page may take before its reader is killed"
    )
    page_memory_mb: int = Field(
        2048, ge=512, le=65536, description="address space of one page reader, in MiB"
    )
    page_pixels: int = Field(
        30_000_000, ge=1_000_000, le=400_000_000, description="most pixels a page is rendered to"
    )
    page_attempts: int = Field(3, ge=1, le=5, description="attempts before a page is `failed`")
    reader_pages: int = Field(
        300, ge=1, le=100_000, description="pages after which a page reader is replaced"
    )

    slice_pages: int = Field(4, ge=1, le=200, description="most pages in a slice")
    ocr_workers: int | None = Field(
        None,
        ge=1,
        le=10_000,
        description="slices that one run or batch reads at once; one a CPU if unset",
    )
    head_start_seconds: Annotated[float, Field(ge=0, le=600)] = Field(
        3.0,
        description="seconds for which a job reads by itself before it starts a Ray of its own; "
        "with 0 it does not read",
    )
    book_bytes: int = Field(
        2 * 1024**3, ge=1024, description="a larger file is refused as too_large"
    )
    book_pages: int = Field(20_000, ge=1, description="a longer book is refused as too_large")
    cache_bytes: int = Field(
        20 * 1024**3, ge=0, description="size to which a node's copies of fetched books are trimmed"
    )
    reading_batches: int = Field(
        4, ge=1, le=64, description="batches of uploaded books that are read at once"
    )
    reading_gather_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        0.2, description="seconds a batch waits for further books before it begins"
    )
    reading_books: int = Field(
        500, ge=1, le=10_000, description="most uploaded books in the reading room at once"
    )
    dashboard: bool = Field(
        False, description="start Ray's dashboard with a Ray that a job starts for itself"
    )
