"""The consumer `graph`: keeps the story graphs of projects up to date."""

import asyncio
from collections.abc import Iterator
from typing import cast

from actors.entities import Entities
from adapters.graph.base import Node, NodeKind, ProjectGraph, StoryGraph
from domain.entities.project.queries import WholeProject
from domain.entities.project.state import ProjectState, Stage
from domain.events import RecordedEvent
from domain.story.bible import Bible
from domain.story.facts import Fact, Source, Standing, StoryTime
from domain.story.names import fold, names_in

_NAME = 200  # characters of an event's
_QUOTE = 2000


class GraphKeeper:
    """Makes a project's graph what its memory says, by asking the project: one write covers all
    events up to then.

    Idempotent, because an older version never replaces a newer one.
    """

    def __init__(self, entities: Entities, graph: StoryGraph) -> None:
        self._entities = entities
        self._graph = graph

    async def handle(self, event: RecordedEvent) -> None:
        """Bring the graph of the event's project up to date. Raises as `Entities`,
        `StoryGraph`."""
        project_id = event.stream.id
        known = await self._graph.version(project_id)
        if known is None or known < event.version:
            await self.keep(project_id)

    async def keep(self, project_id: str) -> None:
        """Make a project's graph what it should be. Raises as `handle`."""
        answer = await self._entities.query("project", project_id, WholeProject())
        project = cast(ProjectState, answer.value)
        if project.stage is not Stage.OPEN:
            await self._graph.remove(project_id)
            return
        graph = await asyncio.to_thread(project_graph, project_id, answer.version, project)
        await self._graph.put(graph)


def project_graph(project_id: str, version: int, project: ProjectState) -> ProjectGraph:
    """The graph of a project: who and what its bible names, its timeline, the approved chapters,
    and what was true or believed at some time."""
    memory = project.memory
    return ProjectGraph(
        project_id=project_id,
        version=version,
        nodes=(
            *_named(project.bible),
            *(Node(kind=NodeKind.CHAPTER, name=str(record.number)) for record in memory.records),
        ),
        facts=(*memory.facts, *memory.beliefs, *_takes_part(project.bible)),
    )


def _named(bible: Bible) -> Iterator[Node]:
    kinds = {
        NodeKind.CHARACTER: bible.characters,
        NodeKind.PLACE: bible.places,
        NodeKind.ITEM: bible.items,
    }
    for kind, entries in kinds.items():
        for entry in entries:
            yield Node(kind=kind, name=entry.name, aliases=entry.aliases)
    for each in bible.timeline:
        yield Node(kind=NodeKind.EVENT, name=_event(each.when, each.text))


def _takes_part(bible: Bible) -> Iterator[Fact]:
    """Who and what the entries of the timeline mention."""
    for each in bible.timeline:
        text = fold(each.text)
        for entry in bible.entries:
            if names_in(text, entry.names):
                yield Fact(
                    subject=entry.name,
                    predicate="takes_part_in",
                    object=_event(each.when, each.text),
                    since=StoryTime(0),
                    standing=Standing.CANON,
                    source=Source(chapter=0, quote=each.text[:_QUOTE]),
                )


def _event(when: str, text: str) -> str:
    return (f"{when}: {text}" if when else text)[:_NAME] or "…"
