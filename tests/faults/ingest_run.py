"""`python -m jobs.ingest` in a process tree of its own, to be watched and killed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psutil

from domain.book import Book
from jobs.ingestion.tally import RunReport
from tests.faults.processes import below, is_running, readers_below

ROOT = Path(__file__).parents[2]
WORKER = "ray::FlatMap(_do)"
_FINISH_SECONDS = 180


class Ended(NamedTuple):
    """How a run ended; `report` is None when it gave none."""

    status: int
    report: RunReport | None
    messages: str


class IngestRun:
    """A run of the command on the library in the folder `data`."""

    def __init__(self, data: Path, *arguments: str | Path, **settings: object) -> None:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SCRIPTORIUM_", "RAY_"))
        }
        settings = {"head_start_seconds": 0} | settings  # Ray's workers are to read
        wanted = {f"SCRIPTORIUM_{name.upper()}": str(value) for name, value in settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobs.ingest", "--json", *map(str, arguments)],
            cwd=ROOT,
            env=inherited | {"SCRIPTORIUM_DATA_DIR": str(data)} | wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The driver's process id."""
        return self.process.pid

    def finish(self) -> Ended:
        """Wait for its end."""
        output, messages = self.process.communicate(timeout=_FINISH_SECONDS)
        lines = output.splitlines()
        report = RunReport.model_validate_json(lines[-1]) if lines else None
        return Ended(self.process.returncode, report, messages)

    def workers(self) -> list[psutil.Process]:
        """The processes that read slices."""
        return [process for process in below(self.pid) if name_of(process).startswith(WORKER)]

    def worker_with_a_book(self) -> psutil.Process | None:
        """One whose page reader has opened a book, if there is one."""
        for worker in self.workers():
            if any(map(_has_a_book, readers_below(worker.pid))):
                return worker
        return None

    def kill_everything(self) -> None:
        """End the driver and whatever is below it."""
        left = below(self.pid)
        self.process.kill()
        for process in left:
            if is_running(process):
                process.kill()
        self.process.communicate()


def _has_a_book(reader: psutil.Process) -> bool:
    try:
        return any(Path(file.path).name == "source" for file in reader.open_files())
    except psutil.NoSuchProcess:
        return False


def name_of(process: psutil.Process) -> str:
    """Its name; empty once it is gone."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def slices(data: Path) -> dict[str, bytes]:
    """The slice objects of the library in `data`: content by file name."""
    return {path.name: path.read_bytes() for path in data.glob("store/books/*/slices/*.json")}


def books(data: Path) -> list[Book]:
    """The complete books of the library in `data`."""
    return [
        Book.model_validate_json(path.read_bytes())
        for path in sorted(data.glob("store/books/*/book.json"))
    ]
