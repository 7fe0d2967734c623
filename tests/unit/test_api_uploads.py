import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import Message

from domain import library
from domain.entities.book import BookUploaded, Stage
from domain.events import StreamId
from tests.unit.api_server import PDF, PDF_ID, Server, scope_of, serving

BOUNDARY = "the-boundary"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running


def part(name: str, content: bytes, *, filename: str | None = None) -> bytes:
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    return (
        f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
    )


END = f"--{BOUNDARY}--\r\n".encode()


async def types_of(server: Server, book_id: str) -> list[str]:
    stream = StreamId("book", book_id)
    return [recorded.event.type async for recorded in server.services.log.read(stream)]


async def test_an_upload_becomes_a_book(server: Server) -> None:
    response = await server.upload(fields={"languages": "eng", "exports": "md,txt", "text": "ocr"})
    assert response.status_code == 202
    assert response.headers["location"] == f"/v1/books/{PDF_ID}"
    assert response.headers["etag"] == '"1"'
    book = response.json()
    assert book["book_id"] == PDF_ID
    assert book["stage"] == Stage.UPLOADED
    assert book["source"] == "a book.pdf"
    assert book["size"] == len(PDF)
    assert book["reading"] == {"languages": "eng", "text": "ocr", "engine": "tesserocr"}
    assert book["exports"] == ["md", "txt"]
    assert await server.services.store.get(library.source_key(PDF_ID)) == PDF
    assert await types_of(server, PDF_ID) == [BookUploaded.__name__]
    assert (await server.client.get(response.headers["location"])).json() == book


async def test_nothing_is_left_where_uploads_arrive(server: Server) -> None:
    await server.upload()
    await server.upload(b"")
    assert list(server.services.settings.upload_dir.iterdir()) == []


async def test_the_same_file_again_is_the_same_book(server: Server) -> None:
    first = await server.upload()
    again = await server.upload(fields={"exports": "md"})
    assert again.status_code == 200
    assert again.json() == first.json()
    assert await types_of(server, PDF_ID) == [BookUploaded.__name__]


async def test_the_same_file_at_the_same_time_is_one_book(server: Server) -> None:
    responses = await asyncio.gather(*(server.upload() for _ in range(5)))
    assert sorted(response.status_code for response in responses) == [200, 200, 200, 200, 202]
    assert await types_of(server, PDF_ID) == [BookUploaded.__name__]


async def test_a_file_that_is_in_the_store_already_is_not_copied_again(server: Server) -> None:
    key = library.source_key(PDF_ID)
    await server.services.store.put(key, PDF)
    path = server.services.store.local_path(key)
    assert path is not None
    before = path.stat().st_ino
    assert (await server.upload()).status_code == 202
    assert path.stat().st_ino == before


async def test_a_file_arrives_in_pieces_of_any_size(server: Server) -> None:
    content = bytes(range(256)) * 3000 + f"\r\n--{BOUNDARY[:-1]}\r\n".encode()
    body = part("file", content, filename="x.pdf") + END

    async def pieces() -> AsyncIterator[bytes]:
        start = 0
        for size in [1, 2, 3, 50, 7, 100_000, 1, 300_000]:
            yield body[start : start + size]
            start += size
        yield body[start:]

    response = await server.client.post("/v1/books", content=pieces(), headers=MULTIPART)
    assert response.status_code == 202
    book_id = hashlib.sha256(content).hexdigest()
    assert response.json()["book_id"] == book_id
    assert await server.services.store.get(library.source_key(book_id)) == content


