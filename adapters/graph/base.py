"""The story graph port: who and what there is in a project, and how it is connected."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from domain.book import Frozen
from domain.story.facts import Fact


class NodeKind(StrEnum):
    """What a node stands for."""

    CHARACTER = "character"
    PLACE = "place"
    ITEM = "item"
    CHAPTER = "chapter"


class Node(Frozen):
    """Somebody or something of a project; `name` is unique within its kind."""

    kind: NodeKind
    name: str
    aliases: tuple[str, ...] = ()


class ProjectGraph(Frozen):
    """All of one project: what the graph is to hold after a change.

    `version` is the project's version it was made from; an older one never replaces a newer one.
    Facts connect their subject to their object where that is a node, and stand at their subject
    where it is not; each belongs to the chapter of its source.
    """

    project_id: str
    version: int
    nodes: tuple[Node, ...] = ()
    facts: tuple[Fact, ...] = ()


class Neighbour(Frozen):
    """A fact within reach of a name, `distance` steps away (from 1)."""

    fact: Fact
    distance: int


class StoryGraph(Protocol):
    """Graphs of projects, a projection of the event log.

    Every method raises `GraphUnavailable` (retryable) when the database does not answer.
    """

    async def put(self, graph: ProjectGraph) -> None:
        """Make the project's graph this one, unless it is of a later version. Idempotent."""

    async def get(self, project_id: str) -> ProjectGraph | None:
        """The whole graph of a project, nodes by kind and name, facts in story order."""

    async def neighbours(
        self, project_id: str, names: Sequence[str], *, at_chapter: int, distance: int = 2
    ) -> Sequence[Neighbour]:
        """Facts that hold at the chapter around nodes of these names or aliases (any case), the
        nearest first; at most 200."""

    async def remove(self, project_id: str) -> None:
        """Forget a project."""

    async def clear(self) -> None:
        """Forget all, to be made again from the event log."""

    async def ping(self) -> None:
        """Raise `GraphUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
