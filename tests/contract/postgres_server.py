"""A private PostgreSQL server for tests: a real one, on a free port of the loopback interface."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psutil

HOST = "127.0.0.1"
USER = "scriptorium"
PASSWORD = "testPasswordThatNobodyMaySee"
NOT_INSTALLED = "PostgreSQL is not installed: run scripts/setup"

_ACCOUNT = "postgres"  # the server refuses to run as root
_SECONDS = 60
_GRACE_SECONDS = 15  # it ends its own processes after five
_POLL_SECONDS = 0.02
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
}


class PostgresMissing(Exception):
    """PostgreSQL is not installed."""


class PostgresServer:
    """Started when made. It ends with `stop`, and at the latest with this process.

    With `fsync` a commit is on the disk when it is acknowledged; tests do not need that, because
    they kill the server, never the machine.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        self._settings = _SETTINGS | ({"fsync": "on", "full_page_writes": "on"} if fsync else {})
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="scriptorium-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, _ACCOUNT, _ACCOUNT)
        self._data = self._folder / "data"
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._init()
            self.port = _free_port()
            self.start()
        except BaseException:
            self.stop()
            raise

    def url(self, database: str, *, port: int | None = None, password: str = PASSWORD) -> str:
        """The address of a database; `port` is that of a proxy before the server."""
        return f"postgresql://{USER}:{password}@{HOST}:{port or self.port}/{database}"

    def create_database(self) -> str:
        """A new, empty database; gives its name."""
        name = f"log_{uuid4().hex}"
        self.execute("postgres", f"CREATE DATABASE {name}")
        return name

    def execute(self, database: str, statement: str) -> str:
        """Run SQL as the owner of the server; gives the rows as text."""
        done = subprocess.run(
            [self._programs / "psql", "-XAtqc", statement, self.url(database)],
            check=True,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        return done.stdout.strip()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {**self._settings, "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                self._as_account(["postgres", "-D", str(self._data), *options]),
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._wait()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._end(signal.SIGQUIT)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep all processes of the server from running."""
        assert self._server is not None
        main = psutil.Process(self._server.pid)
        main.suspend()  # first, so that there will be no others
        below = main.children()
        for each in below:
            _signal(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in (main, *below):
                _signal(each, signal.SIGCONT)

    def stop(self) -> None:
        """End the server and remove all it kept."""
        self._end(signal.SIGQUIT)  # without writing down what is removed next
        shutil.rmtree(self._folder, ignore_errors=True)

    def _init(self) -> None:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(secret, _ACCOUNT)
        command = ["initdb", "-D", str(self._data), "-U", USER, f"--pwfile={secret}"]
        self._run([*command, "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"])

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            self._as_account(command),
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            cwd=self._folder,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stderr}")

    def _as_account(self, command: Sequence[str]) -> list[str]:
        program = str(self._programs / command[0])
        account = ["--reuid", _ACCOUNT, "--regid", _ACCOUNT, "--clear-groups"]
        as_other = account if os.geteuid() == 0 else []
        # A test run that is killed takes the server along.
        return ["setpriv", *as_other, "--pdeathsig", "INT", "--", program, *command[1:]]

    def _wait(self) -> None:
        """Wait for the word by which the server says that it is ready, as pg_ctl does."""
        assert self._server is not None
        status = self._data / "postmaster.pid"
        deadline = time.monotonic() + _SECONDS
        while True:
            words = status.read_text().split() if status.is_file() else []
            if words[:1] == [str(self._server.pid)] and words[-1] == "ready":
                return
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text())
            time.sleep(_POLL_SECONDS)

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            try:
                self._server.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                _kill_family(self._server)
            self._server = None


def _kill_family(server: subprocess.Popen[bytes]) -> None:
    """End a server that does not end itself, and its processes, which hold its memory."""
    below = psutil.Process(server.pid).children()
    server.kill()
    server.wait(_SECONDS)
    for each in below:
        _signal(each, signal.SIGKILL)
    psutil.wait_procs(below, _SECONDS)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _programs() -> Path:
    """The folder of the newest PostgreSQL: Debian keeps its programs out of the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    initdb = shutil.which("initdb")
    if not found and initdb is None:
        raise PostgresMissing(NOT_INSTALLED)
    return found[-1].parent if found else Path(initdb or "").resolve().parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
