"""The one place where adapters are chosen from settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.event_log.base import Log
from adapters.object_store.base import ObjectStore
from adapters.object_store.local import LocalStore
from adapters.ocr.messages import Recipe
from adapters.ocr.tessdata import check_languages, find_tessdata
from cluster.settings import Settings
from domain.book import ReadingOptions

if TYPE_CHECKING:
    from adapters.catalogue.base import Catalogue
    from adapters.event_log.sql_log import SqlLog


def open_store(settings: Settings, uri: str | None = None) -> ObjectStore:
    """The library's object store, or the one at another `file:` or `s3:` URI."""
    scheme, _, place = (uri or settings.store_uri).partition(":")
    if scheme == "file":
        return LocalStore(Path(place))
    # Importing it takes half a second in every process, which a local store need not pay.
    from adapters.object_store.s3 import S3Store

    bucket, _, prefix = place.removeprefix("//").partition("/")
    return S3Store(
        bucket,
        prefix.strip("/"),
        endpoint_url=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
    )


def open_log(settings: Settings) -> Log:
    """The event log; nothing is asked of the database before the first call.

    The first call creates the log where there is none, and raises `SettingsError` where it has
    another schema.
    """
    return _open_database(settings)


def open_catalogue(settings: Settings) -> "Catalogue":
    """The catalogue, in the event log's database by connections of its own. As `open_log`."""
    from adapters.catalogue.sql import SqlCatalogue

    return SqlCatalogue(_open_database(settings))


def _open_database(settings: Settings) -> "SqlLog":
    # The databases' libraries take a while to import; who only reads pages need not wait for them.
    if settings.database.get_secret_value():
        from adapters.event_log.postgres import PostgresLog

        return PostgresLog(
            settings.database,
            connections=settings.database_connections,
            seconds=settings.database_timeout,
        )
    from adapters.event_log.sqlite import SqliteLog

    return SqliteLog(
        settings.data_dir / "log.db",
        readers=settings.database_connections,
        seconds=settings.database_timeout,
    )


def reader_recipe(settings: Settings, reading: ReadingOptions) -> Recipe:
    """What a page reader on this machine needs to read a book as asked.

    Raises:
        EngineMissing: there is no language data.
        LanguageMissing: a language's data is missing.
    """
    tessdata = find_tessdata(settings.tessdata)
    check_languages(reading.languages, tessdata)
    return Recipe(
        engine=reading.engine,
        languages=reading.languages,
        tessdata=tessdata,
        low_confidence=settings.low_confidence,
        pixels=settings.page_pixels,
        memory_mb=settings.page_memory_mb,
        seconds=settings.page_timeout,
        attempts=settings.page_attempts,
        lifetime=settings.reader_pages,
    )
