"""What follows the library's events."""

from collections.abc import Sequence

from actors.consumer import Consumer, RetryPolicy
from cluster.settings import Settings

_FETCHES = 4  # each may need room on the disk for a whole book
_FETCH_SECONDS = 3600.0
_PATIENCE = RetryPolicy(attempts=20)  # a quarter of an hour: a cluster may be starting


def library(settings: Settings) -> Sequence[Consumer]:
    """The consumers of the library: a recipe for the dispatcher, in whose process they live."""
    from actors.directory import Directory
    from actors.reading_room_actor import ReadingRoomClient
    from actors.writing_room_actor import WritingRoomClient
    from cluster.wiring import open_catalogue, open_projects, open_store
    from jobs.consumers import catalogue, intake, projects, reader, writer

    entities = Directory(settings)
    lister = projects.ProjectLister(entities, open_projects(settings))
    keeper = catalogue.CatalogueKeeper(entities, open_catalogue(settings))
    sender = reader.Reader(entities, ReadingRoomClient().read)
    taker = intake.Intake(settings, entities, open_store(settings))
    author = writer.Writer(
        entities,
        WritingRoomClient().write,
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
    )
