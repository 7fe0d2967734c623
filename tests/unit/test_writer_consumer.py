"""The consumer `writer`: chapters come to rest, whatever the writing room says."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from actors.rooms.live_text import LiveText
from actors.rooms.writing import Place
from domain.entities.project.commands import CancelGeneration, DeleteProject
from domain.entities.project.state import Status
from domain.entity import Origin
from domain.errors import ClusterUnavailable, LogUnavailable, ModelUnavailable
from domain.events import RecordedEvent
from domain.prompt import Purpose
from jobs.consumers.eraser import Eraser
from jobs.consumers.writer import WANTED, Writer
from tests.unit.scripted_model import ScriptedModel
from tests.unit.writing_desk import CHAPTER_ID, PROJECT_ID, WritingDesk, writing_desk

AWAY = ClusterUnavailable("the writing room is starting")
ATTEMPTS = 3


class Room:
    """A writing room in this process, which raises what it is told before it works."""

    def __init__(self, desk: WritingDesk, troubles: Sequence[Exception]) -> None:
        self._desk = desk
        self._troubles = list(troubles)
        self.asked: list[tuple[Place, Origin]] = []
        self.idle = 0
        self.before: Callable[[], Awaitable[object]] | None = None

    async def write(self, place: Place, origin: Origin) -> None:
        self.asked.append((place, origin))
        if self.before:
            await self.before()
        if self._troubles:
            raise self._troubles.pop(0)
        if len(self.asked) <= self.idle:
            return
        await self._desk.writer()(place, origin, LiveText("run", 10_000))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def desk(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[WritingDesk]:
    async with writing_desk(tmp_path, model) as desk:
        await desk.generate()
        yield desk


async def asked_for(desk: WritingDesk) -> RecordedEvent:
    """The event that asks for the chapter."""
    (event,) = [each for each in await desk.recorded() if each.event.type in WANTED]
    return event


async def handled(desk: WritingDesk, room: Room) -> None:
    erase = Eraser(desk.store).erase
    writer = Writer(desk.entities, room.write, erase, attempts=ATTEMPTS, longest_wait=0.001)
    await writer.handle(await asked_for(desk))


async def test_a_chapter_is_sent_to_the_room_with_where_it_comes_from(desk: WritingDesk) -> None:
    room = Room(desk, [])
    await handled(desk, room)
    event = await asked_for(desk)
    assert (await desk.chapter()).status is Status.PENDING_REVIEW
    ((place, origin),) = room.asked
    assert place == (PROJECT_ID, CHAPTER_ID)
    assert origin.correlation_id == event.event.metadata.correlation_id
    assert origin.causation_id == str(event.event.event_id)
    await handled(desk, room)
    assert len(room.asked) == 1  # it is at rest


@pytest.mark.parametrize("troubles", [[], [AWAY] * ATTEMPTS])
async def test_nothing_is_left_of_a_project_that_is_deleted_meanwhile(
    desk: WritingDesk, troubles: list[Exception]
) -> None:
    room = Room(desk, troubles)

    async def before() -> None:
        if len(room.asked) == 1:
            await desk.do(DeleteProject(command_id="delete"))
        await desk.store.put(f"projects/{PROJECT_ID}/texts/late", b"So.")

    room.before = before
    await handled(desk, room)
    assert [each async for each in desk.store.list(f"projects/{PROJECT_ID}/")] == []


async def test_it_is_sent_again_when_the_room_is_away(desk: WritingDesk) -> None:
    room = Room(desk, [AWAY] * (ATTEMPTS - 1))
    await handled(desk, room)
    assert (await desk.chapter()).status is Status.PENDING_REVIEW


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (AWAY, "cluster_unavailable"),
        (ModelUnavailable("overloaded"), "model_unavailable"),
        (ZeroDivisionError("division by zero"), "internal_error"),
    ],
)
async def test_after_the_last_attempt_it_has_failed(
    desk: WritingDesk, trouble: Exception, reason: str
) -> None:
    room = Room(desk, [trouble] * ATTEMPTS)
    await handled(desk, room)
    chapter = await desk.chapter()
    assert (chapter.status, chapter.reason) == (Status.FAILED, reason)
    assert chapter.detail == str(trouble)
    assert len(room.asked) == ATTEMPTS


async def test_attempts_that_bring_it_further_are_not_counted(
    desk: WritingDesk, model: ScriptedModel
) -> None:
    model.beats = 5
    room = Room(desk, [])

    async def fail_later() -> None:
        """Each attempt writes one scene, and fails at the next."""
        if len(room.asked) < model.beats:
            model.troubles[Purpose.SCENE] = [None, ModelUnavailable("overloaded")]

    room.before = fail_later
    await handled(desk, room)
    assert (await desk.chapter()).status is Status.PENDING_REVIEW
    assert len(room.asked) > ATTEMPTS


async def test_an_outage_of_the_log_says_nothing_of_the_chapter(desk: WritingDesk) -> None:
    room = Room(desk, [LogUnavailable("the log is away")])
    with pytest.raises(LogUnavailable):
        await handled(desk, room)
    assert (await desk.chapter()).status is Status.DRAFTING


async def test_an_attempt_that_is_over_is_given_up(desk: WritingDesk) -> None:
    room = Room(desk, [AWAY] * 100)

    async def cancel() -> None:
        await desk.do(CancelGeneration(command_id="cancel", chapter_id=CHAPTER_ID))

    room.before = cancel
    await handled(desk, room)
    assert (await desk.chapter()).status is Status.CANCELLED
    assert len(room.asked) == 1


async def test_a_run_for_an_earlier_attempt_does_not_count_as_one_for_this(
    desk: WritingDesk,
) -> None:
    room = Room(desk, [])
    room.idle = 1  # the first time, somebody else's run comes to its end
    await handled(desk, room)
    assert (await desk.chapter()).status is Status.PENDING_REVIEW
    assert len(room.asked) == 2
