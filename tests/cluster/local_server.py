"""`scripts/serve` without its set-up: the server as a user runs it on one machine."""

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.cluster.commands import REPOSITORY, clean_environment
from tests.cluster.processes import kill, still_running, with_descendants

_READY = "serve: ready"
_START_SECONDS = 120
_STOP_SECONDS = 60


class LocalServer:
    """Runs from `start` to `stop`, on data in `folder`; may be started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {f"SCRIPTORIUM_{name.upper()}": value for name, value in settings.items()}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._family: list[psutil.Process] = []

    @property
    def messages(self) -> str:
        """What it has printed so far."""
        return (self.folder / "serve.txt").read_text("utf-8")

    def start(self) -> None:
        """Come back when it says that it is ready."""
        # Ray's sockets need a short path.
        self._scratch = tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
        with (self.folder / "serve.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "serve_local", "--port", str(self.port)),
                    *("--data-dir", str(self.folder / "var")),
                ],
                cwd=REPOSITORY,
                env=clean_environment() | self.settings | {"RAY_TMPDIR": self._scratch.name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while _READY not in self.messages:
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the server did not start:\n{self.messages}")
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        """All its processes."""
        return with_descendants(self._process.pid) if self._process else []

    def stop(self) -> tuple[int, list[str]]:
        """Ask it to stop; gives its exit status and the processes it left behind."""
        assert self._process
        family = self.family()
        self._process.terminate()
        try:
            status = self._process.wait(_STOP_SECONDS)
            left = still_running(family, seconds=10)
        finally:
            kill(family)
            self._process.wait()
            self._scratch.cleanup()
        return status, left
