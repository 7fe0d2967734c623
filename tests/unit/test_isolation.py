"""The guard in conftest.py: what it stops, and what it lets through."""

import socket
import subprocess
import sys
from multiprocessing.connection import Pipe
from pathlib import Path
from urllib.request import urlopen

import pytest
import ray
import ray.util
from pytest_socket import SocketBlockedError

from cluster.ray_connection import connected
from cluster.settings import Settings

# pytest-socket warns before it raises, and warnings are errors here.
BLOCKED = (SocketBlockedError, UserWarning)


def test_ray_does_not_start() -> None:
    with pytest.raises(pytest.fail.Exception, match="touched Ray"):
        ray.init()


def test_ray_does_not_start_by_itself() -> None:
    with pytest.raises(pytest.fail.Exception, match="touched Ray"):
        ray.put("anything")


@pytest.mark.parametrize("address", [None, "auto", "ray://127.0.0.1:10001"])
def test_jobs_do_not_connect_to_ray(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    if address:
        monkeypatch.setenv("RAY_ADDRESS", address)
    with (
        pytest.raises(pytest.fail.Exception, match="touched Ray"),
        connected(Settings(data_dir=tmp_path)),
    ):
        pass


def test_ray_clients_do_not_connect() -> None:
    with pytest.raises(pytest.fail.Exception, match="touched Ray"):
        ray.util.connect("127.0.0.1:10001")


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_socket_opens(family: socket.AddressFamily, kind: socket.SocketKind) -> None:
    with pytest.raises(BLOCKED, match=r"socket\.socket"):
        socket.socket(family, kind)


def test_no_server_is_reached() -> None:
    with pytest.raises(BLOCKED):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(BLOCKED):
        urlopen("http://127.0.0.1:9/")


def test_no_name_is_looked_up() -> None:
    with pytest.raises(BLOCKED, match="getaddrinfo"):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(BLOCKED, match="gethostbyname"):
        socket.gethostbyname("example.org")


@pytest.fixture(scope="module")
def at_module_scope() -> type[Exception] | None:
    try:
        socket.socket(socket.AF_INET).close()
    except BLOCKED as error:
        return type(error)
    return None


def test_fixtures_of_a_whole_module_are_stopped_too(
    at_module_scope: type[Exception] | None,
) -> None:
    assert at_module_scope in BLOCKED


def test_socket_pairs_work() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"ping")
        assert there.recv(4) == b"ping"


def test_child_processes_can_be_talked_to() -> None:
    ours, theirs = Pipe()
    code = (
        "import sys; from multiprocessing.connection import Connection; "
        "line = Connection(int(sys.argv[1])); line.send(line.recv() + 1)"
    )
    with ours:
        with theirs:
            command = [sys.executable, "-c", code, str(theirs.fileno())]
            child = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        ours.send(41)
        assert ours.recv() == 42
    assert child.wait() == 0
