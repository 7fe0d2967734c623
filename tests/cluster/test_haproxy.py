"""What HAProxy answers by itself, or has from Serve, is one of the API's own problems.

Its configuration is like the one that Ray Serve writes; neither Ray nor the API is there.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

import cluster
from api.problems import MEDIA_TYPE, Problem, ProblemType
from tests.cluster.commands import clean_environment
from tests.cluster.ports import free_ports

_SCRIPT = Path(cluster.__file__).parent / "haproxy" / "haproxy.sh"
_CONFIGURATION = """
global
    tune.bufsize 65536
defaults
    mode http
    timeout connect 1s
    timeout client 10s
    timeout server 1s
frontend http_frontend
    bind :{front}
    use_backend served if {{ path_beg /served }}
    use_backend nobody if {{ path_beg /nobody }}
    default_backend default_backend
backend default_backend
    http-request return status 404 content-type text/plain string "Path not found."
backend served
    server one 127.0.0.1:{behind}
backend nobody
    server one 127.0.0.1:{nobody}
"""
_ODD = '/a%20"path"'


class Served(BaseHTTPRequestHandler):
    """Answers as a replica does, or Serve in its place."""

    def do_GET(self) -> None:
        status, kind = self.path.split("/")[2:4]
        if kind == "silence":
            time.sleep(2)
            return
        self.send_response(int(status))
        self.send_header("Content-Type", MEDIA_TYPE if kind == "problem" else "text/plain")
        self.send_header("Seen-Request-ID", self.headers["X-Request-ID"])
        self.end_headers()
        self.wfile.write(b"as it was")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    front, behind, nobody = free_ports(3)
    path = tmp_path_factory.mktemp("haproxy") / "haproxy.cfg"
    path.write_text(_CONFIGURATION.format(front=front, behind=behind, nobody=nobody))
    with ExitStack() as stack:
        server = stack.enter_context(HTTPServer(("127.0.0.1", behind), Served))
        Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        proxy = stack.enter_context(
            subprocess.Popen([_SCRIPT, "-db", "-f", path], env=clean_environment())
        )
        stack.callback(proxy.kill)
        url = f"http://127.0.0.1:{front}"
        client = stack.enter_context(httpx.Client(base_url=url, timeout=30))
        for _ in range(100):
            try:
                client.get("/")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield client


@pytest.mark.parametrize(
    "path",
    [
        _ODD,  # there is no application yet, or no more
        "/nobody",
        "/served/200/silence",
        "/served/404/text",  # Serve's own proxy knows no application
        "/served/500/text",  # a replica died with a request which that proxy has brought
        "/served/503/text",  # too many requests wait
    ],
)
def test_nobody_answers(client: httpx.Client, path: str) -> None:
    kind = ProblemType.UNAVAILABLE
    response = client.get(path, headers={"X-Request-ID": "the-request"})
    assert response.status_code == kind.status
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert response.headers["Retry-After"] == str(kind.retry_after)
    assert response.headers["X-Request-ID"] == "the-request"
    problem = Problem.model_validate_json(response.content)
    assert (problem.type, problem.title, problem.status) == (kind.uri, kind.title, kind.status)
    assert problem.instance == response.request.url.raw_path.decode()
    assert problem.request_id == "the-request"


@pytest.mark.parametrize("path", ["/served/404/problem", "/served/500/problem", "/served/200/text"])
def test_what_the_api_answers_stays(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert (response.text, response.status_code) == ("as it was", int(path.split("/")[2]))


def test_headers_that_are_too_large(client: httpx.Client) -> None:
    kind = ProblemType.HEADERS_TOO_LARGE
    response = client.get("/served/200/text", headers={"Cookie": "c" * 20_000})
    assert response.status_code == kind.status
    problem = Problem.model_validate_json(response.content)
    assert (problem.type, problem.title) == (kind.uri, kind.title)
    assert problem.instance == "/served/200/text"
    assert problem.request_id == response.headers["X-Request-ID"]


def test_a_request_has_one_id_everywhere(client: httpx.Client) -> None:
    ids = {client.get("/served/200/text").headers["Seen-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    kept = client.get("/served/200/text", headers={"X-Request-ID": "mine"})
    assert kept.headers["Seen-Request-ID"] == "mine"
    replaced = client.get("/served/200/text", headers={"X-Request-ID": 'not "one"'})
    assert replaced.headers["Seen-Request-ID"] != 'not "one"'
