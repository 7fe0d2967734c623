import errno
import os
from pathlib import Path

import pytest

from cluster.settings import Settings
from domain.errors import UsageError
from jobs.ingestion.rows import Source, Undone
from jobs.ingestion.sources import find_sources, local_path, split_bucket


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of books and other things, beside the working folder's own files."""
    monkeypatch.chdir(tmp_path)
    names = [
        "a.pdf",
        "B.PDF",
        "notes.txt",
        "no suffix",
        "cover [1].png",
        "series/1.epub",
        "series/2.tiff",
        "series/old/3.cbz",
        "series/old/readme.md",
        "empty/.keep",
        "folder.pdf/inside.jpg",
    ]
    for name in names:
        (tmp_path / "shelf" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shelf" / name).touch()
    return tmp_path / "shelf"


def found(*names: str | Path) -> list[str]:
    items = find_sources([str(name) for name in names], Settings())
    return [item.uri for item in items if isinstance(item, Source)]


def undone(*names: str | Path) -> list[tuple[str, str]]:
    """What cannot be looked into, and why, beside what was found."""
    items = find_sources([str(name) for name in names], Settings())
    return [(item.source, item.detail) for item in items if isinstance(item, Undone)]


def test_a_named_file_is_tried_whatever_it_is_called(shelf: Path) -> None:
    for name in ("a.pdf", "notes.txt", "no suffix", "cover [1].png", "empty/.keep"):
        assert found(shelf / name) == [str(shelf / name)]


def test_a_folder_gives_the_books_in_it_at_any_depth(shelf: Path) -> None:
    names = ["B.PDF", "a.pdf", "cover [1].png", "folder.pdf/inside.jpg"]
    names += ["series/1.epub", "series/2.tiff", "series/old/3.cbz"]
    assert found(shelf) == [str(shelf / name) for name in names]
    assert found(shelf / "series" / "old") == [str(shelf / "series" / "old" / "3.cbz")]


@pytest.mark.parametrize("suffix", ["cbt", "svg", "jfif", "jpx", "pam"])
def test_a_folder_gives_what_would_be_read_if_it_were_named(suffix: str, shelf: Path) -> None:
    (shelf / f"z.{suffix}").touch()
    assert str(shelf / f"z.{suffix}") in found(shelf)


def test_a_folder_does_not_give_what_is_hidden(shelf: Path) -> None:
    before = found(shelf)
    (shelf / "._a.pdf").touch()  # left by macOS beside a.pdf, and no book
    (shelf / ".thumbnails").mkdir()
    (shelf / ".thumbnails" / "a.png").touch()
    assert found(shelf) == before


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.pdf", ["a.pdf"]),
        ("?.[pP][dD][fF]", ["B.PDF", "a.pdf"]),
        ("series/*", ["series/1.epub", "series/2.tiff"]),
        ("**/*.cbz", ["series/old/3.cbz"]),
        ("**/readme.*", ["series/old/readme.md"]),
    ],
)
def test_a_glob_gives_the_files_it_matches(pattern: str, names: list[str], shelf: Path) -> None:
    assert found(shelf / pattern) == [str(shelf / name) for name in names]


def test_relative_names_become_absolute(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("shelf/a.pdf", "shelf/series/*.epub") == [
        str(shelf / "a.pdf"),
        str(shelf / "series" / "1.epub"),
    ]
    monkeypatch.setenv("HOME", str(shelf))
    assert found("~/a.pdf") == [str(shelf / "a.pdf")]


def test_a_file_named_in_several_ways_comes_once_where_it_is_first_named(shelf: Path) -> None:
    assert found(shelf / "series" / "2.tiff", "shelf/series", shelf / "series" / "*.epub") == [
        str(shelf / "series" / "2.tiff"),
        str(shelf / "series" / "1.epub"),
        str(shelf / "series" / "old" / "3.cbz"),
    ]


@pytest.mark.parametrize(
    "name", ["gone.pdf", "shelf/*.djvu", "shelf/empty", "shelf/seri*", "https://example.org/a.pdf"]
)
def test_a_name_that_leads_to_no_book_is_told(name: str, shelf: Path) -> None:
    with pytest.raises(UsageError) as caught:
        found(name)
    assert str(caught.value).startswith(f"{name}: ")
    assert found(name, shelf / "a.pdf") == [str(shelf / "a.pdf")]
    assert undone(name, shelf / "a.pdf") == [(name, "no such file, or no books in it")]


def test_a_folder_that_may_not_be_entered_is_told(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = shelf / "series"
    list_folder = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path) == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert str(shelf / "a.pdf") in found(shelf)
    ((place, why),) = undone(shelf)
    assert place == str(closed)
    assert "Permission denied" in why
    with pytest.raises(UsageError, match="Permission denied"):
        found(closed)


def test_a_name_that_is_no_uri_is_refused(shelf: Path) -> None:
    with pytest.raises(UsageError):
        found("//[a.pdf")


@pytest.mark.parametrize("name", ["a b.pdf", "50%25.pdf", "C#?.pdf", "Zoë.pdf", "s3:.pdf"])
def test_names_are_taken_as_they_are(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    (uri,) = found(tmp_path)
    assert uri == str(tmp_path / name)
    assert local_path(uri) == tmp_path / name


@pytest.mark.parametrize("name", [b"\xff\xfe.pdf", b"50%\xff #.pdf"])
def test_names_that_are_not_unicode_can_be_reported_and_found(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    path.touch()
    (uri,) = found(tmp_path)
    assert uri.encode().startswith(b"file:///")
    assert local_path(uri) == path


def test_keys_in_buckets_are_taken_as_they_are() -> None:
    uri = "s3://shelf/series/C# what?/50%25.pdf"
    assert local_path(uri) is None
    assert split_bucket(uri) == ("s3://shelf", "series/C# what?/50%25.pdf")
    assert split_bucket("s3://shelf") == ("s3://shelf", "")


def test_nothing_named_is_nothing_found() -> None:
    assert found() == []
