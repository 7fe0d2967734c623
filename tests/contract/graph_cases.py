"""What every story graph does."""

import asyncio
import random
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from adapters.graph.base import (
    LONGEST_WAY,
    MOST_NEIGHBOURS,
    Node,
    NodeKind,
    ProjectGraph,
    StoryGraph,
)
from domain.errors import GraphUnavailable
from domain.story.facts import Fact, Source, Standing, StoryTime

NODES = (
    Node(kind=NodeKind.CHARACTER, name="Ida Voss", aliases=("Ida", "the keeper")),
    Node(kind=NodeKind.CHARACTER, name="Tomas"),
    Node(kind=NodeKind.PLACE, name="Gull Rock"),
    Node(kind=NodeKind.ITEM, name="brass key", aliases=("key",)),
    Node(kind=NodeKind.EVENT, name="The lamp went out"),
    Node(kind=NodeKind.CHAPTER, name="1"),
    Node(kind=NodeKind.CHAPTER, name="2"),
)


def fact(
    subject: str,
    predicate: str,
    object: str,
    *,
    since: int = 1,
    until: int | None = None,
    believer: str | None = None,
    scene: int = 0,
) -> Fact:
    return Fact(
        subject=subject,
        predicate=predicate,
        object=object,
        since=StoryTime(since, scene),
        until=None if until is None else StoryTime(until),
        standing=Standing.BELIEF if believer else Standing.INFERRED,
        believer=believer,
        source=Source(chapter=since, quote=f"{subject} … “{object}”"),
    )


LIVES = fact("Ida", "located_in", "Gull Rock")
HAS = fact("ida  VOSS", "possesses", "key", until=3)
EYES = fact("Ida Voss", "eyes", "grey", since=0)
SEES = fact("Tomas", "located_in", "gull rock", since=2, scene=4)
BELIEVES = fact("brass key", "is", "material: gold", since=2, believer="Tomas")
STRANGER = fact("the ferryman", "knows", "Tomas", since=2)
FACTS = (LIVES, HAS, EYES, SEES, BELIEVES, STRANGER)


def graph(project_id: str, version: int = 5, facts: Sequence[Fact] = FACTS) -> ProjectGraph:
    return ProjectGraph(project_id=project_id, version=version, nodes=NODES, facts=tuple(facts))


