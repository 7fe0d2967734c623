"""A private Chroma server for tests: a real one, on a free port of the loopback interface."""

import sys
from pathlib import Path

import httpx

from tests.contract.server_process import HOST, ServerProcess, free_port


class ChromaServer:
    """Started when made. It ends with `stop`, and at the latest with this process."""

    def __init__(self) -> None:
        self._process = ServerProcess("chroma")
        self.port = free_port()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it on what it kept."""
        command = Path(sys.executable).with_name("chroma")
        place = ("--path", str(self._process.folder / "data"))
        self._process.start(
            [str(command), "run", *place, "--host", HOST, "--port", str(self.port)],
            self._answers,
            {"ANONYMIZED_TELEMETRY": "False"},
        )

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()

    def pause(self) -> None:
        """Let it hang."""
        self._process.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._process.resume()

    def stop(self) -> None:
        """End it and remove all it kept."""
        self._process.stop()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).is_success
        except httpx.HTTPError:
            return False
