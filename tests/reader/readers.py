"""Page readers for tests, and processes of theirs that are struck while they work."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psutil

from adapters.ocr.messages import Recipe
from adapters.ocr.tessdata import find_tessdata
from tests.faults.processes import cpu_seconds, eventually, is_running, readers_below

_BUSY_SECONDS = 0.15


def recipe() -> Recipe:
    """A recipe of everyday values."""
    return Recipe(
        engine="tesserocr",
        languages="eng",
        tessdata=find_tessdata(None),
        low_confidence=0.7,
        pixels=30_000_000,
        memory_mb=1024,
        seconds=60,
        attempts=3,
        lifetime=300,
    )


def until_busy(process: psutil.Process, since: float) -> None:
    """Wait until a process has computed for a while longer than `since`, its CPU seconds."""
    eventually(
        lambda: not is_running(process) or cpu_seconds(process) > since + _BUSY_SECONDS,
        30,
        f"process {process.pid} computes",
    )


@contextmanager
def each_reader_struck(number: signal.Signals) -> Iterator[list[int]]:
    """Each page reader of this process gets a signal as soon as it is seen; gives their pids."""
    struck: list[int] = []
    enough = Event()

    def strike() -> None:
        while not enough.wait(0.05):
            for reader in readers_below(os.getpid()):
                if reader.pid not in struck:
                    struck.append(reader.pid)
                    os.kill(reader.pid, number)

    thread = Thread(target=strike)
    thread.start()
    try:
        yield struck
    finally:
        enough.set()
        thread.join()
