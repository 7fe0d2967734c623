"""How a project's graph is written to Neo4j: what is new, and nothing else."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from neo4j import AsyncManagedTransaction

from adapters.graph.base import Node, NodeKind, ProjectGraph
from adapters.graph.links import Links, carriers, links
from domain.story.facts import Fact
from domain.story.names import fold

Row = Mapping[str, object]

_BATCH = 1000  # rows of one statement
_LOCK = "MERGE (p:Scriptorium {id: $id}) SET p:Project, p.project = $id"  # until we commit
_VERSION = "MATCH (p:Scriptorium {id: $id}) RETURN p.version AS version"
_SET_VERSION = "MATCH (p:Scriptorium {id: $id}) SET p.version = $version"
_KEPT = (
    "MATCH (n:Scriptorium {project: $id}) WHERE n.id <> $id RETURN n.id AS id, n.aliases AS aliases"
)
_DELETE = "UNWIND $rows AS id MATCH (n:Scriptorium {id: id}) DETACH DELETE n"
_NODES = "UNWIND $rows AS row MERGE (n:Scriptorium {id: row.id}) SET n = row, n:"
_NAMED: Mapping[NodeKind | None, str] = {
    NodeKind.CHARACTER: f"{_NODES}Named:Character",
    NodeKind.PLACE: f"{_NODES}Named:Place",
    NodeKind.ITEM: f"{_NODES}Named:Item",
    NodeKind.EVENT: f"{_NODES}Named:Event",
    NodeKind.CHAPTER: f"{_NODES}Chapter",
    None: f"{_NODES}Named",
}
_FACTS = "UNWIND $rows AS row CREATE (f:Scriptorium) SET f = row, f:Fact"
_BETWEEN = (
    "UNWIND $rows AS row MATCH (a:Scriptorium {id: row[0]}) MATCH (b:Scriptorium {id: row[1]}) "
)
_SUBJECT_OF = f"{_BETWEEN}CREATE (a)-[:SUBJECT_OF]->(b)"
_ABOUT = f"{_BETWEEN}CREATE (a)-[:ABOUT]->(b)"
_BELIEVES = f"{_BETWEEN}CREATE (a)-[:BELIEVES]->(b)"
_TOLD_IN = f"{_BETWEEN}CREATE (a)-[:TOLD_IN]->(b)"


async def replace_graph(transaction: AsyncManagedTransaction, graph: ProjectGraph) -> None:
    """Make the project's graph this one unless a later one is there. Writers of one project wait
    for each other."""
    project_id = graph.project_id
    await transaction.run(_LOCK, id=project_id)
    record = await (await transaction.run(_VERSION, id=project_id)).single(strict=True)
    if record["version"] is not None and record["version"] > graph.version:
        return
    wanted = _Rows(graph)
    kept = {
        record["id"]: record["aliases"]
        async for record in await transaction.run(_KEPT, id=project_id)
    }
    gone = [id for id in kept if id not in wanted.ids]
    for rows in _batches(gone):
        await transaction.run(_DELETE, rows=rows)
    for kind, nodes in wanted.nodes.items():
        changed = [row for id, row in nodes.items() if id not in kept or kept[id] != row["aliases"]]
        for rows in _batches(changed):
            await transaction.run(_NAMED[kind], rows=rows)
    new = {id: fact for id, fact in wanted.facts.items() if id not in kept}
    for rows in _batches(list(new.values())):
        await transaction.run(_FACTS, rows=rows)
    for statement, pairs in wanted.links_of(new).items():
        for rows in _batches(pairs):
            await transaction.run(statement, rows=rows)
    await transaction.run(_SET_VERSION, id=project_id, version=graph.version)


def _batches(rows: Sequence[object]) -> Iterable[Sequence[object]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


class _Rows:
    """A graph as what is written. A fact's id follows from all that it says and connects."""

    def __init__(self, graph: ProjectGraph) -> None:
        self._project = graph.project_id
        self._named = carriers(graph)
        self._ids: dict[str, list[str]] = defaultdict(list)
        self.nodes: dict[NodeKind | None, dict[str, Row]] = defaultdict(dict)
        self.facts: dict[str, Row] = {}
        self._links: dict[str, Links] = {}
        self._chapters: dict[str, str] = {}
        for node in graph.nodes:
            self._add_node(node)
        for fact in graph.facts:
            self._add_fact(fact)

    @property
    def ids(self) -> set[str]:
        """The ids of all nodes but the project's own."""
        return {id for nodes in self.nodes.values() for id in nodes} | self.facts.keys()

    def links_of(self, facts: Iterable[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What connects these facts: pairs of ids by the statement that writes them."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for fact in facts:
            subjects, objects, believers = self._links[fact]
            found[_SUBJECT_OF] += [(id, fact) for id in self._all(subjects)]
            found[_ABOUT] += [(fact, id) for id in self._all(objects)]
            found[_BELIEVES] += [(id, fact) for id in self._all(believers)]
            if fact in self._chapters:
                found[_TOLD_IN].append((fact, self._chapters[fact]))
        return found

    def _add_node(self, node: Node) -> None:
        id = self._id(node.kind, node.name)
        row: dict[str, object] = {
            "id": id,
            "project": self._project,
            "kind": node.kind.value,
            "name": node.name,
            "aliases": list(node.aliases),
        }
        if node.kind is not NodeKind.CHAPTER:
            row["names"] = sorted({fold(name) for name in (node.name, *node.aliases)})
            self._ids[fold(node.name)].append(id)
        self.nodes[node.kind][id] = row

    def _add_fact(self, fact: Fact) -> None:
        connected = links(fact, self._named)
        for name in connected.subjects:
            if name not in self._ids:
                self._add_nobody(name)
        chapter = self._id(NodeKind.CHAPTER, str(fact.source.chapter))
        is_told = chapter in self.nodes[NodeKind.CHAPTER]
        said = fact.model_dump_json()
        ends = [self._all(names) for names in connected]
        digest = hashlib.sha256(f"{said}{ends}{is_told}".encode()).hexdigest()[:32]
        id = self._id("fact", digest)
        self._links[id] = connected
        if is_told:
            self._chapters[id] = chapter
        self.facts[id] = {
            "id": id,
            "project": self._project,
            "subject": fact.subject,
            "predicate": fact.predicate,
            "object": fact.object,
            "since_chapter": fact.since.chapter,
            "since_scene": fact.since.scene,
            "until_chapter": fact.until.chapter if fact.until else None,
            "until_scene": fact.until.scene if fact.until else None,
            "standing": fact.standing.value,
            "believer": fact.believer,
            "source_chapter": fact.source.chapter,
            "quote": fact.source.quote,
        }

    def _add_nobody(self, name: str) -> None:
        id = self._id("name", name)
        self._ids[name].append(id)
        row = {"id": id, "project": self._project, "names": [name], "aliases": []}
        self.nodes[None][id] = row

    def _all(self, names: Sequence[str]) -> list[str]:
        return [id for name in names for id in self._ids[name]]

    def _id(self, kind: str, name: str) -> str:
        return f"{self._project}/{kind}/{name}"
