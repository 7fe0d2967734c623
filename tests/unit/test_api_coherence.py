"""A draft checked over HTTP: what is no draft is refused, and what is not looked at is named."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.unit.api_server import Server, serving

GREY = "Ines Varga came in. Her grey eyes were tired, and she said nothing to anybody."
BROWN = "Ines Varga stood at the gate. Her brown eyes were wide open, and she waited."


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as found:
        yield found


async def checked(server: Server, **body: object) -> httpx.Response:
    return await server.client.post("/v1/coherence/check", json=body)


@pytest.mark.parametrize("text", ["", "   \n\t ", "* * *\n\n…"])
async def test_a_draft_without_words_is_refused(server: Server, text: str) -> None:
    answer = await checked(server, draft={"number": 1, "text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"at": "body.draft.text", "message": "Value error, there are no words in it"}
    ]


@pytest.mark.parametrize("numbers", [(1, 1), (1, 3)])
async def test_two_chapters_of_one_number_are_refused(
    server: Server, numbers: tuple[int, int]
) -> None:
    chapters = [{"number": number, "text": GREY} for number in numbers]
    answer = await checked(server, chapters=chapters, draft={"number": 3, "text": BROWN})
    assert answer.status_code == 422
    assert "same number" in answer.json()["detail"]


async def test_chapters_count_from_one(server: Server) -> None:
    prologue = [{"number": 0, "text": GREY}]
    answer = await checked(server, chapters=prologue, draft={"number": 1, "text": BROWN})
    assert answer.json()["errors"][0]["at"] == "body.chapters.0.number"


async def test_later_chapters_are_named_as_not_looked_at(server: Server) -> None:
    chapters = [{"number": 5, "text": GREY}]
    verdict = (await checked(server, chapters=chapters, draft={"number": 2, "text": BROWN})).json()
    assert not verdict["findings"]
    assert "later chapters" in {each["check"] for each in verdict["skipped"]}


async def test_what_nobody_reads_is_not_acceptable(server: Server) -> None:
    draft = {"number": 1, "text": "Колокол зазвонил, когда Инес вышла из дома. Она взяла ключ."}
    verdict = (await checked(server, draft=draft)).json()
    assert not verdict["acceptable"]
    assert "language" in {each["check"] for each in verdict["skipped"]}
