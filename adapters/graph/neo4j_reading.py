"""How a project's graph is read from Neo4j."""

from collections.abc import Mapping, Sequence

from neo4j import AsyncManagedTransaction

from adapters.graph.base import MOST_NEIGHBOURS, Neighbour, Node, ProjectGraph, nearest
from domain.errors import RecordDamaged
from domain.story.facts import Fact
from domain.story.names import fold

_VERSION = "MATCH (p:Scriptorium {id: $id}) RETURN p.version AS version"
_NODES = (
    "MATCH (n:Scriptorium {project: $id}) WHERE n.kind IS NOT NULL "
    "RETURN n.kind AS kind, n.name AS name, n.aliases AS aliases"
)
_FACTS = "MATCH (f:Scriptorium {project: $id}) WHERE f:Fact RETURN f AS fact"
_STARTS = (
    "MATCH (n:Named {project: $id}) WHERE any(name IN n.names WHERE name IN $names) "
    "RETURN n.id AS id"
)
_STEP = """
UNWIND $starts AS id
MATCH (:Scriptorium {id: id})-[:SUBJECT_OF|ABOUT|BELIEVES]-(f:Fact)
WHERE f.since_chapter <= $chapter AND (f.until_chapter IS NULL OR f.until_chapter > $chapter)
WITH DISTINCT f
OPTIONAL MATCH (f)-[:SUBJECT_OF|ABOUT|BELIEVES]-(n:Named)
RETURN f AS fact, collect(DISTINCT n.id) AS named
"""


async def read_version(transaction: AsyncManagedTransaction, project_id: str) -> int | None:
    """The version of a project's graph."""
    record = await (await transaction.run(_VERSION, id=project_id)).single()
    version: int | None = record["version"] if record else None
    return version


async def read_graph(transaction: AsyncManagedTransaction, project_id: str) -> ProjectGraph | None:
    """A project's whole graph."""
    version = await read_version(transaction, project_id)
    if version is None:
        return None
    nodes = [record.data() async for record in await transaction.run(_NODES, id=project_id)]
    facts = [record["fact"] async for record in await transaction.run(_FACTS, id=project_id)]
    try:
        return ProjectGraph(
            project_id=project_id,
            version=version,
            nodes=tuple(Node(**node) for node in nodes),
            facts=tuple(_fact(dict(fact)) for fact in facts),
        )
    except ValueError as error:
        raise _damage(error) from error


async def read_neighbours(
    transaction: AsyncManagedTransaction,
    project_id: str,
    names: Sequence[str],
    chapter: int,
    distance: int,
) -> Sequence[Neighbour]:
    """Facts around names, step by step."""
    folded = [fold(name) for name in names]
    starts = [
        record["id"] async for record in await transaction.run(_STARTS, id=project_id, names=folded)
    ]
    been, found = set(starts), dict[str, Neighbour]()
    for step in range(1, distance + 1):
        reached: set[str] = set()
        async for record in await transaction.run(_STEP, starts=starts, chapter=chapter):
            kept = dict(record["fact"])
            reached.update(record["named"])
            if kept["id"] not in found:
                found[kept["id"]] = Neighbour(fact=_fact(kept), distance=step)
        starts = sorted(reached - been)
        been |= reached
        if not starts or len(found) >= MOST_NEIGHBOURS:
            break
    return nearest(list(found.values()))


def _fact(kept: Mapping[str, object]) -> Fact:
    """The fact that was written down."""
    try:
        return Fact.model_validate(
            {
                "subject": kept["subject"],
                "predicate": kept["predicate"],
                "object": kept["object"],
                "since": (kept["since_chapter"], kept["since_scene"]),
                "until": (kept["until_chapter"], kept["until_scene"])
                if "until_chapter" in kept
                else None,
                "standing": kept["standing"],
                "believer": kept.get("believer"),
                "source": {"chapter": kept["source_chapter"], "quote": kept["quote"]},
            }
        )
    except (ValueError, KeyError) as error:
        raise _damage(error) from error


def _damage(error: Exception) -> RecordDamaged:
    return RecordDamaged(
        f"the story graph cannot be understood ({error}): run `python -m jobs.rebuild graph`"
    )
