"""The dispatcher killed, paused and replaced under load: every event is handled, in order, and has
its effect once."""

import asyncio
import os
import signal
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from actors.clock import Clock
from actors.dispatcher import dispatcher_status, start_dispatcher, stop_dispatcher
from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.dispatching.delivery import Limits, Shared
from actors.dispatching.dispatcher import Dispatcher, State
from actors.patience import News
from cluster.ray_connection import connected
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.events import RecordedEvent
from tests.cluster.sample_consumers import NAMES, Journal, journalists
from tests.unit.followed_log import SECONDS, CountedMetrics, FollowedLog, eventually

pytestmark = pytest.mark.timeout(120)

STREAMS = [f"stream-{number}" for number in range(6)]


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        with connected(Settings(data_dir=tmp_path_factory.mktemp("ray"))):
            yield


class Scene:
    """A dispatcher actor at work on a log that grows."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            data_dir=folder,
            consumer_window=32,
            consumer_poll_seconds=0.2,
            consumer_save_seconds=0.2,
        )
        self.journal = Journal(folder)
        self.followed = FollowedLog(open_log(self.settings))
        self.published: defaultdict[str, list[str]] = defaultdict(list)

    @asynccontextmanager
    async def load(self) -> AsyncIterator[None]:
        """Publish events for as long as this lasts."""
        done = asyncio.Event()
        publishing = asyncio.create_task(self._publish(done))
        try:
            yield
        finally:
            done.set()
            await publishing

    async def _publish(self, done: asyncio.Event) -> None:
        while not done.is_set():
            for stream in STREAMS:
                ids = await self.followed.publish(stream, "Happened", "Sometimes")
                self.published[stream] += map(str, ids)
            await asyncio.sleep(0.05)

    def pids(self) -> list[int]:
        """The processes that have handled events, the newest last."""
        return list(dict.fromkeys(each.pid for each in self.journal.handled()))

    async def worker(self, other_than: int | None = None) -> int:
        """The process that handles events now."""
        await eventually(lambda: self.pids() and self.pids()[-1] != other_than)
        return self.pids()[-1]

    async def keeps_on(self, pid: int) -> None:
        """Return when a process has handled more events."""
        before = self._count(pid)
        await eventually(lambda: self._count(pid) > before + 20)

    def _count(self, pid: int) -> int:
        return sum(each.pid == pid for each in self.journal.handled())

    def pause(self, pid: int) -> None:
        """Stop a process at a moment at which it holds nobody up."""
        with (
            writing(self.settings.data_dir / "log.db"),
            writing(self.settings.data_dir / "journal.db"),
        ):
            os.kill(pid, signal.SIGSTOP)

    def everything_published(self) -> set[str]:
        return {each for ids in self.published.values() for each in ids}

    async def everything_is_handled(self) -> None:
        """Wait for it, and check order and effects."""
        expected = self.everything_published()
        for name in NAMES:
            await eventually(lambda name=name: len(self.journal.effects(name)) == len(expected))  # type: ignore[misc]
            effects = self.journal.effects(name)
            assert len(effects) == len(set(effects))
            assert set(effects) == expected
            for stream, ids in self.published.items():
                handled = [
                    each.event_id
                    for each in self.journal.handled()
                    if (each.consumer, each.stream) == (name, stream)
                ]
                assert list(dict.fromkeys(handled)) == ids
        assert not await self.followed.log.dead_letters()

    async def close(self) -> None:
        await stop_dispatcher()
        await self.followed.log.close()


async def states_become(states: set[State]) -> None:
    """Return when the consumers of the actor are in these states."""
    async with asyncio.timeout(SECONDS):
        while {each.state for each in await dispatcher_status()} != states:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Hold a database's only right to write."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    await start_dispatcher(scene.settings, journalists)
    yield scene
    await scene.close()


async def test_a_killed_dispatcher_is_restarted_and_goes_on(scene: Scene) -> None:
    killed: int | None = None
    async with scene.load():
        for _ in range(3):
            pid = await scene.worker(other_than=killed)
            await scene.keeps_on(pid)
            os.kill(pid, signal.SIGKILL)
            killed = pid
        await scene.keeps_on(await scene.worker(other_than=killed))
    await scene.everything_is_handled()
    assert len(scene.pids()) == 4
    await stop_dispatcher()
    head = await scene.followed.log.head()
    assert {await scene.followed.log.checkpoint(name) for name in NAMES} == {head}


async def test_a_paused_dispatcher_goes_on_where_it_was(scene: Scene) -> None:
    async with scene.load():
        pid = await scene.worker()
        for _ in range(3):
            await scene.keeps_on(pid)
            scene.pause(pid)
            published = len(scene.published[STREAMS[0]])
            await eventually(lambda: len(scene.published[STREAMS[0]]) > published + 10)  # noqa: B023
            os.kill(pid, signal.SIGCONT)
    await scene.everything_is_handled()
    assert scene.pids() == [pid]
    assert {each.state for each in await dispatcher_status()} == {State.RUNNING}


async def test_a_dispatcher_that_was_replaced_while_paused_gives_way(scene: Scene) -> None:
    clock, log = Clock(), scene.followed.log
    limits = Limits(window=32, save_seconds=0.2, poll_seconds=0.2)
    shared = Shared(log, News(log, clock, 0.2), CountedMetrics(), limits, clock)
    rival = Dispatcher(journalists(scene.settings), shared)
    async with scene.load():
        pid = await scene.worker()
        await scene.keeps_on(pid)
        scene.pause(pid)
        with ExitStack() as later:
            later.callback(os.kill, pid, signal.SIGCONT)
            running = asyncio.create_task(rival.run())
            await scene.keeps_on(os.getpid())
        await states_become({State.FENCED_OUT})
        before = scene.everything_published()
        await scene.keeps_on(os.getpid())
    await scene.everything_is_handled()
    assert scene.everything_published() > before
    # A thread that noted an event when the claim was lost may have ended after that.
    assert {each.event_id for each in scene.journal.handled() if each.pid == pid} <= before
    assert {each.state for each in await rival.status()} == {State.RUNNING}
    await start_dispatcher(scene.settings, journalists)  # claims the consumers back
    async with scene.load():
        await running
        await scene.worker(other_than=os.getpid())
    assert {each.state for each in await rival.status()} == {State.FENCED_OUT}
    await scene.everything_is_handled()


def mortals(settings: Settings) -> Sequence[Consumer]:
    """A consumer that notes everything, and whose process does not survive events `Deadly`."""
    journal = Journal(settings.data_dir)

    async def handle(event: RecordedEvent) -> None:
        if event.event.type == "Deadly":
            await asyncio.to_thread(journal.note, "victim", event)
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.to_thread(journal.note, "mortal", event)

    retries = RetryPolicy(first_wait=0.1, longest_wait=1, crashes=2)
    return [Consumer("mortal", handle, retries=retries)]


async def test_an_event_that_kills_the_dispatcher_is_put_aside_after_some_crashes(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path)
    try:
        await start_dispatcher(scene.settings, mortals)
        (deadly, later) = await scene.followed.publish("a", "Deadly", "Happened")
        await eventually(lambda: str(later) in scene.journal.effects("mortal"))
        victims = [each for each in scene.journal.handled() if each.consumer == "victim"]
        assert {each.event_id for each in victims} == {str(deadly)}
        assert len({each.pid for each in victims}) == len(victims) == 3
        (letter,) = await scene.followed.log.dead_letters()
        assert (letter.consumer, letter.event.event.event_id) == ("mortal", deadly)
    finally:
        await scene.close()
