"""A novel's project as a client sees it: through HAProxy and Ray Serve, from bible to deletion."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.local_server import LocalServer

pytestmark = pytest.mark.timeout(120)
_SECONDS = 60.0
_PAUSE = 0.2  # between looks at what tells nobody
BIBLE = {
    "characters": [
        {"name": "Wilhelmina Oster", "aliases": ["Mina"], "attributes": {"eyes": "grey"}},
        {"name": "Jonas Feld", "attributes": {"profession": "chandler"}},
    ],
    "places": ["Sandhaven"],
}
WANTED = {
    "instruction": "Wilhelmina Oster waits for Jonas Feld in Sandhaven.",
    "target_word_count": 300,
}

# Answers are JSON of any shape.
Json = dict[str, Any]


@pytest.fixture
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=_SECONDS) as client:
        yield client


class Reader:
    """Follows a chapter as a browser would, that comes back when a stream has ended."""

    def __init__(self, client: httpx.Client, project: str) -> None:
        self._client = client
        self._project = project
        self.types: dict[int, str] = {}
        """The project's events by version."""
        self.told: dict[int, str] = {}
        """The scenes by number, as their tokens came."""

    def generate(self, wanted: Json, key: str) -> None:
        """Have a chapter written and follow it; with the same key once more, follow it again."""
        headers = {"Accept": "text/event-stream", "Idempotency-Key": key}
        path = f"{self._project}/chapters"
        self._read(self._client.build_request("POST", path, json=wanted, headers=headers))

    def catch_up(self) -> None:
        """Follow the project's events from its beginning on."""
        self._read(self._client.build_request("GET", f"{self._project}/events"))

    def _read(self, request: httpx.Request) -> None:
        answer = self._client.send(request, stream=True)
        with closing(answer):
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                else:
                    self._take(fields)
                    fields = {}

    def _take(self, fields: dict[str, str]) -> None:
        if fields.get("event") == "token":
            token = json.loads(fields["data"])
            before = "" if token["is_new"] else self.told.get(token["scene"], "")
            self.told[token["scene"]] = before + token["text"]
        elif "event" in fields:
            self.types[int(fields["id"])] = fields["event"]


def found_by_name(client: httpx.Client, project: str) -> set[str]:
    """The channels that find the chapter by a name."""
    answer = client.get(f"{project}/memory/search", params={"q": "Where is Wilhelmina Oster?"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["skipped"] == []
    chapter = [hit for hit in body["hits"] if hit["passage"]["chapter"] == 1]
    return {channel for hit in chapter for channel in hit["channels"]}


def objects(server: LocalServer, project_id: str) -> list[Path]:
    folder = server.folder / "var" / "store" / "projects" / project_id
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_chapter_from_its_bible_to_the_projects_end(
    server: LocalServer, client: httpx.Client
) -> None:
    created = client.post("/v1/projects", json={"title": "The Chandler", "bible": BIBLE})
    assert created.status_code == 201, created.text
    project, project_id = created.headers["location"], created.json()["project_id"]
    deadline = time.monotonic() + _SECONDS

    # This server's streams last a second: whoever asks again follows what was begun.
    reader = Reader(client, project)
    while not reader.told:
        assert time.monotonic() < deadline
        reader.generate(WANTED, key="chapter-1")
    while "CoherenceValidated" not in reader.types.values():
        assert time.monotonic() < deadline
        reader.catch_up()
    types = [reader.types[version] for version in sorted(reader.types)]
    assert types.count("GenerationStarted") == types.count("ChapterGenerated") == 1
    chapter = client.get(f"{project}/chapters/1").json()
    assert chapter["chapter"]["status"] == "pending_review"
    first = reader.told[1].strip()
    assert len(first.split()) > 20
    assert first[:100] in chapter["content"]

    approved = client.post(f"{project}/chapters/1/approve", json={"force": True, "reason": "so"})
    assert approved.status_code == 200, approved.text
    while not {"names", "vectors"} <= found_by_name(client, project):
        assert time.monotonic() < deadline
        time.sleep(_PAUSE)

    assert objects(server, project_id)
    assert client.delete(project).status_code == 204
    while objects(server, project_id):
        assert time.monotonic() < deadline
        time.sleep(_PAUSE)
    assert client.get(project).status_code == 404
