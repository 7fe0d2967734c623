"""What has been established, found again; and what of it a chapter is written from."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from adapters.llm.base import Embeddings
from adapters.vectors.base import space_of
from domain.entities.project.commands import ApproveChapter, PutChapterText, RejectChapter
from domain.errors import ModelUnavailable, ObjectMissing
from domain.prompt import Origin, Prompt, Purpose, Usage
from domain.story.passages import Passage, chapter_passages
from domain.story.prompts.material import PlanMaterial
from domain.story.retrieval import Channel
from jobs.writing.memory import Searched, StoryMemory
from jobs.writing.recall import ContextReport, report_key
from jobs.writing.texts import Texts
from tests.unit.scripted_model import ScriptedModel
from tests.unit.story_projections import ListedVectors, NoGraph
from tests.unit.writing_desk import PROJECT_ID, WritingDesk, writing_desk

ORIGIN = Origin(provider="test", model="axes")
FERRY = "The ferry was late again, and the bell rang over the water. Tobias swore at the fog."
LAMP = "A lamp stood in the window. Nobody had lit it since the winter of the long frost."
IDS = [letter * 32 for letter in "bcdef"]


async def embed(texts: Sequence[str]) -> Embeddings:
    """What is about light, and what is not."""
    vectors = [[1.0, 0.0] if "light" in text else [0.0, 1.0] for text in texts]
    return Embeddings(vectors, Usage(), ORIGIN)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WritingDesk]:
    async with writing_desk(tmp_path, ScriptedModel()) as desk:
        for number, text in enumerate((FERRY, LAMP), 1):
            await approved(desk, number, text)
        yield desk


@pytest.fixture
def memory(desk: WritingDesk) -> StoryMemory:
    return StoryMemory(desk.entities, Texts(desk.store), desk.graph, desk.vectors)


async def approved(desk: WritingDesk, number: int, text: str) -> None:
    chapter_id = IDS[number - 1]
    ref = await Texts(desk.store).put(desk.project_id, text)
    put = PutChapterText(command_id=f"put-{ref.sha256}", chapter_id=chapter_id, text=ref)
    await desk.do(put)
    await desk.write(chapter_id)
    await desk.do(ApproveChapter(command_id=f"approve-{ref.sha256}", chapter_id=chapter_id))


def chapters(searched: Searched) -> list[int]:
    return [each.passage.chapter for each in searched.found]


async def test_a_name_is_always_found(desk: WritingDesk, memory: StoryMemory) -> None:
    for number in (3, 4, 5):
        await approved(desk, number, f"Tobias rowed home for the {number}th time.")
    searched = await memory.search(PROJECT_ID, "Tobias", embed, limit=1)
    assert set(chapters(searched)) >= {1, 3, 4, 5}
    assert all(Channel.NAMES in each.ranks for each in searched.found)


async def test_words_are_found(memory: StoryMemory) -> None:
    (best, *_) = (await memory.search(PROJECT_ID, "when was the long frost", embed)).found
    assert (best.passage.chapter, best.ranks[Channel.KEYWORDS]) == (2, 1)


async def test_what_comes_later_is_left_out(memory: StoryMemory) -> None:
    found = chapters(await memory.search(PROJECT_ID, "the frost, the ferry", embed, before=2))
    assert 1 in found
    assert 2 not in found


async def test_meaning_is_found_as_far_as_it_still_holds(
    desk: WritingDesk, memory: StoryMemory
) -> None:
    (there,) = chapter_passages(IDS[1], 2, 1, LAMP)
    gone = Passage(passage_id="gone", chapter_id=IDS[1], chapter=2, text="what it said before")
    space, light = space_of(ORIGIN), [1.0, 0.0]
    await desk.vectors.put(PROJECT_ID, space, [gone, there], [light, light])
    searched = await memory.search(PROJECT_ID, "light", embed)
    meant = [each.passage for each in searched.found if Channel.VECTORS in each.ranks]
    assert meant == [there]


async def test_a_rejected_chapter_is_found_no_more(desk: WritingDesk, memory: StoryMemory) -> None:
    assert 2 in chapters(await memory.search(PROJECT_ID, "the long frost", embed))
    await desk.do(RejectChapter(command_id="reject", chapter_id=IDS[1]))
    assert 2 not in chapters(await memory.search(PROJECT_ID, "the long frost", embed))


async def test_channels_that_are_away_are_left_out_and_named(
    desk: WritingDesk,
) -> None:
    vectors = ListedVectors()
    vectors.is_away = True
    memory = StoryMemory(desk.entities, Texts(desk.store), NoGraph(is_away=True), vectors)
    searched = await memory.search(PROJECT_ID, "Tobias", embed)
    assert 1 in chapters(searched)
    assert {each.check: each.reason for each in searched.skipped} == {
        "vectors": "the vectors are away",
        "graph": "the graph is away",
    }


async def test_a_model_that_is_away_leaves_the_other_channels(memory: StoryMemory) -> None:
    async def away(_: Sequence[str]) -> Embeddings:
        raise ModelUnavailable("overloaded")

    searched = await memory.search(PROJECT_ID, "Tobias", away)
    assert 1 in chapters(searched)
    assert [(each.check, each.reason) for each in searched.skipped] == [("vectors", "overloaded")]


async def written(desk: WritingDesk, **wanted: object) -> PlanMaterial:
    """What the third chapter is planned from."""
    model = ScriptedModel()
    desk.model = model
    await desk.generate(IDS[2], instruction="Mara asks Tobias about the long frost.", **wanted)
    await desk.write(IDS[2])
    plan: Prompt = next(each for each in model.prompts if each.purpose is Purpose.PLAN)
    assert isinstance(plan.material, PlanMaterial)
    return plan.material


async def test_a_chapter_is_written_from_what_there_is(desk: WritingDesk) -> None:
    ground = await written(desk)
    assert {each.name for each in ground.bible.characters} == {"Mara", "Tobias"}
    assert [each.source for each in ground.summaries] == ["chapter 1", "chapter 2"]
    assert {each.source: each.text for each in ground.passages} == {
        "chapter 1": FERRY,
        "chapter 2": LAMP,
    }
    assert (ground.chapter, ground.instruction) == (3, "Mara asks Tobias about the long frost.")


async def test_without_memory_and_retrieval_the_bible_is_left(desk: WritingDesk) -> None:
    ground = await written(desk, use_memory=False, use_retrieval=False)
    assert ground.bible.characters
    assert (ground.summaries, ground.facts, ground.passages) == ((), (), ())
    assert Purpose.EMBED not in desk.model.asked  # type: ignore[attr-defined]  # the scripted one


async def test_what_was_put_in_is_reported_with_what_was_away(desk: WritingDesk) -> None:
    desk.graph = NoGraph(is_away=True)
    ground = await written(desk)
    stored = await desk.store.get(report_key(PROJECT_ID, IDS[2], 1))
    report = ContextReport.model_validate_json(stored)
    assert [(each.check, each.reason) for each in report.skipped] == [
        ("graph", "the graph is away")
    ]
    assert 0 < report.tokens <= report.budget
    included = [each.what for each in report.placed if each.included]
    assert {"Mara", "Tobias"} <= set(included)
    assert len(included) >= len(ground.summaries)


async def test_without_an_earlier_chapter_nothing_is_searched(tmp_path: Path) -> None:
    model = ScriptedModel()
    async with writing_desk(tmp_path, model) as desk:
        await desk.generate()
        await desk.write()
    assert Purpose.EMBED not in model.asked


async def test_a_text_that_is_gone_is_said_to_be(desk: WritingDesk) -> None:
    memory = StoryMemory(desk.entities, Texts(desk.store), desk.graph, desk.vectors)
    async for item in desk.store.list("projects/"):
        await desk.store.delete(item.key)
    with pytest.raises(ObjectMissing):
        await memory.search(PROJECT_ID, "Tobias", embed)
