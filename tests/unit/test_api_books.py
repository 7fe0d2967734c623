from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.book import BookFault, Page
from domain.entities.book import RefuseBook, RetryDeadPages, Stage
from tests.unit.api_server import PDF_ID, Server, serving
from tests.unit.sample_book import a_blank_page, a_failed_page, a_page

NOBODY = "0" * 64
BOOK = f"/v1/books/{PDF_ID}"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running


async def refuse(server: Server) -> None:
    command = RefuseBook(command_id="refuse", fault=BookFault.ENCRYPTED, detail="it has a password")
    await server.services.entities.execute("book", PDF_ID, command)


async def test_a_book_shows_how_far_it_is(server: Server) -> None:
    await server.upload()
    await server.begin(PDF_ID, 3)
    await server.read(PDF_ID, [a_page(1), a_failed_page(2)])
    book = (await server.client.get(BOOK)).json()
    assert book["stage"] == Stage.READING
    assert book["title"] == "A “small” book"
    assert (book["pages"], book["pages_done"]) == (3, 2)
    assert book["version"] == 3
    assert book["links"]["self"] == BOOK
    assert book["links"]["exports"]["md"] == f"{BOOK}/exports/md"


async def test_links_lead_somewhere(server: Server) -> None:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1, text="one")])
    links = (await server.client.get(BOOK)).json()["links"]
    for name in ("self", "text"):
        assert (await server.client.get(links[name])).status_code == 200
    assert (await server.client.get(links["pages"].format(number=1))).status_code == 200


async def test_an_unknown_book(server: Server) -> None:
    for path in ("", "/pages/1", "/text", "/exports/md", "/events"):
        response = await server.client.get(f"/v1/books/{NOBODY}{path}")
        assert response.status_code == 404, path
        assert response.json()["type"] == "/problems/book-not-found"
    response = await server.client.post(f"/v1/books/{NOBODY}/retry")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/book-not-found"


@pytest.mark.parametrize("book_id", ["x", "0" * 63, "0" * 65, "A" * 64, "%2e%2e"])
async def test_what_is_no_id_is_refused(server: Server, book_id: str) -> None:
    response = await server.client.get(f"/v1/books/{book_id}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "path.book_id"


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ('"1"', 304),
        ('W/"1"', 304),
        ('"7", "1"', 304),
        ("*", 304),
        ('"2"', 200),
        ('"11"', 200),
        ("1", 200),
    ],
)
async def test_what_is_known_already_is_not_sent(server: Server, tags: str, status: int) -> None:
    await server.upload()
    response = await server.client.get(BOOK, headers={"If-None-Match": tags})
    assert response.status_code == status
    assert response.headers["etag"] == '"1"'
    assert bool(response.content) == (status == 200)


