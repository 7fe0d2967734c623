from pathlib import Path

import pytest

from domain.book import ReadingOptions
from domain.entities.book import UploadBook
from jobs import rebuild
from tests.unit.recorded_books import RecordedLibrary


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(tmp_path))
    return tmp_path


def test_it_says_how_many_books_there_are(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upload = UploadBook(command_id="upload", source="a", size=1, reading=ReadingOptions())
    for book_id in ("ab" * 32, "cd" * 32):
        RecordedLibrary(data).do(upload, book_id)
    for _ in range(2):
        assert rebuild.main(["catalogue"]) == rebuild.DONE
        assert "2 books are in the catalogue" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["projects"], "0 projects were listed"),
        (["graph"], "0 projects were drawn"),
        (["vectors"], "0 projects have their vectors"),
        (["graph", "--project", "ab" * 16], "1 projects were drawn"),
    ],
)
def test_other_projections_can_be_made_anew(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rebuild.main(arguments) == rebuild.DONE
    assert said in capsys.readouterr().err


def test_a_log_that_cannot_be_opened_is_a_failure(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "log.db").mkdir()
    assert rebuild.main(["catalogue"]) == rebuild.FAILED
    assert "log.db" in capsys.readouterr().err


def test_bad_settings_and_bad_names_are_bad_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["novels"], ["catalogue", "--project", "ab" * 16]):
        with pytest.raises(SystemExit) as exit:
            rebuild.main(arguments)
        assert exit.value.code == rebuild.BAD_USAGE
    monkeypatch.setenv("SCRIPTORIUM_SLICE_PAGES", "0")
    assert rebuild.main(["catalogue"]) == rebuild.BAD_USAGE
    assert "SCRIPTORIUM_SLICE_PAGES" in capsys.readouterr().err
