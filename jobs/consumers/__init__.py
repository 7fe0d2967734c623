"""What follows the library's events."""

from collections.abc import Sequence

from actors.dispatching.consumer import Consumer, RetryPolicy
from cluster.settings import Settings

_FETCHES = 4  # each may need room on the disk for a whole book
_FETCH_SECONDS = 3600.0
_EMBED_SECONDS = 1800.0  # a whole book may have to be embedded
_PATIENCE = RetryPolicy(attempts=20)  # a quarter of an hour: a cluster may be starting
_ENDURANCE = RetryPolicy(attempts=2000)  # most of a day: a projection's server may be down for long


def library(settings: Settings) -> Sequence[Consumer]:
    """The consumers of the library: a recipe for the dispatcher, in whose process they live."""
    from actors.directory import Directory
    from actors.reading_room import ReadingRoomClient
    from actors.vectors import shared_vectors
    from actors.writing_room import WritingRoomClient
    from cluster.telemetry import RayModelMetrics
    from cluster.wiring import open_catalogue, open_graph, open_model, open_projects, open_store
    from jobs.consumers import catalogue, eraser, graph, intake, projects, reader, vectors, writer
    from jobs.consumers.projections import WANTED as OF_MEMORY
    from jobs.writing.texts import Texts

    entities = Directory(settings)
    lister = projects.ProjectLister(entities, open_projects(settings))
    keeper = catalogue.CatalogueKeeper(entities, open_catalogue(settings))
    sender = reader.Reader(entities, ReadingRoomClient().read)
    store = open_store(settings)
    taker = intake.Intake(settings, entities, store)
    drawer = graph.GraphKeeper(entities, open_graph(settings))
    finder = vectors.VectorKeeper(
        entities,
        Texts(store),
        shared_vectors(settings),
        vectors.embedding(
            entities,
            open_model(settings, RayModelMetrics()),
            is_paid=settings.llm_embedding_model is not None,
        ),
    )
    cleaner = eraser.Eraser(store)
    author = writer.Writer(
        entities,
        WritingRoomClient().write,
        cleaner.erase,
        attempts=settings.writing_attempts,
        longest_wait=settings.writing_wait_seconds,
    )
    return (
        Consumer("catalogue", keeper.handle, wants={"book": None}),
        Consumer("projects", lister.handle, wants={"project": projects.WANTED}),
        Consumer(
            "reader",
            sender.handle,
            wants={"book": reader.WANTED},
            retries=_PATIENCE,
            parallelism=settings.reading_books,
            time_limit=None,
        ),
        Consumer(
            "intake",
            taker.handle,
            wants={"intake": intake.WANTED},
            retries=_PATIENCE,
            parallelism=_FETCHES,
            time_limit=_FETCH_SECONDS,
        ),
        Consumer(
            "writer",
            author.handle,
            wants={"project": writer.WANTED},
            retries=_PATIENCE,
            parallelism=settings.writing_chapters,
            time_limit=None,
        ),
        Consumer(
            "graph", drawer.handle, wants={"project": OF_MEMORY}, retries=_ENDURANCE, parallelism=4
        ),
        Consumer(
            "vectors",
            finder.handle,
            wants={"project": OF_MEMORY},
            retries=_ENDURANCE,
            parallelism=4,
            time_limit=_EMBED_SECONDS,
        ),
        Consumer("eraser", cleaner.handle, wants={"project": eraser.WANTED}),
    )