async def test_the_etag_changes_with_the_book(server: Server) -> None:
    tag = (await server.upload()).headers["etag"]
    await server.begin(PDF_ID, 1)
    response = await server.client.get(BOOK, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.headers["etag"] != tag


async def test_a_page_can_be_had_as_soon_as_it_is_read(server: Server) -> None:
    await server.upload()
    response = await server.client.get(f"{BOOK}/pages/1")
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/not-read-yet"
    assert response.headers["retry-after"] == "5"
    await server.begin(PDF_ID, 3)
    pages = [a_page(2, text="two"), a_page(3, text="three")]
    await server.read(PDF_ID, pages)
    assert (await server.client.get(f"{BOOK}/pages/1")).status_code == 409
    for page in pages:
        response = await server.client.get(f"{BOOK}/pages/{page.number}")
        assert response.status_code == 200
        assert Page.model_validate_json(response.content) == page
    response = await server.client.get(f"{BOOK}/pages/4")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/page-not-found"


async def test_a_page_whose_slice_is_gone_is_about_to_be_read(server: Server) -> None:
    await server.upload()
    await server.begin(PDF_ID, 1)
    await server.read(PDF_ID, [a_page(1)])
    async for found in server.services.store.list(f"books/{PDF_ID}/slices/"):
        await server.services.store.delete(found.key)
    assert (await server.client.get(f"{BOOK}/pages/1")).status_code == 409


@pytest.mark.parametrize("number", ["0", "-1", "one", "1.5", "9" * 30])
async def test_what_is_no_page_number_is_refused(server: Server, number: str) -> None:
    await server.upload()
    response = await server.client.get(f"{BOOK}/pages/{number}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "path.number"


async def test_the_text_of_all_pages(server: Server) -> None:
    await server.upload()
    await server.begin(PDF_ID, 4)
    assert (await server.client.get(f"{BOOK}/text")).status_code == 409
    pages = [
        a_page(1, text="one\n\nuno"),
        a_failed_page(2),
        a_blank_page(3),
        a_page(4, text="vier"),
    ]
    await server.read(PDF_ID, pages[2:])  # slices may come in any order, and overlap
    await server.read(PDF_ID, pages[:3])
    assert (await server.client.get(f"{BOOK}/text")).status_code == 409
    await server.finish(PDF_ID, pages)
    response = await server.client.get(f"{BOOK}/text")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    unread = "[page 2 could not be read: timeout]"
    assert response.text == f"one\n\nuno\n\f{unread}\n\f\fvier\n"


async def test_a_file_that_is_no_book_has_no_text(server: Server) -> None:
    await server.upload()
    await refuse(server)
    for path in ("/text", "/pages/1"):
        response = await server.client.get(BOOK + path)
        assert response.status_code == 409
        problem = response.json()
        assert problem["type"] == "/problems/book-unreadable"
        assert problem["reason"] == "encrypted"
        assert problem["detail"] == "it has a password"
        assert "retry-after" not in response.headers


async def test_an_export_is_streamed(server: Server) -> None:
    await server.upload(fields={"exports": "pdf,md"})
    await server.finish(PDF_ID, [a_page(1, text="one")])
    content = bytes(range(256)) * 10_000  # more than is sent at once
    await server.services.store.put(f"books/{PDF_ID}/exports/book.pdf", content)
    response = await server.client.get(f"{BOOK}/exports/pdf")
    assert response.status_code == 200
    assert response.content == content
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-length"] == str(len(content))
    assert response.headers["content-disposition"] == (
        f'attachment; filename="book-{PDF_ID[:12]}.pdf"; '
        "filename*=UTF-8''A%20%E2%80%9Csmall%E2%80%9D%20book.pdf"
    )


async def test_an_empty_export(server: Server) -> None:
    await server.upload()
    await server.services.store.put(f"books/{PDF_ID}/exports/book.txt", b"")
    response = await server.client.get(f"{BOOK}/exports/txt")
    assert (response.status_code, response.content) == (200, b"")


async def test_an_export_that_is_not_there(server: Server) -> None:
    await server.upload(fields={"exports": "md"})
    assert (await server.client.get(f"{BOOK}/exports/md")).status_code == 409
    not_asked_for = await server.client.get(f"{BOOK}/exports/txt")
    assert not_asked_for.status_code == 404
    assert not_asked_for.json()["type"] == "/problems/export-not-found"
    assert "asked for" in not_asked_for.json()["detail"]
    unknown = await server.client.get(f"{BOOK}/exports/doc")
    assert unknown.status_code == 404
    assert "hocr" in unknown.json()["detail"]
    await server.finish(PDF_ID, [a_page(1)])
    failed = await server.client.get(f"{BOOK}/exports/md")
    assert failed.status_code == 404
    assert "could not be made" in failed.json()["detail"]


async def a_partly_read_book(server: Server) -> str:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1), a_failed_page(2)])
    response = await server.client.get(BOOK)
    assert response.json()["stage"] == Stage.PARTIAL
    assert response.json()["dead_pages"] == [2]
    return response.headers["etag"]


