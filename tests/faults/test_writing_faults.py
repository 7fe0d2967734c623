"""The writing room and a shard killed while a chapter is written, and a language model that goes
away: chapters come to rest all the same, once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import cast
from uuid import uuid4

import psutil
import pytest

from actors.directory import Directory
from actors.dispatcher import start_dispatcher, stop_dispatcher
from actors.dispatching.consumer import Consumer
from actors.rooms.writing import Place
from actors.sharding.start import start_shards, stop_shards
from actors.writing_room import WritingRoomClient, start_writing_room, stop_writing_room
from cluster.ray_connection import connected
from cluster.settings import Settings
from cluster.wiring import open_log, open_store
from domain.entities.project.answers import CostReport
from domain.entities.project.commands import (
    CancelGeneration,
    CreateProject,
    GenerateChapter,
    PutChapterText,
)
from domain.entities.project.queries import Costs, WholeProject
from domain.entities.project.state import RUNNING, Chapter, ProjectState, Status
from domain.entity import Command
from domain.events import StreamId
from jobs.consumers import library
from jobs.writing.recipe import write_chapters
from jobs.writing.texts import Texts
from tests.fakes.openai_chat import ChatRequest, Reply
from tests.fakes.openai_chat import prose as any_answer
from tests.fakes.openai_server import FakeOpenAi

pytestmark = pytest.mark.timeout(120)

SCENES = 6
SECONDS = 60
PLAN = (
    '{"beats": ['
    + ", ".join(
        ['{"title": "", "what": "She waits.", "characters": [], "place": null, "words": 50}']
        * SCENES
    )
    + "]}"
)
SCENE = "The lamp burned low while she counted the boats, and nobody came to the door. " * 4


def writer_only(settings: Settings) -> Sequence[Consumer]:
    """The recipe of the dispatcher."""
    return [each for each in library(settings) if each.name == "writer"]


def answered(request: ChatRequest) -> Reply | str:
    """Plans and scenes; what else is asked gets the plainest record."""
    if request.format == "text":
        return SCENE.strip()
    if "beats" in request.schema["properties"]:
        return PLAN
    return any_answer(request)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeOpenAi]:
    server = FakeOpenAi()
    server.answer = answered
    server.latency = 0.4
    yield server
    server.stop()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, endpoint: FakeOpenAi) -> Settings:
    return Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        llm_url=endpoint.url,
        llm_attempts=1,
        shard_seconds=SECONDS,
        shard_hang_seconds=1.0,
        writing_attempts=3,
        writing_wait_seconds=0.5,
        consumer_poll_seconds=0.2,
    )


@pytest.fixture(scope="module", autouse=True)
def cluster(settings: Settings) -> Iterator[None]:
    """A Ray of its own with what writes chapters."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        with connected(settings):
            asyncio.run(start(settings))
            yield
            asyncio.run(stop())


async def start(settings: Settings) -> None:
    await asyncio.gather(start_shards(settings), start_writing_room(settings, write_chapters))
    await start_dispatcher(settings, writer_only)


async def stop() -> None:
    await stop_dispatcher()
    await stop_writing_room()
    stop_shards()


class Scene:
    """A project on the cluster, and what there is to see of it."""

    def __init__(self, settings: Settings) -> None:
        self.project_id, self.chapter_id = uuid4().hex, uuid4().hex
        self.log = open_log(settings)
        self.texts = Texts(open_store(settings))
        self.entities = Directory(settings)
        self.room = WritingRoomClient()

    async def close(self) -> None:
        await self.entities.close()
        await self.log.close()

    async def do(self, command: Command) -> None:
        await self.entities.execute("project", self.project_id, command)

    async def generate(self) -> None:
        await self.do(
            GenerateChapter(
                command_id="generate", chapter_id=self.chapter_id, target_word_count=340
            )
        )

    async def chapter(self) -> Chapter:
        answer = await self.entities.query("project", self.project_id, WholeProject())
        return cast(ProjectState, answer.value).chapters[self.chapter_id]

    async def costs(self) -> CostReport:
        answer = await self.entities.query("project", self.project_id, Costs())
        return cast(CostReport, answer.value)

    async def until(self, is_so: Callable[[Chapter], bool]) -> Chapter:
        async with asyncio.timeout(SECONDS):
            while not is_so(chapter := await self.chapter()):
                await self.log.wait(0.2)
        return chapter

    async def scenes_written(self, number: int) -> None:
        await self.until(
            lambda each: len(each.generation.scenes if each.generation else ()) >= number
        )

    async def at_rest(self) -> Chapter:
        return await self.until(lambda each: each.status not in RUNNING)

    async def types(self) -> list[str]:
        events = [each async for each in self.log.read(StreamId("project", self.project_id))]
        return [
            each.event.type for each in events if each.event.type not in {"CallBegun", "CallPaid"}
        ]


