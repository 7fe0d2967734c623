"""Projects over HTTP: begun, listed, their bible changed, taken along, deleted."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.entities.project.commands import RecordReading, RecordVerdict
from domain.errors import ShardUnavailable
from domain.events import StreamId
from jobs.consumers.projects import ProjectLister
from tests.unit.project_server import FIRST, Novel, novel


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path) as found:
        yield found


async def test_a_project_says_where_everything_is(bell: Novel) -> None:
    answer = await bell.get()
    assert answer.status_code == 200
    body = answer.json()
    assert (body["title"], body["language"], body["chapters"]) == ("The Bell", "en", [])
    assert answer.headers["etag"] == f'"{body["version"]}"'
    assert body["links"]["bible"] == f"{bell.path}/bible"
    same = await bell.server.client.get(
        bell.path, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert same.status_code == 304


async def test_a_repeated_request_begins_one_project(bell: Novel) -> None:
    client = bell.server.client
    answers = [
        await client.post(
            "/v1/projects", json={"title": "Twice"}, headers={"Idempotency-Key": "begin"}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = await client.post(
        "/v1/projects", json={"title": "Thrice"}, headers={"Idempotency-Key": "begin"}
    )
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "body.title"),
        ({"title": ""}, "body.title"),
        ({"title": " \t"}, "body.title"),
        ({"title": "A", "bible": {"characters": [{"name": " "}]}}, "body.bible"),
        ({"title": "A", "bible": {"places": [{"name": "B", "aliases": [" "]}]}}, "body.bible"),
        ({"title": "A", "language": "english"}, "body.language"),
        ({"title": "A", "color": "red"}, "body.color"),
        ({"title": "A", "bible": {"characters": [{"aliases": ["B"]}]}}, "body.bible"),
        ({"title": "A", "budget": -1}, "body.budget"),
    ],
)
async def test_what_is_wrong_is_named(bell: Novel, body: dict[str, object], at: str) -> None:
    answer = await bell.server.client.post("/v1/projects", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["at"].startswith(at)


async def test_bodies_are_bounded_json(tmp_path: Path) -> None:
    async with novel(tmp_path, http_story_bytes=2000) as found:
        client = found.server.client
        large = await client.post("/v1/projects", json={"title": "A" * 3000})
        assert large.status_code == 413
        form = await client.post("/v1/projects", data={"title": "A"})
        assert form.status_code == 415
        broken = await client.post(
            "/v1/projects", content=b'{"title":', headers={"Content-Type": "application/json"}
        )
        assert broken.status_code == 422


async def test_nobody_knows_it(bell: Novel) -> None:
    for path in ("", "/bible", "/chapters", "/chapters/1", "/memory/facts", "/costs", "/export"):
        answer = await bell.server.client.get(f"/v1/projects/{'0' * 32}{path}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/project-not-found"
    missing = await bell.get("/chapters/7")
    assert missing.json()["type"] == "/problems/chapter-not-found"


async def test_the_bible_is_put_and_changed_in_places(bell: Novel) -> None:
    before = await bell.get("/bible")
    assert before.json()["characters"][0]["attributes"] == {"eyes": "grey"}
    client = bell.server.client
    change = {
        "characters": [{"name": "Ines Varga", "attributes": {"eyes": "green"}}, "Tom Reed"],
        "rules": ["Nobody crosses the marsh at night."],
        "style": {"tense": "past"},
    }
    changed = (await client.patch(f"{bell.path}/bible", json=change)).json()
    names = [each["name"] for each in changed["characters"]]
    assert names == ["Ines Varga", "Matthew Oake", "Tom Reed"]
    assert changed["characters"][0]["attributes"] == {"eyes": "green"}
    assert [each["text"] for each in changed["rules"]] == [
        "The bell of Saltmarsh rings only at high water.",
        "Nobody crosses the marsh at night.",
    ]
    assert (changed["style"]["tense"], changed["places"]) == ("past", before.json()["places"])
    late = await bell.put("/bible", {}, If_Match=before.headers["etag"])
    assert late.status_code == 412
    emptied = await bell.put("/bible", {})
    assert emptied.json()["characters"] == []
    assert (await bell.get("/bible")).json() == emptied.json()


async def test_the_list_follows(bell: Novel) -> None:
    services = bell.server.services
    lister = ProjectLister(services.entities, services.projects)
    other = (await bell.server.client.post("/v1/projects", json={"title": "Other"})).json()
    await bell.put_text(1, FIRST)
    await bell.post("/chapters/1/approve", {})
    for project_id in (bell.id, other["project_id"]):
        async for event in services.log.read(StreamId("project", project_id), 0):
            await lister.handle(event)
    listed = (await bell.server.client.get("/v1/projects", params={"limit": 1})).json()
    assert [each["title"] for each in listed["items"]] == ["Other"]
    rest = await bell.server.client.get("/v1/projects", params={"cursor": listed["next_cursor"]})
    (item,) = rest.json()["items"]
    assert (item["title"], item["chapters"], item["approved"]) == ("The Bell", 1, 1)
    assert item["words"] == len(FIRST.split())

    assert (await bell.server.client.delete(bell.path)).status_code == 204
    async for event in services.log.read(StreamId("project", bell.id), 0):
        await lister.handle(event)
    left = (await bell.server.client.get("/v1/projects")).json()["items"]
    assert [each["title"] for each in left] == ["Other"]
    assert (await bell.get()).status_code == 404
    assert (await bell.server.client.delete(bell.path)).status_code == 404


@pytest.mark.parametrize("depth", [500, 100_000])
async def test_a_change_that_is_nested_too_deep_is_refused(bell: Novel, depth: int) -> None:
    content = b'{"a":' * depth + b"1" + b"}" * depth
    headers = {"content-type": "application/json"}
    answer = await bell.server.client.patch(f"{bell.path}/bible", content=content, headers=headers)
    assert answer.status_code == 422


async def test_a_project_is_brought_along_whole_or_not_at_all(
    bell: Novel, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapters = [{"number": number, "text": f"Chapter {number}."} for number in range(1, 41)]
    whole = {"title": "The Bell", "language": "en", "chapters": chapters}
    services = bell.server.services
    execute = services.entities.execute
    commands = 0

    async def dies_at_the_second(kind: str, *rest: object, **named: object) -> object:
        nonlocal commands
        commands += kind == "project"
        if commands > 1:
            raise ShardUnavailable("it has gone")
        return await execute(kind, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(services.entities, "execute", dies_at_the_second)
    brought = await bell.server.client.post("/v1/projects/import", json=whole)
    assert brought.status_code == 201, brought.text
    assert [each["status"] for each in brought.json()["chapters"]] == ["checking"] * 40
    events = services.log.read(StreamId("project", brought.json()["project_id"]))
    types = [each.event.type async for each in events]
    assert types == ["ProjectCreated", *["ChapterWritten"] * 40]


@pytest.mark.parametrize("path", ["/v1/projects", "/v1/projects/import"])
async def test_a_language_that_nobody_reads_is_refused(bell: Novel, path: str) -> None:
    wanted = {"title": "Die Glocke", "language": "xx"}
    refused = await bell.server.client.post(path, json=wanted)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/language-missing")


async def test_a_large_answer_is_given_again(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    chapter = (await bell.get("/chapters/1")).json()["chapter"]["chapter_id"]
    await bell.post("/chapters/1/recheck")
    place = {"chapter_id": chapter, "revision": 1}
    fact = {"subject": "Ines", "predicate": "trait", "object": "x" * 1900, "since": (1, 0)}
    finding = {"analyser": "a", "kind": "k", "severity": "info", "message": "x" * 1900}
    facts, findings = [fact | {"source": {"chapter": 1}}] * 400, [finding] * 400
    verdict = {"score": 9.0, "acceptable": True, "findings": findings}
    for command in (
        RecordReading.model_validate(place | {"command_id": "r", "facts": facts}),
        RecordVerdict.model_validate(
            place | {"command_id": "v", "memory_version": 0, "verdict": verdict}
        ),
    ):
        await bell.server.services.entities.execute("project", bell.id, command)
    answers = [await bell.post("/chapters/1/reject", {}, Idempotency_Key="one") for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert len(answers[0].content) > 1_000_000
    assert answers[0].content == answers[1].content


async def test_two_chapters_of_one_number_are_not_brought_along(bell: Novel) -> None:
    twice = {"title": "The Bell", "language": "en", "chapters": [{"number": 2, "text": "So."}] * 2}
    refused = await bell.server.client.post("/v1/projects/import", json=twice)
    assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, "body.chapters")


async def test_the_approved_text_is_taken_along(bell: Novel) -> None:
    await bell.put_text(1, FIRST)
    nothing = await bell.get("/export", format="epub")
    assert nothing.json()["type"] == "/problems/nothing-approved"
    await bell.post("/chapters/1/approve", {})

    text = await bell.get("/export", format="md")
    assert text.text == f"# The Bell\n\n## Chapter 1\n\n{FIRST}\n"
    book = await bell.get("/export", format="epub")
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        assert archive.read("mimetype") == b"application/epub+zip"
        (name,) = (each for each in archive.namelist() if each.endswith("chapter-1.xhtml"))
        assert "Her grey eyes were tired" in archive.read(name).decode()
