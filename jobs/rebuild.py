"""Make a projection anew from the event log: `python -m jobs.rebuild catalogue`.

The projections are `catalogue`, `projects`, `graph` and `vectors`; the last two can be made anew
for one project. The consumers of the log may go on meanwhile. Interrupted, it is to be run again.
Exit status: 0 done, 1 a database failed, 2 bad usage.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from rich.console import Console
from rich.progress import Progress, TaskID

from actors.sharding.shard import Shard
from adapters.event_log.base import Log
from adapters.vectors.base import VectorStore
from cluster.settings import Settings, load_settings
from cluster.wiring import (
    open_catalogue,
    open_graph,
    open_log,
    open_model,
    open_projects,
    open_store,
    open_vectors,
)
from domain.entities import KINDS
from domain.errors import ScriptoriumError, SettingsError
from domain.events import START, RecordedEvent
from jobs.consumers.catalogue import CatalogueKeeper
from jobs.consumers.graph import GraphKeeper
from jobs.consumers.projects import ProjectLister
from jobs.consumers.vectors import VectorKeeper, embedding
from jobs.writing.texts import Texts

DONE, FAILED, BAD_USAGE = 0, 1, 2
_PAGE = 1000  # events

Tell = Callable[[int, int], None]
"""Is told how many of how many events or projects are done."""


def _silent(_done: int, _total: int) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m jobs.rebuild", description="Make a projection anew from the event log."
    )
    parser.add_argument("projection", choices=["catalogue", "projects", "graph", "vectors"])
    parser.add_argument("--project", metavar="ID", help="of this project only: graph or vectors")
    given = parser.parse_args(arguments)
    if given.project and given.projection not in {"graph", "vectors"}:
        parser.error(f"{given.projection} can only be made anew as a whole")
    console = Console(stderr=True)
    try:
        settings = load_settings()
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(given.projection, total=None)
            tell = partial(_show, progress, task)
            done = asyncio.run(_rebuild(settings, given.projection, given.project, tell))
    except ScriptoriumError as error:
        console.print(f"jobs.rebuild: {error}", style="red", highlight=False, markup=False)
        return BAD_USAGE if isinstance(error, SettingsError) else FAILED
    console.print(done)
    return DONE


async def _rebuild(settings: Settings, projection: str, project_id: str | None, tell: Tell) -> str:
    match projection:
        case "catalogue":
            return f"{await rebuild_catalogue(settings, tell)} books are in the catalogue"
        case "projects":
            return f"{await rebuild_projects(settings, tell)} projects were listed"
        case "graph":
            return f"{await rebuild_graph(settings, project_id, tell)} projects were drawn"
    return f"{await rebuild_vectors(settings, project_id, tell)} projects have their vectors"


async def rebuild_catalogue(settings: Settings, tell: Tell = _silent) -> int:
    """Empty the catalogue and fill it from the log; gives the number of books.

    Raises:
        LogUnavailable: the database did not answer; the catalogue may lack books.
        RecordDamaged: an event cannot be understood.
    """
    catalogue = open_catalogue(settings)
    try:
        async with _entities(settings) as (log, shard):
            keeper = CatalogueKeeper(shard, catalogue)
            await catalogue.clear()
            async for event in _events(log, "book", tell):
                await keeper.handle(event)
        return sum((await catalogue.counts()).values())
    finally:
        await catalogue.close()


async def rebuild_projects(settings: Settings, tell: Tell = _silent) -> int:
    """Empty the list of projects and fill it from the log; gives the number of all there were.
    Raises as `rebuild_catalogue`."""
    projects = open_projects(settings)
    try:
        async with _entities(settings) as (log, shard):
            lister = ProjectLister(shard, projects)
            await projects.clear()
            seen = set()
            async for event in _events(log, "project", tell):
                seen.add(event.stream.id)
                await lister.handle(event)
        return len(seen)
    finally:
        await projects.close()


async def rebuild_graph(
    settings: Settings, project_id: str | None = None, tell: Tell = _silent
) -> int:
    """Forget the graphs, or that of one project, and draw them anew; gives how many projects
    there were, deleted ones included.

    Raises as `rebuild_catalogue`; `GraphUnavailable`: graphs may be missing.
    """
    graph = open_graph(settings)
    try:
        async with _entities(settings) as (log, shard):
            projects = [project_id] if project_id else await _projects(log)
            await (graph.remove(project_id) if project_id else graph.clear())
            return await _keep_all(projects, GraphKeeper(shard, graph).keep, tell)
    finally:
        await graph.close()


async def rebuild_vectors(
    settings: Settings, project_id: str | None = None, tell: Tell = _silent
) -> int:
    """Forget the vectors, or those of one project, and make them anew; gives how many projects
    there were, deleted ones included. An embedding model may have to be paid for them again.

    Raises as `rebuild_catalogue`; as `LanguageModel` and the store; `VectorsUnavailable`: vectors
    may be missing, or they belong to another process.
    """
    store, model = open_store(settings), open_model(settings)
    try:
        async with _entities(settings) as (log, shard), _vectors(settings) as vectors:
            is_paid = settings.llm_embedding_model is not None
            embed_for = embedding(shard, model, is_paid=is_paid)
            keeper = VectorKeeper(shard, Texts(store), vectors, embed_for)
            projects = [project_id] if project_id else await _projects(log)
            await (vectors.remove(project_id) if project_id else vectors.clear())
            return await _keep_all(projects, keeper.keep, tell)
    finally:
        await model.close()
        await store.close()


@asynccontextmanager
async def _entities(settings: Settings) -> AsyncIterator[tuple[Log, Shard]]:
    """The log, and its entities in this process."""
    log = open_log(settings)
    shard = Shard(log, KINDS)
    try:
        yield log, shard
    finally:
        await shard.close()
        await log.close()


@asynccontextmanager
async def _vectors(settings: Settings) -> AsyncIterator[VectorStore]:
    """The vectors: those of the cluster at RAY_ADDRESS, if that is set, by their owner."""
    # Ray takes a second or two to import.
    from actors.vectors import shared_vectors
    from cluster.ray_connection import connected, starts_ray

    if settings.vectors or starts_ray():
        vectors = open_vectors(settings)
        try:
            yield vectors
        finally:
            await vectors.close()
    else:
        with connected(settings):
            yield shared_vectors(settings)


async def _events(log: Log, kind: str, tell: Tell) -> AsyncIterator[RecordedEvent]:
    """All events of a kind of entity, up to now."""
    head, position = await log.head(), START
    while position < head:
        batch = await log.read_all(position, _PAGE)
        for event in batch.events:
            if event.stream.kind == kind:
                yield event
        position = batch.reached
        tell(position.sequence, head.sequence)


async def _projects(log: Log) -> Sequence[str]:
    """All projects there have been."""
    found = {event.stream.id: None async for event in _events(log, "project", _silent)}
    return tuple(found)


async def _keep_all(
    projects: Sequence[str], keep: Callable[[str], Awaitable[None]], tell: Tell
) -> int:
    for done, project_id in enumerate(projects, 1):
        await keep(project_id)
        tell(done, len(projects))
    return len(projects)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


if __name__ == "__main__":
    sys.exit(main())
