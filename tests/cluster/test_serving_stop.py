"""The server on one machine ends as it should, whenever it is asked to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from domain.entities.book import BookReady
from tests.cluster.book_client import events_until, upload
from tests.cluster.local_server import LocalServer
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(240)
_SECONDS = 60.0
_STOPPING = "serve: stopping; what is under way is finished first"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_begun(server: LocalServer) -> bool:
    return len(server.family()) > 1


def has_raylet(server: LocalServer) -> bool:
    return "raylet" in {process.name() for process in server.family()}


@pytest.mark.parametrize(
    ("moment", "how"), [(has_begun, LocalServer.terminate), (has_raylet, LocalServer.press_ctrl_c)]
)
def test_a_stop_while_it_starts(
    tmp_path: Path, moment: Callable[[LocalServer], bool], how: Callable[[LocalServer], None]
) -> None:
    server = LocalServer(tmp_path)
    server.launch()
    wait_for(lambda: moment(server))
    how(server)
    assert server.ended() == (0, [])
    lines = server.messages.splitlines()
    assert lines[-1] == "serve: stopped"
    assert set(lines) <= {"serve: starting Ray and the application ...", _STOPPING, lines[-1]}


def test_a_taken_port_is_told_at_once(tmp_path: Path) -> None:
    server = LocalServer(tmp_path)
    with socket.create_server(("127.0.0.1", server.port)):
        server.launch()
        assert server.ended() == (2, [])
    assert server.messages == f"serve: port {server.port} is taken: use --port\n"


class SlowBook:
    """An upload that does not end before it is told to."""

    def __init__(self) -> None:
        self.is_under_way = threading.Event()
        self.end = threading.Event()

    def body(self) -> Iterator[bytes]:
        yield b"--x\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\n%PDF-"
        self.is_under_way.set()
        while not self.end.wait(0.2):
            yield b"slow "
        yield b"\r\n--x--\r\n"

    def upload(self, server: LocalServer, answers: list[int]) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        url = f"{server.url}/v1/books"
        answer = httpx.post(url, content=self.body(), headers=headers, timeout=_SECONDS)
        answers.append(answer.status_code)


def test_what_was_accepted_is_finished_now_or_after_the_next_start(
    tmp_path: Path, scan: SampleBook, born_digital: SampleBook
) -> None:
    server = LocalServer(tmp_path)
    server.start()
    with httpx.Client(base_url=server.url, timeout=_SECONDS) as client:
        books = [upload(client, book.path).json()["links"] for book in (scan, born_digital)]
        book, answers = SlowBook(), list[int]()
        uploading = threading.Thread(target=book.upload, args=(server, answers))
        with client.stream("GET", books[0]["events"]) as stream:
            lines = stream.iter_lines()
            assert next(lines)
            uploading.start()
            assert book.is_under_way.wait(_SECONDS)
            server.press_ctrl_c()
            list(lines)  # it ends in good order, although the book's events go on
        refused = httpx.get(f"{server.url}/v1/books")
        assert refused.status_code == 503, (refused.text, refused.headers)
        book.end.set()
        uploading.join(_SECONDS)
    assert answers == [202]
    assert server.ended() == (0, [])
    *_, ready, stopping, stopped = server.messages.splitlines()
    assert (ready, stopping, stopped) == (
        "serve: ready; Ctrl-C stops it",
        _STOPPING,
        "serve: stopped",
    )
    server.start()
    try:
        with httpx.Client(base_url=server.url, timeout=_SECONDS) as client:
            for links in books:
                assert events_until(client, links["events"], BookReady.__name__)
            listed = client.get("/v1/books").json()["items"]
        assert len(listed) == len(books) + 1
    finally:
        assert server.stop() == (0, [])
