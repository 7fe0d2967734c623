"""A Ray cluster of one node, started as a user starts it, that no other machine can reach."""

import secrets
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.cluster.commands import clean_environment
from tests.cluster.ports import free_ports
from tests.cluster.processes import kill, still_running, with_descendants

HOST = "127.0.0.1"
_START_SECONDS = 60
_STARTED = "Ray runtime started."
_PORTS = (
    "--port",
    "--dashboard-port",
    "--dashboard-agent-listen-port",
    "--dashboard-agent-grpc-port",
    "--runtime-env-agent-port",
    "--metrics-export-port",
    "--ray-client-server-port",
)


class RayHead:
    """Runs from construction to `stop`. Its files lie in `folder`, whose path must be short: the
    names of Unix sockets have about 100 characters. `environment` is the one in which commands find
    the cluster and may use it."""

    def __init__(self, folder: Path, cpus: int) -> None:
        self.folder = folder
        self.token = secrets.token_hex(32)
        *ports, metrics, monitor = free_ports(len(_PORTS) + 2)
        self._ports = dict(zip(_PORTS, ports, strict=True))
        self.environment = clean_environment() | {
            "RAY_ADDRESS": f"{HOST}:{self._ports['--port']}",
            "RAY_API_SERVER_ADDRESS": f"http://{HOST}:{self._ports['--dashboard-port']}",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.token,
            "RAY_USAGE_STATS_ENABLED": "0",
            # Without it Ray replaces the loopback address by one that others can reach.
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "DASHBOARD_METRIC_PORT": str(metrics),
            "AUTOSCALER_METRIC_PORT": str(monitor),
        }
        self._output = folder / "ray-start.log"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                ["ray", *self._arguments(cpus)],
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_started(self) -> None:
        """Returns when commands can use the cluster."""
        deadline = time.monotonic() + _START_SECONDS
        while _STARTED not in self._output.read_text():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)
            late = time.monotonic() > deadline
            if late or self._process.returncode is not None:
                raise AssertionError(f"Ray did not start:\n{self._output.read_text()}")

    def stop(self) -> None:
        """End all processes of the cluster, and no others as `ray stop` would."""
        processes = with_descendants(self._process.pid)
        kill(processes)
        self._process.wait()
        alive = still_running(processes, seconds=20)
        assert not alive, alive

    def _arguments(self, cpus: int) -> list[str]:
        return [
            *("start", "--head", "--block", "--node-ip-address", HOST, "--dashboard-host", HOST),
            *(text for option, port in self._ports.items() for text in (option, str(port))),
            *("--min-worker-port", "0", "--max-worker-port", "0"),  # any that is free
            *("--num-cpus", str(cpus), "--object-store-memory", str(200 * 2**20)),
            *("--temp-dir", str(self.folder)),
        ]
