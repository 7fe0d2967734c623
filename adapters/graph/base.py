"""The story graph port: who and what there is in a project, and how it is connected."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import AfterValidator

from domain.book import Frozen
from domain.story.facts import Fact

MOST_NEIGHBOURS = 200
"""Most facts that one call gives."""

LONGEST_WAY = 4
"""Most steps from a name to a fact."""


class NodeKind(StrEnum):
    """What a node stands for."""

    CHARACTER = "character"
    PLACE = "place"
    ITEM = "item"
    EVENT = "event"
    CHAPTER = "chapter"


class Node(Frozen):
    """Somebody or something of a project; `name` is unique within its kind, a chapter's is its
    number in digits."""

    kind: NodeKind
    name: str
    aliases: tuple[str, ...] = ()


def _nodes_in_order(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    first = {(node.kind, node.name): node for node in reversed(nodes)}
    return tuple(first[key] for key in sorted(first))


def _facts_in_order(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(sorted(set(facts), key=lambda fact: (fact.since, fact.model_dump_json())))


class ProjectGraph(Frozen):
    """All of one project: what the graph is to hold after a change.

    `version` is the project's version it was made from; an older one never replaces a newer one.
    A fact connects whoever has its subject, its object or its believer for a name or alias (see
    `names.fold`); a subject that nobody has stands for itself. It belongs to the chapter of its
    source. Nodes are in the order of kind and name, facts in that of the story, each of them once.
    """

    project_id: str
    version: int
    nodes: Annotated[tuple[Node, ...], AfterValidator(_nodes_in_order)] = ()
    facts: Annotated[tuple[Fact, ...], AfterValidator(_facts_in_order)] = ()


class Neighbour(Frozen):
    """A fact within reach of a name, `distance` steps away (from 1)."""

    fact: Fact
    distance: int


def nearest(found: Sequence[Neighbour]) -> Sequence[Neighbour]:
    """Neighbours as they are given: the nearest first, of these the latest in the story."""
    latest_first = sorted(
        found, key=lambda each: (each.fact.since, each.fact.model_dump_json()), reverse=True
    )
    return sorted(latest_first, key=lambda each: each.distance)[:MOST_NEIGHBOURS]


class StoryGraph(Protocol):
    """Graphs of projects, a projection of the event log.

    Every method raises `GraphUnavailable` (retryable) when the database does not answer, and
    `SettingsError` when it does not let us in.
    """

    async def put(self, graph: ProjectGraph) -> None:
        """Make the project's graph this one, unless it is of a later version. Idempotent."""

    async def version(self, project_id: str) -> int | None:
        """The version of a project's graph, None when there is none."""

    async def get(self, project_id: str) -> ProjectGraph | None:
        """The whole graph of a project."""

    async def neighbours(
        self, project_id: str, names: Sequence[str], *, at_chapter: int, distance: int = 2
    ) -> Sequence[Neighbour]:
        """Facts that hold at the end of the chapter, around whoever has one of these names or
        aliases (see `names.fold`): the nearest first, of these the latest in the story. At most
        `MOST_NEIGHBOURS`, and not further away than `distance` or `LONGEST_WAY`."""

    async def remove(self, project_id: str) -> None:
        """Forget a project."""

    async def clear(self) -> None:
        """Forget all, to be made again from the event log."""

    async def ping(self) -> None:
        """Raise `GraphUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