async def test_dead_pages_are_tried_again(server: Server) -> None:
    await a_partly_read_book(server)
    response = await server.client.post(f"{BOOK}/retry")
    assert response.status_code == 202
    assert response.headers["location"] == BOOK
    assert response.json()["stage"] == Stage.READING
    assert response.json()["retries"] == 1


@pytest.mark.parametrize("stage", [Stage.UPLOADED, Stage.READING, Stage.FAILED])
async def test_a_book_that_nobody_reads_is_asked_for_again(server: Server, stage: Stage) -> None:
    await server.upload()
    if stage is Stage.READING:
        await server.begin(PDF_ID, 3)
    if stage is Stage.FAILED:
        await refuse(server)
    book = (await server.client.get(BOOK)).json()
    assert (book["stage"], book["retries"]) == (stage, 0)
    response = await server.client.post(f"{BOOK}/retry", headers={"Idempotency-Key": "once"})
    assert response.status_code == 202
    expected = Stage.READING if stage is Stage.READING else Stage.UPLOADED
    assert (response.json()["stage"], response.json()["reason"]) == (expected, None)
    assert response.json()["version"] == book["version"] + 1
    again = await server.client.post(f"{BOOK}/retry", headers={"Idempotency-Key": "once"})
    assert again.json() == response.json()
    assert (await server.client.get(BOOK)).json() == response.json()


async def test_a_book_without_dead_pages_is_not_tried_again(server: Server) -> None:
    await server.upload()
    await server.finish(PDF_ID, [a_page(1)])
    response = await server.client.post(f"{BOOK}/retry")
    assert (response.status_code, response.json()["reason"]) == (409, "no_dead_pages")


async def test_a_retry_holds_for_a_version(server: Server) -> None:
    tag = await a_partly_read_book(server)
    stale = f'"{int(tag.strip(chr(34))) - 1}"'
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": stale})
    assert response.status_code == 412
    assert response.json()["type"] == "/problems/version-mismatch"
    assert (await server.client.get(BOOK)).headers["etag"] == tag
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": tag})
    assert response.status_code == 202


async def test_a_retry_of_any_version(server: Server) -> None:
    await a_partly_read_book(server)
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": "*"})
    assert response.status_code == 202


async def test_a_version_without_quotes_is_understood(server: Server) -> None:
    tag = await a_partly_read_book(server)
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": tag.strip('"')})
    assert response.status_code == 202


@pytest.mark.parametrize("tag", ["W/{}", '"five"', '""', '"' + "9" * 30 + '"'])
async def test_a_tag_that_nothing_has_never_matches(server: Server, tag: str) -> None:
    headers = {"If-Match": tag.format(await a_partly_read_book(server))}
    response = await server.client.post(f"{BOOK}/retry", headers=headers)
    assert response.status_code == 412
    assert response.json()["type"] == "/problems/version-mismatch"
    assert headers["If-Match"] in response.json()["detail"]
    assert (await server.client.get(BOOK)).json()["retries"] == 0


async def test_any_version_of_a_book_is_one_that_there_is(server: Server) -> None:
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": "*"})
    assert response.status_code == 404


@pytest.mark.parametrize("tag", ['"5", "6"', "five", '"5', "W/5", 'w/"5"', ""])
async def test_what_is_no_version_is_refused(server: Server, tag: str) -> None:
    await a_partly_read_book(server)
    response = await server.client.post(f"{BOOK}/retry", headers={"If-Match": tag})
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"] == "header.If-Match"


async def test_pages_that_are_read_again_have_to_be_waited_for(server: Server) -> None:
    await a_partly_read_book(server)
    await server.services.entities.execute("book", PDF_ID, RetryDeadPages(command_id="again"))
    assert (await server.client.get(f"{BOOK}/pages/2")).status_code == 409
    assert (await server.client.get(f"{BOOK}/text")).status_code == 409
