import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.entities.request import RequestState, WholeRequest, request_id
from domain.errors import LogUnavailable
from domain.events import StreamId
from tests.unit.api_server import PDF_ID, Server, serving
from tests.unit.sample_book import a_failed_page, a_page

BOOK = f"/v1/books/{PDF_ID}"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running


async def types_of(server: Server, kind: str, id: str) -> list[str]:
    stream = StreamId(kind, id)
    return [recorded.event.type async for recorded in server.services.log.read(stream)]


async def test_a_repeated_upload_gets_the_first_answer(server: Server) -> None:
    first = await server.upload(Idempotency_Key=KEY)
    assert first.status_code == 202
    assert "idempotent-replayed" not in first.headers
    await server.begin(PDF_ID, 1)  # the book goes on; the answer stays
    again = await server.upload(Idempotency_Key=KEY)
    assert again.status_code == 202
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]


async def test_quotes_around_a_key_do_not_matter(server: Server) -> None:
    await server.upload(Idempotency_Key=f'"{KEY}"')
    again = await server.upload(Idempotency_Key=KEY)
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("content", "fields"),
    [(b"another book", {}), (None, {"text": "ocr"}), (None, {"exports": "md"})],
)
async def test_a_key_belongs_to_one_payload(
    server: Server, content: bytes | None, fields: dict[str, str]
) -> None:
    await server.upload(Idempotency_Key=KEY)
    if content is None:
        response = await server.upload(fields=fields, Idempotency_Key=KEY)
    else:
        response = await server.upload(content, fields=fields, Idempotency_Key=KEY)
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/idempotency-key-reused"
    assert response.json()["reason"] == "key_reused"
    assert await types_of(server, "book", PDF_ID) == ["BookUploaded"]


async def test_a_key_belongs_to_one_address(server: Server) -> None:
    await server.upload(Idempotency_Key=KEY)
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    response = await server.client.post(f"{BOOK}/retry", headers={"Idempotency-Key": KEY})
    assert response.status_code == 202
    assert "idempotent-replayed" not in response.headers


async def test_a_repeated_retry_is_one_retry(server: Server) -> None:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    answers = [
        await server.client.post(f"{BOOK}/retry", headers={"Idempotency-Key": KEY})
        for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.content for answer in answers}) == 1
    assert (await server.client.get(BOOK)).json()["retries"] == 1


async def test_a_refusal_stands_no_longer_than_its_reason(server: Server) -> None:
    headers = {"Idempotency-Key": KEY}
    unknown = await server.client.post(f"{BOOK}/retry", headers=headers)
    assert unknown.status_code == 404
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    answers = [await server.client.post(f"{BOOK}/retry", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert "idempotent-replayed" not in answers[0].headers
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert (await types_of(server, "book", PDF_ID)).count("DeadPagesRetried") == 1


async def test_another_version_is_another_payload(server: Server) -> None:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    headers = {"Idempotency-Key": KEY, "If-Match": '"1"'}
    assert (await server.client.post(f"{BOOK}/retry", headers=headers)).status_code == 412
    headers["If-Match"] = '"2"'
    response = await server.client.post(f"{BOOK}/retry", headers=headers)
    assert response.json()["type"] == "/problems/idempotency-key-reused"


async def test_requests_at_the_same_time_have_one_effect_and_one_answer(server: Server) -> None:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    answers = await asyncio.gather(
        *(server.client.post(f"{BOOK}/retry", headers={"Idempotency-Key": KEY}) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert (await types_of(server, "book", PDF_ID)).count("DeadPagesRetried") == 1


async def test_of_two_payloads_at_the_same_time_one_has_an_effect(server: Server) -> None:
    answers = await asyncio.gather(
        *(server.upload(content, Idempotency_Key=KEY) for content in (b"one", b"two", b"three"))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 422, 422]
    books = 0
    async for found in server.services.store.list("books/"):
        books += found.key.endswith("/source")
    assert books == 1


async def test_an_answer_that_was_never_given_is_given_by_the_next_attempt(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the effect and before the answer is recorded."""
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    shard = server.services.entities
    execute = shard.execute

    async def dying(kind: str, id: str, command: object, **rest: object) -> object:
        if type(command).__name__ == "RecordAnswer":
            raise LogUnavailable("the log went away")
        return await execute(kind, id, command, **rest)  # type: ignore[arg-type]

    headers = {"Idempotency-Key": KEY}
    with monkeypatch.context() as patch:
        patch.setattr(shard, "execute", dying)
        lost = await server.client.post(f"{BOOK}/retry", headers=headers)
        assert lost.status_code == 503
    again = await server.client.post(f"{BOOK}/retry", headers=headers)
    assert again.status_code == 202
    assert (await types_of(server, "book", PDF_ID)).count("DeadPagesRetried") == 1


async def test_what_may_pass_is_not_recorded(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = server.services.entities
    execute = shard.execute

    async def failing(kind: str, id: str, command: object, **rest: object) -> object:
        if kind == "book":
            raise LogUnavailable("the log went away")
        return await execute(kind, id, command, **rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(shard, "execute", failing)
        assert (await server.upload(Idempotency_Key=KEY)).status_code == 503
    again = await server.upload(Idempotency_Key=KEY)
    assert again.status_code == 202
    assert "idempotent-replayed" not in again.headers


async def test_an_answer_too_long_to_be_recorded_is_given_all_the_same(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.idempotency.BODY_LIMIT", 100)
    first = await server.upload(idempotency_key="long")
    again = await server.upload(idempotency_key="long")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert await types_of(server, "book", PDF_ID) == ["BookUploaded"]


async def test_a_key_that_has_expired_is_a_new_one(tmp_path: Path) -> None:
    headers = {"Idempotency-Key": KEY}
    async with serving(tmp_path, idempotency_days=1e-12) as server:
        projects = [
            await server.client.post("/v1/projects", json={"title": title}, headers=headers)
            for title in ("One", "One", "Another")
        ]
    assert [project.status_code for project in projects] == [201, 201, 201]
    assert len({project.json()["project_id"] for project in projects}) == 3


async def test_what_is_recorded(server: Server) -> None:
    response = await server.upload(Idempotency_Key=KEY)
    id = request_id("POST", "/v1/books", KEY)
    answer = await server.services.entities.query("request", id, WholeRequest())
    assert isinstance(answer.value, RequestState)
    assert answer.value.answer
    assert answer.value.answer.body == response.text
    assert dict(answer.value.answer.headers).keys() == {"content-type", "location", "etag"}


@pytest.mark.parametrize("key", ["", '""', "a b", "k" * 258, "k" * 256, '"' + "k" * 256 + '"'])
async def test_what_is_no_key_is_refused(server: Server, key: str) -> None:
    response = await server.upload(Idempotency_Key=key)
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "header.Idempotency-Key"
    assert await types_of(server, "book", PDF_ID) == []


async def test_the_longest_key(server: Server) -> None:
    for key in ("k" * 255, '"' + "k" * 255 + '"'):
        assert (await server.upload(Idempotency_Key=key)).status_code == 202