@pytest.fixture
async def scene(settings: Settings) -> AsyncIterator[Scene]:
    scene = Scene(settings)
    await scene.do(CreateProject(command_id="create", title="The Ferry", language="en"))
    yield scene
    await scene.close()


def kill(name: str) -> None:
    """Kill the processes of an actor class."""
    found = [
        each
        for each in psutil.Process().children(recursive=True)
        if each.is_running() and each.name().startswith(f"ray::{name}"[:15])
    ]
    assert found
    for each in found:
        each.kill()


async def followed(scene: Scene) -> str:
    """The text of the chapter as a follower puts it together, to the end of a run."""
    told: dict[int, str] = {}
    after = ""
    while True:
        news = await scene.room.follow(Place(scene.project_id, scene.chapter_id), after)
        for piece in news.pieces:
            told[piece.scene] = piece.text if piece.is_new else told[piece.scene] + piece.text
        after = news.after
        if news.is_done:
            return "\n\n***\n\n".join(told[number] for number in sorted(told))


async def test_a_chapter_outlives_the_room_and_the_shards(
    scene: Scene, endpoint: FakeOpenAi
) -> None:
    await scene.generate()
    await scene.scenes_written(2)
    kill("WritingRoomActor")
    await scene.scenes_written(4)
    kill("EntityShard")
    told = await followed(scene)
    chapter = await scene.at_rest()
    assert (chapter.status, chapter.attempt) == (Status.PENDING_REVIEW, 1)
    assert await scene.types() == [
        *("ProjectCreated", "GenerationStarted", "BeatsPlanned"),
        *["SceneWritten"] * SCENES,
        *("ChapterGenerated", "FactsExtracted", "CoherenceValidated"),
    ]
    assert chapter.newest.text
    assert await scene.texts.get(scene.project_id, chapter.newest.text) == told
    costs = await scene.costs()
    paid = sum(line.calls for line in costs.lines)
    unknown = sum(each.calls for each in costs.unknown)
    assert paid + unknown >= len(endpoint.chats)
    assert unknown <= 2  # the room's death, and perhaps the shards'


async def test_cancelling_ends_the_call(scene: Scene, endpoint: FakeOpenAi) -> None:
    await scene.generate()
    await scene.scenes_written(1)
    await scene.do(CancelGeneration(command_id="cancel", chapter_id=scene.chapter_id))
    assert (await scene.at_rest()).status is Status.CANCELLED
    assert (await scene.types())[-1] == "GenerationCancelled"
    text = await scene.texts.put(scene.project_id, "She went home.")
    # What comes next is not kept waiting by what was cancelled.
    await scene.do(PutChapterText(command_id="put", chapter_id=scene.chapter_id, text=text))
    assert (await scene.at_rest()).status is Status.PENDING_REVIEW


async def test_without_the_model_chapters_fail_and_checks_say_so(
    scene: Scene, endpoint: FakeOpenAi
) -> None:
    endpoint.stop()
    await scene.generate()
    chapter = await scene.at_rest()
    assert (chapter.status, chapter.reason) == (Status.FAILED, "model_unavailable")
    text = await scene.texts.put(scene.project_id, "She went home.")
    await scene.do(PutChapterText(command_id="put", chapter_id=scene.chapter_id, text=text))
    chapter = await scene.at_rest()
    assert chapter.status is Status.PENDING_REVIEW
    assert chapter.newest.judgement
    skipped = {each.check for each in chapter.newest.judgement.verdict.skipped}
    assert {"language model: extract", "language model: summary"} <= skipped
