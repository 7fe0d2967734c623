"""The ingest command, reading in its own process: it never comes to start Ray."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from cluster.settings import PREFIX
from domain import library
from domain.book import PageFault, TextMode
from jobs.ingest import BAD_USAGE, NOT_ALL_READ, STOPPED, main
from jobs.ingestion.head_start import HeadStart
from jobs.ingestion.tally import INTERRUPTED, UNDONE, RunReport
from tests.unit.sample_sources import a_scan

pytestmark = pytest.mark.timeout(120)

Run = Callable[..., tuple[int, RunReport]]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library's folder, set by the environment."""
    for name in list(os.environ):
        if name.startswith((PREFIX, "RAY_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SCRIPTORIUM_HEAD_START_SECONDS", "590")
    monkeypatch.setenv("SCRIPTORIUM_SLICE_PAGES", "1")
    return tmp_path / "data"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command; gives its status and report."""

    def run_one(*arguments: str | Path) -> tuple[int, RunReport]:
        status = main([*map(str, arguments), "--json"])
        return status, RunReport.model_validate_json(capsys.readouterr().out.splitlines()[-1])

    return run_one


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (["x" * 300], {}, "File name too long"),
        (["gone.pdf", "too/"], {}, "too/: no such file"),
        (["~nobody-at-all/a.pdf"], {}, "home directory"),
        (["s3://"], {}, "write s3://bucket/prefix"),
        (["BOOK", "--store", "s3://shelf"], {"SCRIPTORIUM_S3_ENDPOINT": "foo"}, "S3_ENDPOINT"),
        (["BOOK", "--store", "file:BOOK"], {}, "is not a folder"),
        (["BOOK", "--languages", "eng+osd"], {}, "osd"),
        (["BOOK"], {"RAY_ADDRESS": "foo"}, "RAY_ADDRESS=foo is no address"),
        (["BOOK"], {"SCRIPTORIUM_OCR_ENGINE": "pytesseract", "PATH": ""}, "tesseract command"),
    ],
)
def test_bad_usage_is_told_in_a_line(  # noqa: PLR0917 - fixtures and a table
    arguments: list[str],
    variables: dict[str, str],
    complaint: str,
    printed_pages: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main([each.replace("BOOK", str(printed_pages)) for each in arguments]) == BAD_USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert complaint in " ".join(said.err.split())


def test_a_missing_source_holds_no_other_up(run: Run, printed_pages: Path) -> None:
    status, report = run("gone.pdf", printed_pages)
    assert status == NOT_ALL_READ
    assert [(line.source, line.status) for line in report.books] == [
        ("gone.pdf", UNDONE),
        (str(printed_pages), "read"),
    ]
    assert "no such file" in (report.books[0].detail or "")


@pytest.mark.parametrize("change", ["number", "book_id"])
def test_a_damaged_slice_costs_its_book_alone(
    run: Run, printed_pages: Path, data: Path, change: str
) -> None:
    run(printed_pages)
    (book,) = (data / "store" / library.BOOKS).iterdir()
    (book / "book.json").unlink()
    slice_ = book / "slices" / "000002-000002.json"
    content = json.loads(slice_.read_text())
    if change == "number":
        content["pages"][0]["number"] = 3
    else:
        content["book_id"] = "0" * 64
    slice_.write_text(json.dumps(content))
    other = a_scan(data)

    status, report = run(printed_pages, other)

    assert status == NOT_ALL_READ
    damaged, sound = report.books
    assert (damaged.status, sound.status) == (UNDONE, "read")
    assert "000002-000002.json" in (damaged.detail or "")
    assert "delete it and run again" in (damaged.detail or "")
    slice_.unlink()
    assert run(printed_pages)[1].books[0].status == "read"


def test_a_book_without_a_readable_page_says_why(run: Run, data: Path) -> None:
    data.mkdir()
    status, report = run(a_scan(data), "--text", TextMode.NATIVE)
    assert status == NOT_ALL_READ
    (line,) = report.books
    assert (line.status, line.reason) == ("failed", PageFault.NO_TEXT_LAYER)
    assert line.detail == "page 1 could not be read"


def test_ctrl_c_leaves_a_table_of_what_was_done(
    run: Run, printed_pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_head: HeadStart, _seconds: float) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(HeadStart, "ends_within", stop)
    monkeypatch.setenv("SCRIPTORIUM_OCR_WORKERS", "1")
    status, report = run(printed_pages)
    assert status == STOPPED
    (line,) = report.books
    assert line.status == INTERRUPTED
    assert line.detail == "stopped by Ctrl-C"
