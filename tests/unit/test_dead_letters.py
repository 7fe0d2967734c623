"""The command that lists, shows, replays and discards dead letters."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.event_log.base import DeadLetter, Log
from cluster.settings import load_settings
from cluster.wiring import open_log
from domain.events import START
from jobs import dead_letters
from jobs.dead_letters import BAD_USAGE, DONE, NO_LOG, NONE_FOUND
from tests.unit.followed_log import FollowedLog

Captured = pytest.CaptureFixture[str]


class Library:
    """A log with dead letters: two of `catalogue`, one of `notices`."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        asyncio.run(self._fill())

    async def _fill(self) -> None:
        log = open_log(load_settings())
        self.ids = await FollowedLog(log).publish("a", "Opened", "Moved", "Closed")
        for event, consumer in zip(
            (await log.read_all(START, 10)).events,
            ("catalogue", "catalogue", "notices"),
            strict=True,
        ):
            died_at = datetime(2030, 1, 1, 12, tzinfo=UTC)
            error = f"KeyError: [red]{event.version}\nmore"
            await log.bury(DeadLetter(consumer, event, 8, error, died_at))
        await log.close()

    def letters(self, consumer: str, *, to_replay: bool = False) -> list[UUID]:
        async def ask(log: Log) -> list[UUID]:
            try:
                letters = await log.dead_letters(consumer, to_replay=to_replay)
                return [letter.event.event.event_id for letter in letters]
            finally:
                await log.close()

        return asyncio.run(ask(open_log(load_settings())))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(tmp_path))
    return Library()


def run(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    status = dead_letters.main([str(each) for each in arguments])
    return status, *capsys.readouterr()


def test_all_are_listed(library: Library, capsys: Captured) -> None:
    status, output, remark = run(capsys, "list")
    assert status == DONE
    lines = output.splitlines()
    assert lines[0] == (
        f"catalogue {library.ids[0]} Opened of thing/a version 1, attempts: 8, "
        "2030-01-01 12:00:00+00:00"
    )
    assert lines[1] == "    KeyError: [red]1"
    assert [line.split()[0] for line in lines[::2]] == ["catalogue", "catalogue", "notices"]
    assert remark == "3 of 3 dead letters\n"


def test_those_of_one_consumer_are_listed(library: Library, capsys: Captured) -> None:
    _, output, _ = run(capsys, "list", "--consumer", "catalogue", "--json")
    letters = json.loads(output)
    assert [letter["event_id"] for letter in letters] == [str(each) for each in library.ids[:2]]
    assert letters[1] == {
        "consumer": "catalogue",
        "event_id": str(library.ids[1]),
        "stream": "thing/a",
        "version": 2,
        "type": "Moved",
        "attempts": 8,
        "error": "KeyError: [red]2\nmore",
        "died_at": "2030-01-01T12:00:00+00:00",
        "replay": False,
    }
    _, output, remark = run(capsys, "list", "--consumer", "catalogue", "--limit", 1)
    assert len(output.splitlines()) == 2
    assert remark == "1 of 2 dead letters\n"


def test_an_empty_list_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(tmp_path))
    assert run(capsys, "list", "--json") == (DONE, "[]\n", "")


def test_one_is_shown(library: Library, capsys: Captured) -> None:
    status, output, _ = run(capsys, "show", "notices", library.ids[2], "--json")
    assert status == DONE
    shown = json.loads(output)
    assert (shown["type"], shown["data"], shown["schema_version"]) == ("Closed", "{}", 1)
    assert shown["metadata"]["correlation_id"] == "test"
    status, output, _ = run(capsys, "show", "notices", library.ids[2])
    assert status == DONE
    assert "\nerror           KeyError: [red]3\nmore\n" in output


def test_one_is_replayed(library: Library, capsys: Captured) -> None:
    status, output, _ = run(capsys, "replay", "catalogue", library.ids[1])
    assert status == DONE
    assert output == "dead letters marked: 1; the dispatcher replays them when it runs\n"
    assert library.letters("catalogue", to_replay=True) == [library.ids[1]]
    _, output, _ = run(capsys, "list", "--consumer", "catalogue")
    assert [line.endswith(", to be replayed") for line in output.splitlines()[::2]] == [False, True]


def test_all_of_a_consumer_are_replayed(library: Library, capsys: Captured) -> None:
    assert run(capsys, "replay", "catalogue", "--all", "--json") == (DONE, '{"marked": 2}\n', "")
    assert library.letters("catalogue", to_replay=True) == library.ids[:2]
    assert not library.letters("notices", to_replay=True)


def test_one_is_discarded(library: Library, capsys: Captured) -> None:
    status, output, _ = run(capsys, "discard", "catalogue", library.ids[0])
    assert (status, output) == (DONE, "dead letters discarded: 1\n")
    assert library.letters("catalogue") == [library.ids[1]]


def test_all_of_a_consumer_are_discarded(
    library: Library, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_PAGE", 1)
    assert run(capsys, "discard", "catalogue", "--all", "--json") == (
        DONE,
        '{"discarded": 2}\n',
        "",
    )
    assert not library.letters("catalogue")
    assert library.letters("notices") == [library.ids[2]]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("action", ["show", "replay", "discard"])
def test_there_may_be_none(action: str, capsys: Captured) -> None:
    event_id = uuid4()
    status, _, remark = run(capsys, action, "catalogue", event_id)
    assert status == NONE_FOUND
    assert remark == f"jobs.dead_letters: catalogue has no dead letter of event {event_id}\n"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("action", ["replay", "discard"])
def test_a_consumer_may_have_none(action: str, capsys: Captured) -> None:
    status, _, remark = run(capsys, action, "nobody", "--all")
    assert status == NONE_FOUND
    assert remark == "jobs.dead_letters: nobody has no dead letter left\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["list", "--limit", "0"],
        ["list", "--limit", "many"],
        ["show", "catalogue"],
        ["show", "catalogue", "no-id"],
        ["replay", "catalogue"],
        ["discard", "catalogue", str(UUID(int=1)), "--all"],
    ],
)
def test_bad_usage(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        dead_letters.main(arguments)
    assert ended.value.code == BAD_USAGE
    assert "usage:" in capsys.readouterr().err


def test_bad_settings(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("SCRIPTORIUM_CONSUMER_WINDOW", "0")
    status, _, remark = run(capsys, "list")
    assert status == BAD_USAGE
    assert remark.startswith("jobs.dead_letters: SCRIPTORIUM_CONSUMER_WINDOW")


def test_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCRIPTORIUM_DATA_DIR", str(tmp_path / "file"))
    status, _, remark = run(capsys, "list")
    assert status == NO_LOG
    assert remark.startswith("jobs.dead_letters: the event log")
