"""How the cluster's writing room comes by what it works with."""

from actors.writing_room import WriteChapter
from cluster.settings import Settings


def write_chapters(settings: Settings) -> WriteChapter:
    """The recipe of the cluster's writing room."""
    from actors.directory import Directory
    from cluster.telemetry import RayModelMetrics
    from cluster.wiring import open_model, open_store
    from jobs.writing.chapter import ChapterWriter
    from jobs.writing.texts import Texts

    offline = settings.model_copy(update={"llm_url": None})
    return ChapterWriter(
        Directory(settings),
        Texts(open_store(settings)),
        open_model(settings, RayModelMetrics()),
        open_model(offline),
    )
