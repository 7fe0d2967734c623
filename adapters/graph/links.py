"""What connects a project's facts: names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.graph.base import NodeKind, ProjectGraph
from domain.story.facts import Fact
from domain.story.names import fold


class Links(NamedTuple):
    """The names that a fact connects, each folded, as the names of nodes are."""

    subjects: Sequence[str]
    objects: Sequence[str]
    believers: Sequence[str]


def carriers(graph: ProjectGraph) -> Mapping[str, Sequence[str]]:
    """Who has a name or alias, all of them folded; chapters have none, for they connect all."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for node in graph.nodes:
        if node.kind is not NodeKind.CHAPTER:
            for name in (node.name, *node.aliases):
                found[fold(name)][fold(node.name)] = None
    return {name: tuple(sorted(nodes)) for name, nodes in found.items()}


def links(fact: Fact, named: Mapping[str, Sequence[str]]) -> Links:
    """What a fact connects, `named` being the carriers of names."""
    subject = fold(fact.subject)
    return Links(
        subjects=named.get(subject, (subject,)),
        objects=named.get(fold(fact.object), ()),
        believers=named.get(fold(fact.believer), ()) if fact.believer else (),
    )