class GraphCases:
    @pytest.fixture
    def project(self) -> str:
        return uuid4().hex

    async def around(
        self, graph: StoryGraph, project: str, *names: str, at: int = 2, distance: int = 2
    ) -> list[tuple[Fact, int]]:
        found = await graph.neighbours(project, names, at_chapter=at, distance=distance)
        return [(each.fact, each.distance) for each in found]

    async def test_a_graph_comes_back_as_it_went(self, story: StoryGraph, project: str) -> None:
        assert await story.get(project) is None
        assert await story.version(project) is None
        await story.put(graph(project))
        assert await story.get(project) == graph(project)
        assert await story.version(project) == 5
        await story.ping()

    async def test_order_and_repetitions_do_not_matter(
        self, story: StoryGraph, project: str
    ) -> None:
        mixed = ProjectGraph(
            project_id=project,
            version=5,
            nodes=(*reversed(NODES), *NODES),
            facts=(*reversed(FACTS), *FACTS),
        )
        assert mixed == graph(project)
        await story.put(mixed)
        assert await story.get(project) == graph(project)

    async def test_an_empty_graph_is_one_too(self, story: StoryGraph, project: str) -> None:
        empty = ProjectGraph(project_id=project, version=1)
        await story.put(empty)
        assert await story.get(project) == empty
        assert await self.around(story, project, "Ida") == []

    async def test_all_that_a_fact_says_is_kept(self, story: StoryGraph, project: str) -> None:
        full = Fact(
            subject="Zoë\N{SNOWMAN}",
            predicate="a b'c\"$`",
            object="\t1\n",
            since=StoryTime(3, 2),
            until=StoryTime(3, 7),
            standing=Standing.BELIEF,
            believer="Ida",
            source=Source(chapter=3, quote="\\" * 2000),
        )
        bare = fact("x", "is", "", since=0)
        await story.put(graph(project, facts=(full, bare)))
        kept = await story.get(project)
        assert kept is not None
        assert set(kept.facts) == {full, bare}

    async def test_a_later_version_replaces_an_earlier_one(
        self, story: StoryGraph, project: str
    ) -> None:
        await story.put(graph(project))
        later = ProjectGraph(
            project_id=project,
            version=9,
            nodes=(
                NODES[1],
                NODES[2],
                Node(kind=NodeKind.CHARACTER, name="Ida Voss", aliases=("Red",)),
                Node(kind=NodeKind.CHARACTER, name="The Ferryman"),
            ),
            facts=(LIVES, SEES, STRANGER, fact("Red", "hair", "red")),
        )
        await story.put(later)
        assert await story.get(project) == later
        for older in (graph(project, 8), graph(project, 1, ())):
            await story.put(older)
            assert await story.get(project) == later
        again = later.model_copy(update={"facts": (SEES,)})
        await story.put(again)
        assert await story.get(project) == again

    async def test_links_follow_who_has_a_name(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project, 1))
        assert await self.around(story, project, "Ida", distance=1) == [
            (HAS, 1),
            (LIVES, 1),
            (EYES, 1),
        ]
        renamed = tuple(
            Node(kind=node.kind, name=node.name) if node.name == "Ida Voss" else node
            for node in NODES
        )
        await story.put(ProjectGraph(project_id=project, version=2, nodes=renamed, facts=FACTS))
        assert await self.around(story, project, "Ida", distance=1) == [(LIVES, 1)]
        assert await self.around(story, project, "Ida Voss", distance=1) == [(HAS, 1), (EYES, 1)]

    async def test_racing_writers_leave_the_latest_version(
        self, story: StoryGraph, other: StoryGraph, project: str
    ) -> None:
        versions = list(range(1, 9))
        random.Random(7).shuffle(versions)
        puts = [
            (story, other)[version % 2].put(graph(project, version, FACTS[: version % 6]))
            for version in versions
        ]
        await asyncio.gather(*puts)
        assert await story.get(project) == graph(project, 8, FACTS[:2])
        assert await other.get(project) == graph(project, 8, FACTS[:2])

    async def test_others_see_what_was_put(
        self, story: StoryGraph, other: StoryGraph, project: str
    ) -> None:
        await story.put(graph(project, 1))
        assert await self.around(other, project, "Tomas", distance=1) == [
            (SEES, 1),
            (STRANGER, 1),
            (BELIEVES, 1),
        ]
        await story.put(graph(project, 2, (SEES,)))
        assert await self.around(other, project, "Tomas", distance=1) == [(SEES, 1)]
        await story.remove(project)
        assert await self.around(other, project, "Tomas", distance=1) == []

    async def test_neighbours_come_nearest_first(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project))
        assert await self.around(story, project, "Tomas") == [
            (SEES, 1),
            (STRANGER, 1),
            (BELIEVES, 1),
            (HAS, 2),
            (LIVES, 2),
        ]
        assert (EYES, 3) in await self.around(story, project, "Tomas", distance=3)

    async def test_neighbours_are_found_by_any_name(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project))
        expected = [(HAS, 1), (LIVES, 1), (EYES, 1)]
        for name in ("Ida Voss", "ida", "THE KEEPER", " Ida\tVoss "):
            assert await self.around(story, project, name, distance=1) == expected
        assert await self.around(story, project, "The Ferryman", distance=1) == [(STRANGER, 1)]
        assert await self.around(story, project, "nobody", "") == []
        assert await self.around(story, project) == []
        both = await self.around(story, project, "Ida", "Tomas", distance=1)
        assert {found for found, _ in both} == set(FACTS)

    async def test_neighbours_hold_at_the_end_of_the_chapter(
        self, story: StoryGraph, project: str
    ) -> None:
        await story.put(graph(project))
        assert await self.around(story, project, "Ida", at=0) == [(EYES, 1)]
        assert (HAS, 1) in await self.around(story, project, "Ida", at=2)
        assert (HAS, 1) not in await self.around(story, project, "Ida", at=3)
        assert (SEES, 1) in await self.around(story, project, "Tomas", at=2)
        assert await self.around(story, project, "Tomas", at=1) == []

    async def test_what_does_not_hold_is_no_way(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project, facts=(HAS, BELIEVES)))
        assert (BELIEVES, 2) in await self.around(story, project, "Ida", at=2)
        assert await self.around(story, project, "Ida", at=3) == []

    async def test_chapters_connect_nothing(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project, facts=(EYES, fact("Tomas", "age", "1", since=1))))
        assert await self.around(story, project, "1") == []
        assert await self.around(story, project, "Ida", distance=4) == [(EYES, 1)]

    async def test_neighbours_are_bounded(self, story: StoryGraph, project: str) -> None:
        chain = tuple(fact(f"n{step}", "knows", f"n{step + 1}") for step in range(9))
        nodes = tuple(Node(kind=NodeKind.CHARACTER, name=f"n{step}") for step in range(10))
        many = tuple(fact("n0", "knows", f"secret {number}", since=1) for number in range(250))
        await story.put(
            ProjectGraph(project_id=project, version=1, nodes=nodes, facts=chain + many)
        )
        assert len(await self.around(story, project, "n0")) == MOST_NEIGHBOURS
        await story.put(ProjectGraph(project_id=project, version=2, nodes=nodes, facts=chain))
        found = await self.around(story, project, "n0", distance=9)
        assert [distance for _, distance in found] == list(range(1, LONGEST_WAY + 1))
        assert len(await self.around(story, project, "n0", distance=0)) == 1

    async def test_a_large_graph(self, story: StoryGraph, project: str) -> None:
        nodes = tuple(Node(kind=NodeKind.CHARACTER, name=f"n{number}") for number in range(300))
        facts = tuple(
            fact(f"n{number % 300}", f"p{number}", f"n{number * 7 % 300}", since=number % 40)
            for number in range(1100)
        )
        large = ProjectGraph(project_id=project, version=1, nodes=nodes, facts=facts)
        await story.put(large)
        assert await story.get(project) == large
        await story.put(ProjectGraph(project_id=project, version=2, nodes=nodes, facts=facts[:1]))
        smaller = await story.get(project)
        assert smaller is not None
        assert (len(smaller.nodes), smaller.facts) == (300, facts[:1])

    async def test_projects_are_apart(self, story: StoryGraph, project: str) -> None:
        other_project = uuid4().hex
        await story.put(graph(project, 1))
        await story.put(graph(other_project, 2, (SEES,)))
        assert await self.around(story, other_project, "Tomas") == [(SEES, 1)]
        await story.remove(project)
        await story.remove(project)
        assert await story.get(project) is None
        assert await story.get(other_project) == graph(other_project, 2, (SEES,))
        await story.put(graph(project, 1))
        assert await story.get(project) == graph(project, 1)

    async def test_it_can_be_emptied(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project, 5))
        await story.clear()
        assert await story.get(project) is None
        assert await self.around(story, project, "Tomas") == []
        await story.put(graph(project, 1))
        assert await story.version(project) == 1

    async def test_nothing_was_put_yet(self, new: Callable[[], StoryGraph]) -> None:
        unused = new()
        await unused.clear()
        await unused.remove("a")
        assert await unused.get("a") is None
        await unused.close()

    async def test_closed_it_does_not_answer(self, story: StoryGraph, project: str) -> None:
        await story.put(graph(project))
        await story.close()
        await story.close()
        with pytest.raises(GraphUnavailable):
            await story.get(project)
        with pytest.raises(GraphUnavailable):
            await story.put(graph(project, 7))
