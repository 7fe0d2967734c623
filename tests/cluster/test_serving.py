"""The server on one machine: books come in over HTTP, are read, and are still there later."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters.ocr.accuracy import pooled_error_rate
from domain.entities.book import BookReady, BookUploaded, ReadingStarted, SliceRead
from tests.cluster.book_client import events_until, upload
from tests.cluster.commands import clean_environment, run
from tests.cluster.local_server import LocalServer
from tests.cluster.processes import LOOPBACK, listening
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(280)
_SECONDS = 100.0


@pytest.fixture
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=_SECONDS) as client:
        yield client


def test_everything_it_needs_is_up(client: httpx.Client) -> None:
    ready = client.get("/ready")
    assert ready.status_code == 200, ready.text
    assert {state["state"] for state in ready.json()["dependencies"].values()} == {"up"}


def test_an_uploaded_book_is_read(client: httpx.Client, scan: SampleBook) -> None:
    accepted = upload(client, scan.path, exports="md")
    assert accepted.status_code == 202, accepted.text
    book = accepted.json()["links"]
    types = events_until(client, book["events"], BookReady.__name__)
    assert types[:2] == [BookUploaded.__name__, ReadingStarted.__name__]
    assert SliceRead.__name__ in types
    state = client.get(book["self"]).json()
    assert (state["stage"], state["pages"]) == ("ready", len(scan.truth))
    texts = [
        client.get(book["pages"].replace("{number}", str(number))).json()["text"]
        for number in range(1, len(scan.truth) + 1)
    ]
    assert pooled_error_rate(zip(scan.truth, texts, strict=True)) < 0.05
    assert client.get(book["exports"]["md"]).status_code == 200


def test_no_other_machine_can_reach_it(server: LocalServer, client: httpx.Client) -> None:
    assert client.get("/health").status_code == 200
    addresses = {address for process in server.family() for address in listening(process)}
    assert {"haproxy", "raylet"} <= {name for name, _ in addresses}  # so there was something to see
    assert not {name for name, ip in addresses if not ip.startswith(LOOPBACK)}


def test_what_is_no_book_is_told_with_a_reason(client: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_text("Dear reader, this is no PDF.")
    links = upload(client, file).json()["links"]
    events_until(client, links["events"], "BookFailed")
    state = client.get(links["self"]).json()
    assert (state["stage"], state["reason"]) == ("failed", "not_a_book")


def test_a_bad_port_is_bad_usage() -> None:
    ended = run(*(sys.executable, "-m", "serving", "--port", "0"), environment=clean_environment())
    assert (ended.status, "SCRIPTORIUM_HTTP_PORT" in ended.stdout) == (2, True), ended
