"""What every vector store does."""

import asyncio
import math
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from adapters.vectors.base import MOST_HITS, Hit, VectorStore
from domain.errors import RecordDamaged, VectorsUnavailable
from domain.story.passages import Passage

SPACE = "offline/hashed n-grams, 3 numbers"
EAST, NORTH, UP = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
NORTH_EAST = (math.sqrt(0.5), math.sqrt(0.5), 0.0)


def passage(number: int, text: str = "The lamp went out.") -> Passage:
    return Passage(
        passage_id=f"{'cd' * 16}-1-{number}", chapter_id="cd" * 16, chapter=number, text=text
    )


def found(hits: Sequence[Hit]) -> list[tuple[int, float]]:
    """The number of each passage, and how similar it is."""
    return [(int(hit.passage_id.rsplit("-", 1)[1]), round(hit.similarity, 4)) for hit in hits]


class VectorsCases:
    @pytest.fixture
    def project(self) -> str:
        return uuid4().hex

    async def test_passages_of_any_text_are_found(self, store: VectorStore, project: str) -> None:
        odd = passage(1, "“Zoë”\0\n\N{SNOWMAN}  ")
        bible = Passage(passage_id="bible-1", chapter_id="bible", chapter=0, text="x" * 20_000)
        await store.put(project, SPACE, [odd, bible], [EAST, NORTH])
        hits = await store.search(project, SPACE, EAST, 10)
        assert [hit.passage_id for hit in hits] == [odd.passage_id, "bible-1"]
        assert await store.ids(project, SPACE) == {odd.passage_id, "bible-1"}
        await store.ping()

    async def test_of_an_unknown_project_there_is_nothing(
        self, store: VectorStore, project: str
    ) -> None:
        assert await store.search(project, SPACE, EAST, 10) == []
        assert set(await store.ids(project, SPACE)) == set()
        await store.delete(project, SPACE, ["a"])
        await store.remove(project)
        await store.put(project, SPACE, [], [])
        assert set(await store.ids(project, SPACE)) == set()

    async def test_the_nearest_come_first(self, store: VectorStore, project: str) -> None:
        passages = [passage(number) for number in range(1, 5)]
        await store.put(project, SPACE, passages, [(0.6, 0.0, 0.8), EAST, NORTH, NORTH_EAST])
        hits = await store.search(project, SPACE, EAST, 3)
        assert found(hits) == [(2, 1.0), (4, 0.7071), (1, 0.6)]
        opposite = await store.search(project, SPACE, (-1.0, 0.0, 0.0), 4)
        assert found(opposite)[-1] == (2, -1.0)

    async def test_length_does_not_matter(self, store: VectorStore, project: str) -> None:
        await store.put(project, SPACE, [passage(1), passage(2)], [(9.0, 9.0, 0.0), (0.1, 0, 0)])
        assert found(await store.search(project, SPACE, (5.0, 0, 0), 9)) == [(2, 1.0), (1, 0.7071)]

    async def test_a_passage_put_again_is_replaced(self, store: VectorStore, project: str) -> None:
        await store.put(project, SPACE, [passage(1), passage(2)], [EAST, NORTH])
        await store.put(project, SPACE, [passage(1), passage(2)], [EAST, NORTH])
        await store.put(project, SPACE, [passage(1, "New.")], [UP])
        hits = await store.search(project, SPACE, UP, 9)
        assert found(hits) == [(1, 1.0), (2, 0.0)]

    async def test_passages_can_be_deleted(self, store: VectorStore, project: str) -> None:
        await store.put(project, SPACE, [passage(1), passage(2)], [EAST, NORTH])
        for _ in range(2):
            await store.delete(project, SPACE, [passage(1).passage_id, "unknown"])
            assert await store.ids(project, SPACE) == {passage(2).passage_id}
            assert found(await store.search(project, SPACE, EAST, 9)) == [(2, 0.0)]

    async def test_projects_and_spaces_are_apart(self, store: VectorStore, project: str) -> None:
        other = uuid4().hex
        await store.put(project, SPACE, [passage(1)], [EAST])
        await store.put(other, SPACE, [passage(2)], [EAST])
        await store.put(project, "another", [passage(3)], [(1.0, 0.0)])
        assert found(await store.search(project, SPACE, EAST, 9)) == [(1, 1.0)]
        assert found(await store.search(project, "another", (0.0, 1.0), 9)) == [(3, 0.0)]
        await store.remove(project)
        assert await store.search(project, SPACE, EAST, 9) == []
        assert await store.search(project, "another", (0.0, 1.0), 9) == []
        assert found(await store.search(other, SPACE, EAST, 9)) == [(2, 1.0)]
        await store.put(project, SPACE, [passage(4)], [EAST])
        assert found(await store.search(project, SPACE, EAST, 9)) == [(4, 1.0)]

    async def test_a_vector_of_another_length_is_refused(
        self, store: VectorStore, project: str
    ) -> None:
        await store.put(project, SPACE, [passage(1)], [EAST])
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild vectors"):
            await store.put(project, SPACE, [passage(2)], [(1.0, 0.0)])
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild vectors"):
            await store.search(project, SPACE, (1.0, 0.0), 9)
        assert await store.ids(project, SPACE) == {passage(1).passage_id}

    async def test_searches_are_bounded(self, store: VectorStore, project: str) -> None:
        many = [passage(number) for number in range(1, MOST_HITS + 51)]
        await store.put(
            project,
            SPACE,
            many,
            [(math.cos(each.chapter / 200), math.sin(each.chapter / 200), 0.0) for each in many],
        )
        assert len(await store.search(project, SPACE, EAST, 10_000)) == MOST_HITS
        assert found(await store.search(project, SPACE, EAST, 0)) == [(1, 1.0)]
        assert len(await store.ids(project, SPACE)) == len(many)

    async def test_many_writers_at_once(self, store: VectorStore, project: str) -> None:
        await asyncio.gather(
            *(store.put(project, SPACE, [passage(number)], [EAST]) for number in range(12)),
            *(store.put(uuid4().hex, SPACE, [passage(number)], [EAST]) for number in range(12)),
        )
        assert len(await store.ids(project, SPACE)) == 12

    async def test_it_can_be_emptied(self, store: VectorStore, project: str) -> None:
        await store.put(project, SPACE, [passage(1)], [EAST])
        await store.clear()
        assert await store.search(project, SPACE, EAST, 9) == []
        await store.put(project, SPACE, [passage(2)], [EAST])
        assert found(await store.search(project, SPACE, EAST, 9)) == [(2, 1.0)]

    async def test_what_was_put_is_there_after_a_new_beginning(
        self, new: Callable[[], VectorStore], project: str
    ) -> None:
        first = new()
        await first.put(project, SPACE, [passage(1)], [EAST])
        await first.close()
        second = new()
        assert found(await second.search(project, SPACE, EAST, 9)) == [(1, 1.0)]
        await second.close()

    async def test_closed_it_does_not_answer(self, store: VectorStore, project: str) -> None:
        await store.put(project, SPACE, [passage(1)], [EAST])
        await store.close()
        await store.close()
        with pytest.raises(VectorsUnavailable):
            await store.search(project, SPACE, EAST, 9)
