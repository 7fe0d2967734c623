from pathlib import Path

import pytest

from adapters.object_store.local import LocalStore
from adapters.object_store.s3 import S3Store
from cluster.settings import Settings
from cluster.wiring import open_store, reader_recipe
from domain.book import ReadingOptions
from domain.errors import EngineMissing, LanguageMissing


async def test_a_file_store_keeps_objects_in_its_folder(tmp_path: Path) -> None:
    store = open_store(Settings(store=f"file:{tmp_path}/shelf"))
    await store.put("a/b", b"c")
    assert (tmp_path / "shelf" / "a" / "b").read_bytes() == b"c"


async def test_without_a_store_the_data_folder_has_one(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path, store=""))
    await store.put("a", b"b")
    assert (tmp_path / "store" / "a").read_bytes() == b"b"


async def test_another_store_can_be_opened(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path / "own"), f"file:{tmp_path}/other")
    await store.put("a", b"b")
    assert (tmp_path / "other" / "a").read_bytes() == b"b"


@pytest.mark.parametrize("name", ["plain", "two words", "50 %25", "Zoë"])
async def test_folders_may_have_any_name(name: str, tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path / name, store=""))
    await store.put("a", b"b")
    assert (tmp_path / name / "store" / "a").read_bytes() == b"b"


@pytest.mark.parametrize("name", ["C#", "what?"])
async def test_folders_may_have_signs_of_uris_in_their_names(name: str, tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path / name, store=""))
    await store.put("a", b"b")
    assert (tmp_path / name / "store" / "a").is_file()


async def test_s3_stores_are_opened_without_asking_the_network() -> None:
    store = open_store(Settings(store="s3://library/shelf"))
    assert isinstance(store, S3Store)
    assert not isinstance(store, LocalStore)
    assert store.local_path("books/a") is None
    await store.close()


def a_recipe_folder(tmp_path: Path) -> Path:
    for name in ("eng", "osd"):
        (tmp_path / f"{name}.traineddata").touch()
    return tmp_path


def test_a_recipe_has_what_was_set_and_how_the_book_is_read(tmp_path: Path) -> None:
    settings = Settings(
        languages="fra",
        tessdata=a_recipe_folder(tmp_path),
        low_confidence=0.6,
        page_pixels=2_000_000,
        page_memory_mb=1024,
        page_timeout=7,
        page_attempts=2,
        reader_pages=50,
    )
    recipe = reader_recipe(settings, ReadingOptions(languages="eng", engine="pytesseract"))
    assert recipe._asdict() == {
        "engine": "pytesseract",
        "languages": "eng",
        "tessdata": tmp_path,
        "low_confidence": 0.6,
        "pixels": 2_000_000,
        "memory_mb": 1024,
        "seconds": 7,
        "attempts": 2,
        "lifetime": 50,
    }


def test_a_recipe_needs_the_languages_data(tmp_path: Path) -> None:
    with pytest.raises(LanguageMissing, match="fra"):
        reader_recipe(
            Settings(tessdata=a_recipe_folder(tmp_path)), ReadingOptions(languages="eng+fra")
        )
    with pytest.raises(EngineMissing, match="SCRIPTORIUM_TESSDATA"):
        reader_recipe(Settings(tessdata=tmp_path / "gone"), ReadingOptions())
