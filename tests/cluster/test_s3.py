"""Books that come from one bucket and a library that lies in another."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from adapters.object_store.s3 import S3Store
from domain import library
from domain.book import Book
from tests.cluster.commands import Finished
from tests.cluster.conftest import Ingest
from tests.cluster.sample_books import SampleBook
from tests.contract.s3_server import Fault, Request, S3Server

pytestmark = pytest.mark.timeout(240)

SHELF, LIBRARY, PREFIX = "shelf", "library", "main"
REGION = "us-east-1"
ACCESS_KEY = "AKIATESTACCESSKEY"
SECRET_KEY = secrets.token_hex(20)  # made up here: uploaded code must not hold it either


class FirstRun(NamedTuple):
    """How a book came from the shelf to the library."""

    finished: Finished
    requests: list[Request]

    def gets(self, path: str) -> int:
        return sum(request.method == "GET" and request.path == path for request in self.requests)


@pytest.fixture(scope="module")
def running_s3() -> Iterator[S3Server]:
    server = S3Server()
    server.put(f"/{SHELF}")
    server.put(f"/{LIBRARY}")
    yield server
    server.stop()


@pytest.fixture
def s3(running_s3: S3Server) -> S3Server:
    running_s3.requests.clear()
    running_s3.faults.clear()
    return running_s3


@pytest.fixture(scope="module")
def first_run(ingest: Ingest, running_s3: S3Server, scan: SampleBook) -> FirstRun:
    async def fill() -> None:
        shelf = bucket(running_s3, SHELF)
        await shelf.upload("incoming/scan.pdf", scan.path)
        await shelf.put("incoming/notes.txt", b"not a book")
        await shelf.close()

    asyncio.run(fill())
    running_s3.requests.clear()
    return FirstRun(from_shelf_to_library(ingest, running_s3), running_s3.requests.copy())


def bucket(server: S3Server, name: str, prefix: str = "") -> S3Store:
    return S3Store(
        name,
        prefix,
        region=REGION,
        endpoint_url=server.url,
        access_key=SecretStr(ACCESS_KEY),
        secret_key=SecretStr(SECRET_KEY),
    )


def ingest_s3(ingest: Ingest, server: S3Server, *arguments: str | Path) -> Finished:
    finished = ingest(
        *arguments,
        s3_endpoint=server.url,
        s3_region=REGION,
        s3_access_key=ACCESS_KEY,
        s3_secret_key=SECRET_KEY,
        slice_pages="1",
    )
    assert SECRET_KEY not in finished.stdout + finished.stderr
    return finished


def from_shelf_to_library(ingest: Ingest, server: S3Server) -> Finished:
    store = ("--store", f"s3://{LIBRARY}/{PREFIX}")
    return ingest_s3(
        ingest, server, f"s3://{SHELF}/incoming/", *store, "--export", "txt,pdf", "--json"
    )


def test_a_book_comes_from_one_bucket_and_goes_to_another(
    first_run: FirstRun, s3: S3Server, scan: SampleBook
) -> None:
    assert first_run.finished.status == 0, first_run.finished.stderr
    (line,) = first_run.finished.report.books
    assert (line.book_id, line.source) == (scan.book_id, f"s3://{SHELF}/incoming/scan.pdf")
    assert (line.status, line.pages_read) == ("read", len(scan.truth))

    async def stored() -> tuple[bytes, bytes, bytes]:
        store = bucket(s3, LIBRARY, PREFIX)
        source = await store.get(library.source_key(scan.book_id))
        book = await store.get(library.book_key(scan.book_id))
        pdf = await store.get(library.export_key(scan.book_id, "pdf"))
        await store.close()
        return source, book, pdf

    source, book, pdf = asyncio.run(stored())
    assert source == scan.path.read_bytes()
    assert len(Book.model_validate_json(book).pages) == len(scan.truth)
    assert pdf.startswith(b"%PDF-")


def test_a_node_fetches_a_book_once(first_run: FirstRun, scan: SampleBook) -> None:
    assert first_run.gets(f"/{SHELF}/incoming/scan.pdf") == 1  # to register it
    slices = [
        request
        for request in first_run.requests
        if request.method == "PUT" and "/slices/" in request.path
    ]
    assert len(slices) == len(scan.truth)
    source = library.source_key(scan.book_id)
    assert first_run.gets(f"/{LIBRARY}/{PREFIX}/{source}") == 1  # for all slices and exports


def test_the_same_command_again_writes_nothing(
    first_run: FirstRun, ingest: Ingest, s3: S3Server
) -> None:
    assert first_run.finished.status == 0, first_run.finished.stderr
    again = from_shelf_to_library(ingest, s3)
    assert again.status == 0, again.stderr
    assert again.report.pages_read == 0
    assert {request.method for request in s3.requests} == {"GET", "HEAD"}


def test_the_cluster_keeps_no_secret_in_its_files(first_run: FirstRun, ingest: Ingest) -> None:
    assert first_run.finished.status == 0, first_run.finished.stderr
    files = [path for path in ingest.cluster.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    for path in files:
        data = path.read_bytes()
        assert SECRET_KEY.encode() not in data, path
        assert ingest.cluster.token.encode() not in data, path


def test_a_source_bucket_that_is_missing(ingest: Ingest, s3: S3Server) -> None:
    finished = ingest_s3(ingest, s3, "s3://nowhere/incoming/")
    assert finished.status == 2
    assert finished.stdout == ""
    assert "s3://nowhere/incoming/" in finished.stderr
    assert "404 NoSuchBucket" in finished.stderr
    assert "check the bucket's name" in finished.stderr


def test_a_source_bucket_that_refuses(ingest: Ingest, s3: S3Server) -> None:
    s3.faults.append(Fault("GET", "403 Forbidden", "AccessDenied"))
    finished = ingest_s3(ingest, s3, f"s3://{SHELF}/incoming/")
    assert finished.status == 2
    assert "403 AccessDenied" in finished.stderr
    assert "check the credentials" in finished.stderr


def test_a_library_bucket_that_is_missing(
    ingest: Ingest, s3: S3Server, born_digital: SampleBook
) -> None:
    finished = ingest_s3(ingest, s3, born_digital.path, "--store", "s3://nowhere/main", "--json")
    assert (finished.status, finished.stdout) == (2, "")
    assert "404 NoSuchBucket" in finished.stderr
    assert "check the bucket's name" in finished.stderr
