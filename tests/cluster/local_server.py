"""`scripts/serve` without its set-up: the server as a user runs it on one machine."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.cluster.commands import REPOSITORY, clean_environment
from tests.cluster.ports import free_ports
from tests.cluster.processes import kill, still_running, with_descendants

_READY = "serve: ready"
_START_SECONDS = 120
_STOP_SECONDS = 60


class LocalServer:
    """Runs from `start` to `stop`, on data in `folder`; may be started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {f"SCRIPTORIUM_{name.upper()}": value for name, value in settings.items()}
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._family: list[psutil.Process] = []

    @property
    def messages(self) -> str:
        """What it has printed so far."""
        return (self.folder / "serve.txt").read_text("utf-8")

    def launch(self) -> None:
        """Have it start."""
        # Ray's sockets need a short path.
        self._scratch = tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
        with (self.folder / "serve.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "serving", "--port", str(self.port)),
                    *("--data-dir", str(self.folder / "var")),
                ],
                cwd=REPOSITORY,
                env=clean_environment() | self.settings | {"RAY_TMPDIR": self._scratch.name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self) -> None:
        """Come back when it says that it is ready."""
        self.launch()
        assert self._process
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

    def press_ctrl_c(self) -> None:
        """A terminal sends it to all processes that have not left its session."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """Send SIGTERM to it alone."""
        assert self._process
        self._process.terminate()

    def stop(self) -> tuple[int, list[str]]:
        """Ask it to stop; gives its exit status and the processes it left behind."""
        self.terminate()
        return self.ended()

    def ended(self) -> tuple[int, list[str]]:
        """Its exit status, and the processes it left behind, once it has ended."""
        assert self._process
        family = set(self.family())
        deadline = time.monotonic() + _STOP_SECONDS
        try:
            while self._process.poll() is None and time.monotonic() < deadline:
                family.update(self.family())  # what was starting goes on doing so
                time.sleep(0.1)
            status = self._process.wait(0)
            left = still_running(family, seconds=10)
        finally:
            kill(family)
            self._process.wait()
            self._scratch.cleanup()
        return status, left
