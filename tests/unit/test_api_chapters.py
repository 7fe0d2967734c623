"""Chapters over HTTP: written, read, decided on, followed; what is remembered of them."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.api_server import streaming
from tests.unit.project_server import FIRST, Novel, novel

SECOND = (
    "Ines Varga stood at the gate. Her brown eyes were wide open. “I will go,” said Ines.\n\n"
    "Matthew Oake locked the gate behind her."
)


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path) as found:
        yield found


async def test_a_chapter_is_written_and_approved(bell: Novel) -> None:
    wanted = {"instruction": "Ines comes to Saltmarsh.", "target_word_count": 300}
    answer = await bell.post("/chapters", wanted)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{bell.path}/chapters/1"
    assert answer.json()["chapter"]["status"] == "drafting"
    await bell.work(1)
    chapter = (await bell.get("/chapters/1")).json()
    assert chapter["chapter"]["status"] == "pending_review"
    assert abs(len(chapter["content"].split()) - 300) <= 45
    assert chapter["extraction"]["summary"]
    approved = await bell.post("/chapters/1/approve", {"revision": 1})
    assert approved.status_code == 200, approved.text
    assert approved.json()["chapter"]["status"] == "approved"
    assert (await bell.get("/chapters")).json()["chapters"][0]["approved"] == 1


async def test_a_repeated_request_writes_one_chapter(bell: Novel) -> None:
    wanted = {"target_word_count": 300}
    answers = [await bell.post("/chapters", wanted, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert len((await bell.get("/chapters")).json()["chapters"]) == 1
    another = await bell.post("/chapters", wanted | {"number": 1})
    assert (another.status_code, another.json()["reason"]) == (409, "generating")


async def test_what_cannot_be_done_yet_can_be_asked_for_again(bell: Novel) -> None:
    await bell.post("/chapters", {"target_word_count": 300})
    early = await bell.post("/chapters/1/approve", {}, Idempotency_Key="one")
    assert early.status_code == 409
    await bell.work(1)
    again = await bell.post("/chapters/1/approve", {}, Idempotency_Key="one")
    assert again.status_code == 200, again.text
    assert again.json()["chapter"]["status"] == "approved"


async def test_a_contradiction_is_caught_with_its_evidence(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    await bell.put_text(2, SECOND)
    chapter = (await bell.get("/chapters/2")).json()
    (finding,) = (each for each in chapter["findings"] if each["finding"]["severity"] == "blocking")
    quotes = [each["quote"] for each in finding["finding"]["evidence"]]
    assert any("brown eyes" in quote for quote in quotes)
    refused = await bell.post("/chapters/2/approve", {})
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_acceptable")

    report = (await bell.get("/coherence")).json()
    assert (report["score"], report["acceptable"]) == (chapter["chapter"]["score"], False)
    assert [each["chapter"]["number"] for each in report["chapters"]] == [1, 2]
    assert report["chapters"][1]["found"] == len(chapter["findings"])
    assert finding in report["chapters"][1]["findings"]

    intent = {"finding_id": finding["finding_id"], "reason": "She wears lenses."}
    marked = await bell.post("/chapters/2/mark-intentional", intent)
    assert marked.status_code == 200, marked.text
    assert marked.json()["chapter"]["acceptable"]
    assert (await bell.post("/chapters/2/approve", {})).status_code == 200

    rejected = await bell.post("/chapters/1/reject", {"reason": "too short"})
    assert rejected.json()["chapter"]["status"] == "rejected"
    second = (await bell.get("/chapters/2")).json()["chapter"]
    assert second["stale"]["reason"] == "chapter_rejected"
    assert (await bell.post("/chapters/2/recheck")).status_code == 202
    await bell.work(2)
    assert (await bell.get("/chapters/2")).json()["chapter"]["stale"] is None


async def test_any_version_of_a_chapter_is_one_that_there_is(bell: Novel) -> None:
    early = await bell.put("/chapters/1", {"text": FIRST}, If_Match="*")
    assert (early.status_code, early.json()["type"]) == (412, "/problems/version-mismatch")
    await bell.put_text(1, FIRST)
    assert (await bell.put("/chapters/1", {"text": SECOND}, If_Match="*")).status_code == 202


async def test_decisions_need_their_chapter_and_version(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    assert (await bell.post("/chapters/4/approve", {})).status_code == 404
    late = await bell.post("/chapters/1/approve", {}, If_Match='"1"')
    assert late.status_code == 412
    other = await bell.post("/chapters/1/approve", {"revision": 9})
    assert other.json()["reason"] == "other_revision"
    unknown = {"finding_id": "0" * 16, "reason": "so"}
    answer = await bell.post("/chapters/1/mark-intentional", unknown)
    assert answer.json()["reason"] == "unknown_finding"
    blank = await bell.post("/chapters/1/mark-intentional", unknown | {"reason": " \n"})
    assert (blank.status_code, blank.json()["errors"][0]["at"]) == (422, "body.reason")
    idle = await bell.post("/chapters/1/cancel")
    assert idle.json()["reason"] == "not_running"


async def test_a_chapter_is_cancelled_and_revised(bell: Novel) -> None:
    await bell.post("/chapters", {"target_word_count": 300})
    cancelled = await bell.post("/chapters/1/cancel")
    assert cancelled.json()["chapter"]["status"] == "cancelled"
    await bell.put_text(1, FIRST)
    revised = await bell.post("/chapters/1/revise", {"target_word_count": 300})
    assert revised.status_code == 202
    assert revised.json()["chapter"]["revision"] == 2
    await bell.work(1)
    assert (await bell.get("/chapters/1")).json()["content"] != FIRST


async def test_memory_answers_as_of_a_chapter_and_a_version(bell: Novel) -> None:
    empty = (await bell.get()).json()["version"]
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    facts = (await bell.get("/memory/facts", subject="Ines")).json()["facts"]
    assert {"eyes"} <= {each["predicate"] for each in facts}
    assert all(each["subject"] == "Ines Varga" for each in facts)
    known = (await bell.get("/memory/knows", character="Matthew", at_chapter=1)).json()
    assert known["character"] == "Matthew Oake"
    then = (await bell.get("/memory/facts", as_of_version=empty)).json()["facts"]
    assert then
    assert {each["source"]["chapter"] for each in then} == {0}
    too_new = await bell.get("/memory/facts", as_of_version=10_000)
    assert too_new.status_code == 422
    for path in ("/setups", "/memory/timeline", "/costs"):
        assert (await bell.get(path)).status_code == 200
    sheet = (await bell.get("/memory/sheet", name="Ines")).json()
    assert sheet["name"] == "Ines Varga"


async def test_the_story_is_searched(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    found = (await bell.get("/memory/search", q="Who opened the gate for Ines?")).json()
    texts = [each["passage"]["text"] for each in found["hits"]]
    assert any("Matthew Oake opened the gate" in text for text in texts)
    assert all(each["channels"] for each in found["hits"])
    before = (await bell.get("/memory/search", q="Ines", before_chapter=1)).json()
    assert {each["passage"]["chapter"] for each in before["hits"]} == {0}
    own = await bell.get("/chapters/1/context")
    assert (own.status_code, own.json()["type"]) == (404, "/problems/context-not-found")


async def test_a_project_is_followed(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    async with streaming(bell.server.app, f"{bell.path}/events", {"Last-Event-ID": "1"}) as stream:
        assert stream.status == 200
        event = await stream.event()
        assert event is not None
        assert (event["event"], event["id"]) == ("ChapterWritten", "2")
        assert json.loads(event["data"])["data"]["number"] == 1


class TestCoherence:
    async def test_it_needs_no_project(self, bell: Novel) -> None:
        answer = await bell.server.client.post(
            "/v1/coherence/check",
            json={
                "bible": {"characters": [{"name": "Ines Varga", "attributes": {"eyes": "grey"}}]},
                "chapters": [{"number": 1, "text": FIRST}],
                "draft": {"number": 2, "text": SECOND},
            },
        )
        assert answer.status_code == 200, answer.text
        verdict = answer.json()
        assert set(verdict) == {"score", "acceptable", "findings", "skipped"}
        assert not verdict["acceptable"]
        (finding, *_) = verdict["findings"]
        assert set(finding) == {"analyser", "kind", "severity", "message", "evidence"}
        assert finding["kind"] == "attribute"
        assert {each["source"] for each in finding["evidence"]} & {"bible", "chapter 1"}
        assert {each["check"] for each in verdict["skipped"]}  # what no model looked at

    async def test_what_agrees_is_acceptable(self, bell: Novel) -> None:
        draft = "Ines Varga looked up with her grey eyes. The brass key lay on the table."
        answer = await bell.server.client.post(
            "/v1/coherence/check",
            json={
                "chapters": [{"number": 1, "text": FIRST}],
                "draft": {"number": 2, "text": draft},
            },
        )
        verdict = answer.json()
        assert verdict["acceptable"]
        assert not verdict["findings"]

    async def test_a_check_that_nobody_waits_for_keeps_its_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, goes_on = threading.Event(), threading.Event()

        def judged(_body: object) -> None:
            begun.set()
            goes_on.wait(10)

        monkeypatch.setattr("api.coherence._judged", judged)
        async with novel(tmp_path, http_checks=1, http_check_seconds=0.05) as bell:
            path, body = "/v1/coherence/check", {"draft": {"number": 1, "text": "So."}}
            late = await bell.server.client.post(path, json=body)
            assert late.json()["type"] == "/problems/timed-out"
            assert begun.is_set()
            refused = await bell.server.client.post(path, json=body)
            assert refused.status_code == 429
            goes_on.set()
            async with asyncio.timeout(10):
                while (await bell.server.client.post(path, json=body)).status_code == 429:
                    pass

    async def test_a_language_that_nobody_reads_is_refused(self, bell: Novel) -> None:
        draft = {"number": 1, "text": "Etwas."}
        answer = await bell.server.client.post(
            "/v1/coherence/check", json={"language": "xx", "draft": draft}
        )
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/language-missing"


@pytest.mark.parametrize("text", ["", " \n ", "* * *"])
async def test_a_text_without_words_is_refused(bell: Novel, text: str) -> None:
    own = await bell.put("/chapters/1", {"text": text})
    assert (own.status_code, own.json()["errors"][0]["at"]) == (422, "body.text")
    whole = {"title": "A", "language": "en", "chapters": [{"number": 1, "text": text}]}
    brought = await bell.server.client.post("/v1/projects/import", json=whole)
    assert brought.status_code == 422
    assert (await bell.get("/chapters")).json()["chapters"] == []


async def test_a_decision_needs_no_body(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    client = bell.server.client
    approved = await client.post(f"{bell.path}/chapters/1/approve")
    assert approved.json()["chapter"]["status"] == "approved"
    json = {"content-type": "application/json"}
    rejected = await client.post(f"{bell.path}/chapters/1/reject", content=b"", headers=json)
    assert rejected.json()["chapter"]["status"] == "rejected"
    assert (await client.post(f"{bell.path}/chapters")).status_code == 202
    form = await client.post(f"{bell.path}/chapters/1/approve", data={"force": "true"})
    assert form.status_code == 415
    nothing = await client.post(f"{bell.path}/chapters/1/mark-intentional")
    assert nothing.status_code == 422
