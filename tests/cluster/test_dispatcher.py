"""The dispatcher as an actor: found, started once, stopped, and asked how it is."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import ray

from actors.dispatcher import dispatcher_status, start_dispatcher, stop_dispatcher
from actors.dispatching.dispatcher import ConsumerStatus, State
from cluster.ray_connection import connected
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.errors import ClusterUnavailable, SettingsError
from jobs import dead_letters
from tests.cluster.prometheus import samples
from tests.cluster.sample_consumers import NAMES, Journal, journalists, nobody
from tests.unit.followed_log import FollowedLog, eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        patch.setenv("RAY_metrics_report_interval_ms", "500")
        with connected(Settings(data_dir=tmp_path_factory.mktemp("ray"))):
            yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, consumer_poll_seconds=0.2, consumer_save_seconds=0.2)


@pytest.fixture
async def followed(settings: Settings) -> AsyncIterator[FollowedLog]:
    log = open_log(settings)
    yield FollowedLog(log)
    await stop_dispatcher()
    await log.close()


@pytest.fixture
def journal(settings: Settings) -> Journal:
    return Journal(settings.data_dir)


async def status_of(consumer: str) -> ConsumerStatus:
    (status,) = (each for each in await dispatcher_status() if each.consumer == consumer)
    return status


async def test_events_reach_the_consumers(
    followed: FollowedLog, settings: Settings, journal: Journal
) -> None:
    assert await start_dispatcher(settings, journalists) == NAMES
    ids = await followed.publish("a", "Happened", "Sometimes", "Happened")
    await eventually(lambda: len(journal.handled()) == 6)
    assert os.getpid() not in {each.pid for each in journal.handled()}
    for name in NAMES:
        assert sorted(journal.effects(name)) == sorted(map(str, ids))
    status = await status_of("first")
    assert (status.state, status.handled, status.dead_letters) == (State.RUNNING, 3, 0)
    await stop_dispatcher()
    head = await followed.log.head()
    assert {await followed.log.checkpoint(name) for name in NAMES} == {head}


async def test_there_is_one_dispatcher(
    followed: FollowedLog, settings: Settings, journal: Journal
) -> None:
    names = await asyncio.gather(*(start_dispatcher(settings, journalists) for _ in range(3)))
    assert names == [NAMES] * 3
    await start_dispatcher(settings, nobody)  # the one that runs stays as it is
    await followed.publish("a", *["Happened"] * 20)
    await eventually(lambda: len(journal.handled()) == 40)
    assert len({each.pid for each in journal.handled()}) == 1


async def test_one_that_was_stopped_can_be_started_again_at_once(
    followed: FollowedLog, settings: Settings, journal: Journal
) -> None:
    for number in range(1, 4):
        await start_dispatcher(settings, journalists)
        await followed.publish("a", "Happened")
        await eventually(lambda number=number: len(journal.handled()) == 2 * number)  # type: ignore[misc]
        await stop_dispatcher()
    for name in NAMES:
        assert [each.version for each in journal.handled() if each.consumer == name] == [1, 2, 3]


@pytest.mark.usefixtures("followed")
async def test_a_recipe_that_fails_leaves_no_dispatcher(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="no consumers here"):
        await start_dispatcher(settings, nobody)
    with pytest.raises(ClusterUnavailable, match="dispatcher does not answer"):
        await dispatcher_status()
    assert await start_dispatcher(settings, journalists) == NAMES


async def test_stopping_none_is_no_fault() -> None:
    await stop_dispatcher()
    with pytest.raises(ClusterUnavailable):
        await dispatcher_status()


async def test_dead_letters_are_replayed_where_the_dispatcher_runs(
    followed: FollowedLog,
    settings: Settings,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(settings.data_dir))
    await start_dispatcher(settings, journalists)
    bad, _ = await followed.publish("a", "Never", "Happened")
    await eventually(lambda: len(journal.handled()) == 2)
    assert (await status_of("second")).dead_letters == 1
    (settings.data_dir / "mended").touch()
    command = ["replay", "second", str(bad)]
    assert await asyncio.to_thread(dead_letters.main, command) == dead_letters.DONE
    await eventually(lambda: str(bad) in journal.effects("second"))
    assert str(bad) not in journal.effects("first")
    await stop_dispatcher()
    (left,) = await followed.log.dead_letters()
    assert (left.consumer, left.event.event.event_id) == ("first", bad)


async def test_its_figures_reach_prometheus(followed: FollowedLog, settings: Settings) -> None:
    await start_dispatcher(settings, journalists)
    await followed.publish("a", "Happened", "Never")
    (node,) = ray.nodes()
    seen: set[tuple[str, str]] = set()
    wanted = {
        (f"ray_scriptorium_consumer_{what}", name)
        for what in ("handled_total", "given_up_total", "lag_events", "dead_letters")
        for name in NAMES
    }
    async with asyncio.timeout(30):
        while not wanted <= seen:
            await asyncio.sleep(0.2)
            seen.update(await asyncio.to_thread(figures, node))


def figures(node: dict[str, object]) -> set[tuple[str, str]]:
    """The names of our metrics with the consumers they have figures of."""
    return {
        (each.name, each.labels["consumer"]) for each in samples(node) if "consumer" in each.labels
    }
