"""A run without a cluster: it starts a Ray of its own, and leaves nothing of it behind."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from jobs.ingestion.tally import RunReport
from tests.cluster.commands import REPOSITORY, SECONDS, clean_environment, run
from tests.cluster.processes import (
    LOOPBACK,
    kill,
    listening,
    still_running,
    with_descendants,
)
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(240)


class Observed(NamedTuple):
    """A run, and what was seen of it while it went on."""

    status: int
    report: RunReport
    processes: set[psutil.Process]
    addresses: set[tuple[str, str]]
    """Where processes listened: name and address."""


class Alone(NamedTuple):
    """A machine without a cluster."""

    environment: dict[str, str]
    home: Path


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    home = tmp_path_factory.mktemp("home")
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as scratch:
        environment = clean_environment() | {
            "HOME": str(home),
            "RAY_TMPDIR": scratch,
            "SCRIPTORIUM_DATA_DIR": str(home / "var"),
            "SCRIPTORIUM_HEAD_START_SECONDS": "0",
        }
        yield Alone(environment, home)


@pytest.fixture(scope="module")
def observed(alone: Alone, scan: SampleBook) -> Iterator[Observed]:
    processes: set[psutil.Process] = set()
    addresses: set[tuple[str, str]] = set()
    output = alone.home / "report.json"
    with output.open("wb") as stdout:
        command = subprocess.Popen(
            [sys.executable, "-m", "jobs.ingest", str(scan.path), "--json"],
            cwd=REPOSITORY,
            env=alone.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
        )
        try:
            for _ in range(10 * SECONDS):
                try:
                    command.wait(0.1)
                    break
                except subprocess.TimeoutExpired:
                    for process in with_descendants(command.pid):
                        processes.add(process)
                        addresses.update(listening(process))
            status = command.wait(0)
            report = RunReport.model_validate_json(output.read_bytes())
            yield Observed(status, report, processes, addresses)
        finally:
            kill(processes)
            command.wait()


def test_it_reads_the_book(observed: Observed, scan: SampleBook) -> None:
    assert observed.status == 0
    (book,) = observed.report.books
    assert (book.status, book.pages_read) == ("read", len(scan.truth))
    names = {name for name, _ in observed.addresses}
    assert {"gcs_server", "raylet"} <= names  # so there was something to see


def test_it_leaves_no_process_behind(observed: Observed) -> None:
    assert len(observed.processes) > 5
    assert not still_running(observed.processes, seconds=20)


def test_no_other_machine_can_reach_it(observed: Observed) -> None:
    exposed = {name for name, ip in observed.addresses if not ip.startswith(LOOPBACK)}
    assert not exposed


@pytest.mark.usefixtures("observed")
def test_a_run_with_nothing_to_do_needs_no_ray(alone: Alone, scan: SampleBook) -> None:
    nobody_there = {"RAY_ADDRESS": "127.0.0.1:1"}
    again = run(
        *(sys.executable, "-m", "jobs.ingest", str(scan.path), "--json"),
        environment=alone.environment | nobody_there,
    )
    assert again.status == 0, again.stderr
    assert again.report.pages_read == 0
    assert "read before, nothing to do" in again.stderr
