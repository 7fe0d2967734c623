"""How the cluster's writing room comes by what it works with."""

from actors.rooms.writing import WriteChapter
from cluster.settings import Settings


def write_chapters(settings: Settings) -> WriteChapter:
    """The recipe of the cluster's writing room."""
    from actors.directory import Directory
    from actors.vectors import shared_vectors
    from cluster.telemetry import RayModelMetrics
    from cluster.wiring import open_graph, open_model, open_store
    from jobs.writing.chapter import ChapterWriter
    from jobs.writing.memory import StoryMemory
    from jobs.writing.recall import Recall
    from jobs.writing.texts import Texts

    entities, store = Directory(settings), open_store(settings)
    texts = Texts(store)
    memory = StoryMemory(entities, texts, open_graph(settings), shared_vectors(settings))
    return ChapterWriter(
        entities,
        texts,
        model=open_model(settings, RayModelMetrics()),
        stand_in=open_model(settings.model_copy(update={"llm_url": None})),
        recall=Recall(memory, store, settings.writing_context_tokens),
    )
