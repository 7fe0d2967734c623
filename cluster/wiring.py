"""The one place where adapters are chosen from settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.event_log.base import Log
from adapters.object_store.base import ObjectStore
from adapters.object_store.local import LocalStore
from adapters.ocr.engines import check_engine
from adapters.ocr.messages import Recipe
from adapters.ocr.tessdata import check_languages, find_tessdata
from cluster.settings import Settings
from domain.book import ReadingOptions

if TYPE_CHECKING:
    from adapters.catalogue.base import Catalogue
    from adapters.catalogue.projects import ProjectList
    from adapters.event_log.sql_log import SqlLog
    from adapters.graph.base import StoryGraph
    from adapters.llm.base import LanguageModel
    from adapters.llm.metrics import ModelMetrics
    from adapters.vectors.base import VectorStore


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


def open_projects(settings: Settings) -> "ProjectList":
    """The list of projects, as `open_catalogue`."""
    from adapters.catalogue.projects import SqlProjectList

    return SqlProjectList(_open_database(settings))


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


def open_model(settings: Settings, metrics: "ModelMetrics | None" = None) -> "LanguageModel":
    """The language model: the endpoint's if one is set, else the offline provider.

    Nothing is asked of the endpoint before the first call.
    """
    # The client takes a second or two to import.
    from adapters.llm.offline import OfflineModel

    if settings.llm_url is None:
        return OfflineModel()
    from adapters.llm.composed import Composed
    from adapters.llm.endpoint import Endpoint, Limits
    from adapters.llm.metrics import NoMetrics
    from adapters.llm.openai_model import OpenAiModel
    from adapters.llm.prices import read_prices
    from adapters.llm.response_cache import ResponseCache

    limits = Limits(
        seconds=settings.llm_timeout,
        attempts=settings.llm_attempts,
        retry_seconds=settings.llm_retry_seconds,
        parallel=settings.llm_parallel,
        outages=settings.llm_breaker_failures,
        rest_seconds=settings.llm_breaker_seconds,
    )
    answers = settings.llm_cache_answers
    model = OpenAiModel(
        Endpoint(settings.llm_url, settings.llm_key, limits, metrics or NoMetrics()),
        settings.llm_model,
        embedding_model=settings.llm_embedding_model,
        prices=read_prices(settings.llm_prices),
        cache=ResponseCache(LocalStore(settings.answer_dir), answers) if answers else None,
    )
    return model if settings.llm_embedding_model else Composed(model, OfflineModel())


def open_graph(settings: Settings) -> "StoryGraph":
    """The story graph; nothing is asked of Neo4j before the first call."""
    address = settings.graph.get_secret_value()
    if address:
        from adapters.graph.neo4j_address import neo4j_address
        from adapters.graph.neo4j_graph import Neo4jGraph

        return Neo4jGraph(neo4j_address(address), seconds=settings.graph_timeout)
    from adapters.graph.networkx_graph import NetworkxGraph

    return NetworkxGraph(settings.data_dir / "graph", seconds=settings.graph_timeout)


def open_vectors(settings: Settings) -> "VectorStore":
    """The vectors; nothing is opened or asked before the first call.

    Without a server they belong to one process at a time: on a cluster, to the vectors' actor.
    """
    # Its client takes two seconds to import.
    from adapters.vectors.chroma import ChromaVectors
    from adapters.vectors.chroma_connections import ChromaServer, EmbeddedChroma

    seconds = settings.vectors_timeout
    if settings.vectors:
        return ChromaVectors(ChromaServer(settings.vectors, seconds=seconds), seconds=seconds)
    return ChromaVectors(EmbeddedChroma(settings.data_dir / "vectors"), seconds=seconds)


def reader_recipe(settings: Settings, reading: ReadingOptions) -> Recipe:
    """What a page reader on this machine needs to read a book as asked.

    Raises:
        EngineMissing: the engine is not installed, or there is no language data.
        LanguageMissing: a language's data is missing.
    """
    check_engine(reading.engine)
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
