from pathlib import Path

import pytest

from adapters.ocr.tessdata import check_languages, find_tessdata
from domain.errors import EngineMissing, LanguageMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """English, French and the detection of orientation."""
    for name in ("eng", "fra", "osd"):
        (tmp_path / f"{name}.traineddata").touch()
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "Latin.traineddata").touch()
    return tmp_path


@pytest.mark.parametrize("languages", ["eng", "fra", "eng+fra", "fra+eng", "script/Latin"])
def test_languages_that_are_there(languages: str, folder: Path) -> None:
    check_languages(languages, folder)  # does not raise


@pytest.mark.parametrize(
    ("languages", "missing", "packages"),
    [
        ("deu", "deu", "tesseract-ocr-deu"),
        ("eng+deu", "deu", "tesseract-ocr-deu"),
        ("chi_sim", "chi_sim", "tesseract-ocr-chi-sim"),
        ("deu+fra+chi_tra_vert", "deu, chi_tra_vert", "tesseract-ocr-deu tesseract-ocr-chi-tra-v"),
    ],
)
def test_missing_languages_are_named_with_their_packages(
    languages: str, missing: str, packages: str, folder: Path
) -> None:
    with pytest.raises(LanguageMissing) as caught:
        check_languages(languages, folder)
    message = str(caught.value)
    assert f"no Tesseract data for {missing} in {folder}" in message
    assert f"apt-get install {packages}" in message
    assert "eng, fra, osd" in message


def test_no_package_is_made_up(folder: Path) -> None:
    with pytest.raises(LanguageMissing, match="script/Greek") as caught:
        check_languages("script/Greek", folder)
    assert "tesseract-ocr-script/" not in str(caught.value)


def test_a_folder_named_like_a_language_is_no_data(folder: Path) -> None:
    (folder / "deu.traineddata").mkdir()
    with pytest.raises(LanguageMissing, match="deu"):
        check_languages("deu", folder)


def test_the_configured_folder_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", "/somewhere/else")
    assert find_tessdata(folder) == folder


@pytest.mark.parametrize("name", ["gone", "eng.traineddata"])
def test_a_configured_folder_must_be_one(name: str, folder: Path) -> None:
    with pytest.raises(EngineMissing, match="SCRIPTORIUM_TESSDATA") as caught:
        find_tessdata(folder / name)
    assert str(folder / name) in str(caught.value)


def test_tesseracts_own_variable_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(folder))
    assert find_tessdata(None) == folder
