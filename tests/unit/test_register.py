"""Files on their way into the library: what is kept is the book, and nothing else is kept."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from cluster.settings import Settings
from domain import library
from domain.book import BookFault, ReadingOptions
from jobs.ingestion import register
from jobs.ingestion.fetch import book_id_of
from jobs.ingestion.register import Finding, Wish, register_all
from jobs.ingestion.rows import Refused, SliceTask, Undone

pytestmark = pytest.mark.timeout(60)


def found_in(source: Path, data: Path) -> list[Finding]:
    wish = Wish(str(source), ReadingOptions())
    (found,) = register_all([wish], Settings(data_dir=data))
    return list(found.findings)


def kept(data: Path) -> list[Path]:
    return [path for path in (data / "store").rglob("*") if path.is_file()]


def test_a_pipe_is_refused_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (refused,) = found_in(tmp_path / "pipe.pdf", tmp_path / "data")
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.book_id) == (BookFault.NOT_A_BOOK, None)
    assert kept(tmp_path / "data") == []


def test_the_end_of_a_pipe_is_refused_unread(printed_pages: Path, tmp_path: Path) -> None:
    end, start = os.pipe()
    try:
        os.write(start, printed_pages.read_bytes()[:1000])
        os.close(start)
        (refused,) = found_in(Path(f"/dev/fd/{end}"), tmp_path)
        assert len(os.read(end, 2000)) == 1000
    finally:
        os.close(end)
    assert isinstance(refused, Refused)
    assert kept(tmp_path) == []


def test_a_file_that_is_still_being_written_is_not_kept(
    printed_pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "a.pdf", tmp_path / "data"
    shutil.copy(printed_pages, source)

    def hash_early(path: Path) -> str:
        book_id = book_id_of(path)
        path.write_bytes(printed_pages.read_bytes() + b"\n")
        return book_id

    monkeypatch.setattr(register, "book_id_of", hash_early)
    (undone,) = found_in(source, data)
    assert isinstance(undone, Undone)
    assert "run again" in undone.detail
    assert kept(data) == []


def test_what_is_refused_is_not_kept_but_known(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"Dear diary,")
    (refused,) = found_in(source, tmp_path / "data")
    assert isinstance(refused, Refused)
    assert refused.book_id == hashlib.sha256(b"Dear diary,").hexdigest()
    assert kept(tmp_path / "data") == []


def test_a_source_of_another_size_is_put_right(printed_pages: Path, tmp_path: Path) -> None:
    source, data = tmp_path / "a.pdf", tmp_path / "data"
    shutil.copy(printed_pages, source)
    place = (
        data / "store" / library.source_key(hashlib.sha256(printed_pages.read_bytes()).hexdigest())
    )
    place.parent.mkdir(parents=True)
    place.touch()
    assert isinstance(found_in(source, data)[0], SliceTask)
    assert place.read_bytes() == printed_pages.read_bytes()