async def test_an_endless_upload_is_cut_off(tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield part("file", b"", filename="x.pdf")[:-2]
        while True:
            taken += 1
            assert taken < 1000, "nobody stops the upload"
            yield bytes(64 * 1024)

    async with serving(tmp_path, book_bytes=1024 * 1024) as server:
        response = await server.client.post("/v1/books", content=endless(), headers=MULTIPART)
        assert response.status_code == 413
        assert response.json()["type"] == "/problems/too-large"
        assert response.headers["connection"] == "close"
        assert list(server.services.settings.upload_dir.iterdir()) == []


async def test_endless_bytes_after_the_form_are_cut_off(tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield part("file", PDF, filename="x.pdf") + END
        while True:
            taken += 1
            assert taken < 1000, "nobody stops the upload"
            yield bytes(64 * 1024)

    async with serving(tmp_path, book_bytes=1024 * 1024) as server:
        response = await server.client.post("/v1/books", content=endless(), headers=MULTIPART)
        assert response.status_code == 413


async def test_an_upload_that_says_it_is_too_large_is_not_begun(tmp_path: Path) -> None:
    async def never() -> AsyncIterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    async with serving(tmp_path, book_bytes=1024) as server:
        headers = {**MULTIPART, "content-length": "9" * 30}
        response = await server.client.post("/v1/books", content=never(), headers=headers)
        assert response.status_code == 413


async def test_a_book_of_just_the_allowed_size_is_taken(tmp_path: Path) -> None:
    async with serving(tmp_path, book_bytes=2048) as server:
        assert (await server.upload(bytes(2048))).status_code == 202
        assert (await server.upload(bytes(2049))).status_code == 413


async def test_a_body_that_stops_arriving_is_given_up(tmp_path: Path) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield part("file", b"abc", filename="x.pdf")
        await asyncio.Event().wait()

    async with serving(tmp_path, http_idle_seconds=0.05) as server:
        response = await server.client.post("/v1/books", content=stalled(), headers=MULTIPART)
        assert response.status_code == 408
        assert response.json()["type"] == "/problems/body-timeout"


async def test_an_upload_may_not_take_for_ever(tmp_path: Path) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield part("file", b"abc", filename="x.pdf")
        while True:
            await asyncio.sleep(0)
            yield b"-"

    async with serving(tmp_path, http_upload_seconds=0.2) as server:
        response = await server.client.post("/v1/books", content=slow(), headers=MULTIPART)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/timed-out"
        assert response.headers["retry-after"] == "5"
        assert list(server.services.settings.upload_dir.iterdir()) == []


async def test_an_upload_may_take_longer_than_other_requests(tmp_path: Path) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield part("file", PDF, filename="x.pdf")
        await asyncio.sleep(0.3)
        yield END

    async with serving(tmp_path, http_request_seconds=0.2) as server:
        response = await server.client.post("/v1/books", content=slow(), headers=MULTIPART)
        assert response.status_code == 202


async def test_more_uploads_at_once_than_allowed_are_turned_away(tmp_path: Path) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        arrived.set()
        yield part("file", PDF, filename="x.pdf")
        await go_on.wait()
        yield END

    async with serving(tmp_path, http_uploads=1) as server:
        first = asyncio.create_task(
            server.client.post("/v1/books", content=waiting(), headers=MULTIPART)
        )
        await arrived.wait()
        refused = await server.upload(b"another")
        assert refused.status_code == 429
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert refused.headers["retry-after"] == "5"
        go_on.set()
        assert (await first).status_code == 202
        assert (await server.upload(b"another")).status_code == 202


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (part("file", b"", filename="x.pdf") + END, "body.file"),
        (part("text", b"ocr") + END, "body.file"),
        (END, "body.file"),
        (b"", "body"),
        (part("file", PDF, filename="x.pdf"), "body"),
        (part("file", PDF, filename="x.pdf") + END[:-6], "body"),
        (part("file", PDF, filename="x.pdf") * 2 + END, "body.file"),
        (part("text", b"ocr") * 2 + part("file", PDF, filename="x.pdf") + END, "body.text"),
        (part("colour", b"red") + part("file", PDF, filename="x.pdf") + END, "body"),
        (part("text", b"\xff") + part("file", PDF, filename="x.pdf") + END, "body.text"),
        (part("text", b"perhaps") + part("file", PDF, filename="x.pdf") + END, "body.text"),
        (part("text", b"o" * 2000) + part("file", PDF, filename="x.pdf") + END, "body.text"),
        (part("languages", b"../x") + part("file", PDF, filename="x.pdf") + END, "body.languages"),
        (part("exports", b"md,doc") + part("file", PDF, filename="x.pdf") + END, "body.exports"),
        (part("file", PDF, filename="x" * 2000) + END, "body"),
        (f"--{BOUNDARY}\r\n\r\nnameless\r\n".encode() + END, "body"),
        (b"this is no form", "body"),
    ],
)
async def test_forms_that_are_not_valid(server: Server, body: bytes, at: str) -> None:
    response = await server.client.post("/v1/books", content=body, headers=MULTIPART)
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/invalid-request"
    assert [fault["at"] for fault in problem["errors"]] == [at]
    assert await server.services.store.head(library.source_key(PDF_ID)) is None
    assert await types_of(server, PDF_ID) == []


