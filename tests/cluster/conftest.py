import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import sample_books
from tests.cluster.commands import Finished, run
from tests.cluster.local_server import LocalServer
from tests.cluster.ray_head import RayHead
from tests.cluster.sample_books import SampleBook

HOOK_SECRET = "a-secret-of-some-length"
HOOK_BUCKET = "incoming"


class Ingest:
    """Runs `jobs.ingest` on a cluster, with a library in a folder of its own."""

    def __init__(self, cluster: RayHead, folder: Path) -> None:
        self.cluster = cluster
        self.data = folder
        self.store = folder / "store"

    def __call__(self, *arguments: str | Path, **settings: str) -> Finished:
        """Run with settings given by their names in lower case."""
        named = {f"SCRIPTORIUM_{name.upper()}": value for name, value in settings.items()}
        return run(
            *(sys.executable, "-m", "jobs.ingest", *map(str, arguments)),
            environment=self.cluster.environment | {"SCRIPTORIUM_DATA_DIR": str(self.data)} | named,
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[RayHead]:
    # Not pytest's own folder: its path may be too long for Ray's sockets.
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        head = RayHead(Path(folder), cpus=2)
        try:
            head.wait_until_started()
            yield head
        finally:
            head.stop()


@pytest.fixture(scope="module")
def ingest(cluster: RayHead, tmp_path_factory: pytest.TempPathFactory) -> Ingest:
    return Ingest(cluster, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The server on this machine, whose hook is on and whose event streams are short."""
    running = LocalServer(
        tmp_path_factory.mktemp("server"),
        hook_secret=HOOK_SECRET,
        hook_buckets=HOOK_BUCKET,
        http_stream_seconds="1",
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="session")
def born_digital(shelf: Path) -> SampleBook:
    return sample_books.born_digital(shelf)


@pytest.fixture(scope="session")
def scan(shelf: Path, born_digital: SampleBook) -> SampleBook:
    return sample_books.scanned(shelf, born_digital)
