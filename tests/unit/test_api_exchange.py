"""A project taken along over HTTP comes back as it was."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.events import StreamId
from tests.unit.project_server import FIRST, Json, Novel, novel

SECOND = (
    "Ines Varga stood at the gate. Her brown eyes were wide open. “I will go,” said Ines.\n\n"
    "Matthew Oake locked the gate behind her."
)
LATER = "Matthew Oake went to the tower, and he waited there for the tide until it was dark."


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path) as found:
        yield found


async def exported(bell: Novel) -> Json:
    answer = await bell.get("/export")
    assert answer.status_code == 200, answer.text
    whole: Json = answer.json()
    return whole


async def brought(bell: Novel, whole: Json) -> Novel:
    answer = await bell.server.client.post("/v1/projects/import", json=whole)
    assert answer.status_code == 201, answer.text
    return Novel(bell.server, answer.json()["project_id"])


async def in_progress(bell: Novel) -> None:
    """Approved; approved with a mark, and written anew; waiting; to be checked again; begun."""
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    await bell.put_text(2, SECOND)
    (finding,) = [
        each
        for each in (await bell.get("/chapters/2")).json()["findings"]
        if each["finding"]["severity"] == "blocking"
    ]
    intent = {"finding_id": finding["finding_id"], "reason": "She wears lenses."}
    await bell.post("/chapters/2/mark-intentional", intent)
    await bell.put_text(3, LATER)
    await bell.put_text(4, LATER)
    await bell.post("/chapters/4/reject", {"reason": "It says what chapter 3 says."})
    await bell.post("/chapters/2/approve", {})
    await bell.put_text(2, f"{SECOND}\n\n{LATER}")
    await bell.put("/chapters/5", {"text": LATER})
    await bell.post("/chapters", {"number": 6})


async def test_it_is_the_same_project(bell: Novel) -> None:
    await in_progress(bell)
    whole = await exported(bell)
    copy = await brought(bell, whole)
    assert copy.id != bell.id
    assert await exported(copy) == whole
    for path in (
        "/bible",
        "/memory/facts",
        "/memory/timeline",
        "/setups",
    ):
        assert (await copy.get(path)).json() == (await bell.get(path)).json()
    for number in range(1, 5):
        here, there = [(await each.get(f"/chapters/{number}")).json() for each in (copy, bell)]
        for each in (here, there):
            del each["chapter"]["chapter_id"], each["chapter"]["attempt"]
        assert here == there
    stale = [
        (each["number"], each["stale"] is None) for each in (await copy.get()).json()["chapters"]
    ]
    assert stale[2] == (3, False)
    assert (await copy.get("/export", format="md")).text == (
        await bell.get("/export", format="md")
    ).text


async def test_the_approved_text_is_kept_beside_a_newer_one(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    await bell.put_text(1, f"{FIRST}\n\n{LATER}")
    (chapter,) = (await exported(bell))["chapters"]
    assert (chapter["status"], chapter["approved"]["text"]) == ("pending_review", FIRST)
    assert chapter["draft"]["text"] == f"{FIRST}\n\n{LATER}"


async def test_a_check_that_was_under_way_begins_anew(bell: Novel) -> None:
    await in_progress(bell)
    copy = await brought(bell, await exported(bell))
    chapters = (await copy.get()).json()["chapters"]
    assert [each["number"] for each in chapters] == [1, 2, 3, 4, 5]
    assert chapters[4]["status"] == "checking"
    await copy.work(5)
    assert (await copy.get("/chapters/5")).json()["chapter"]["status"] == "pending_review"


async def test_a_rewrite_that_has_no_text_yet_stays_behind(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    await bell.put_text(2, SECOND)
    await bell.post("/chapters/1/approve", {})
    for number in (1, 2):
        await bell.post(f"/chapters/{number}/revise", {})
    first, second = (await exported(bell))["chapters"]
    assert (first["status"], first["approved"]["text"]) == ("approved", FIRST)
    assert (second["status"], second["draft"]["text"]) == ("cancelled", SECOND)


async def test_what_was_exported_before_still_comes(bell: Novel) -> None:
    old = {"title": "The Bell", "language": "en", "chapters": [{"number": 1, "text": FIRST}]}
    copy = await brought(bell, old)
    assert (await copy.get()).json()["chapters"][0]["status"] == "checking"


async def test_all_of_it_comes_in_one_step(bell: Novel) -> None:
    await in_progress(bell)
    copy = await brought(bell, await exported(bell))
    events = bell.server.services.log.read(StreamId("project", copy.id))
    types = [each.event.type async for each in events]
    assert types == ["ProjectCreated", *["ChapterRestored"] * 5, "RecheckStarted"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "drafting"}, "is being written"),
        ({"status": "approved"}, "it is approved when"),
        ({"status": None}, "has a status"),
        ({"text": "So it was."}, "either a text or revisions"),
        ({"draft": None, "approved": None}, "either a text or revisions"),
        ({"draft": None}, "it is approved when"),
    ],
)
async def test_what_cannot_be_is_refused(bell: Novel, change: Json, said: str) -> None:
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    await bell.put_text(1, LATER)
    whole = await exported(bell)
    whole["chapters"][0] |= change
    answer = await bell.server.client.post("/v1/projects/import", json=whole)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("key", ["extraction", "judgement"])
async def test_what_is_approved_has_been_read_and_checked(bell: Novel, key: str) -> None:
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    whole = await exported(bell)
    del whole["chapters"][0]["approved"][key]
    answer = await bell.server.client.post("/v1/projects/import", json=whole)
    assert (answer.status_code, "chapter 1" in answer.json()["detail"]) == (422, True)


async def test_verdicts_are_of_a_memory_that_was(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    whole = await exported(bell)
    whole["chapters"][0]["draft"]["judgement"]["memory_version"] = 7
    answer = await bell.server.client.post("/v1/projects/import", json=whole)
    assert answer.status_code == 422


async def test_a_format_that_is_not_known_is_refused(bell: Novel) -> None:
    whole = await exported(bell) | {"format": 3}
    answer = await bell.server.client.post("/v1/projects/import", json=whole)
    assert answer.json()["errors"][0]["at"] == "body.format"