async def test_a_form_has_a_bounded_number_of_fields(tmp_path: Path) -> None:
    fields = b"".join(part(name, b"eng") for name in ("languages", "exports"))
    async with serving(tmp_path, http_form_fields=1) as server:
        response = await server.client.post(
            "/v1/books", content=fields + part("file", PDF) + END, headers=MULTIPART
        )
        assert response.status_code == 422
        assert "more than 1 fields" in response.json()["detail"]


@pytest.mark.parametrize("content_type", ["application/pdf", "", "multipart/mixed; boundary=x"])
async def test_bodies_that_are_no_form(server: Server, content_type: str) -> None:
    response = await server.client.post(
        "/v1/books", content=PDF, headers={"content-type": content_type}
    )
    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"


@pytest.mark.parametrize("boundary", ["", f"; boundary={'x' * 300}"])
async def test_forms_without_a_usable_boundary(server: Server, boundary: str) -> None:
    headers = {"content-type": f"multipart/form-data{boundary}"}
    response = await server.client.post("/v1/books", content=PDF, headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "header.Content-Type"


async def test_a_language_without_data_is_refused(server: Server) -> None:
    response = await server.upload(fields={"languages": "eng+xyz"})
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/language-missing"
    assert "xyz" in response.json()["detail"]


async def test_without_any_language_data_nothing_can_be_read(tmp_path: Path) -> None:
    async with serving(tmp_path, tessdata=tmp_path / "nothing") as server:
        response = await server.upload()
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/engine-missing"
        assert str(tmp_path) not in response.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\books\my.pdf", "my.pdf"),
        ("a\x01b\x7f.pdf", "ab.pdf"),
        ("", "upload"),
        ("..%2F", "..%2F"),
        ("livre écrit.pdf", "livre écrit.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
async def test_only_the_name_of_the_file_is_kept(server: Server, given: str, kept: str) -> None:
    body = part("file", PDF, filename=given.replace("\\", "\\\\")) + END
    response = await server.client.post("/v1/books", content=body, headers=MULTIPART)
    assert response.status_code == 202
    assert response.json()["source"] == kept


async def test_a_full_disk_is_not_the_clients_fault(server: Server) -> None:
    server.services.settings.upload_dir.parent.mkdir(parents=True, exist_ok=True)
    server.services.settings.upload_dir.write_text("a file where the folder should be")
    response = await server.upload()
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/store-unavailable"
    assert response.headers["retry-after"] == "5"


async def test_an_upload_that_breaks_off_leaves_nothing(server: Server) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": part("file", PDF), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    await server.app(scope_of("POST", "/v1/books", MULTIPART), receive, send)
    assert messages == answers == []
    assert list(server.services.settings.upload_dir.iterdir()) == []
    assert await types_of(server, PDF_ID) == []
