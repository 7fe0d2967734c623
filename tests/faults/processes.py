"""Watching processes, and waiting for what they do."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

T = TypeVar("T")

_POLL_SECONDS = 0.05
_READER = "adapters.ocr.child"


def eventually(condition: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of `condition`; the test fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} seconds: {what}")
        time.sleep(_POLL_SECONDS)
    return value


def below(pid: int) -> list[psutil.Process]:
    """All processes started by this one or by those, zombies included; none once it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def readers_below(pid: int) -> list[psutil.Process]:
    """The page readers among them."""
    return [process for process in below(pid) if _READER in command_line(process)]


def command_line(process: psutil.Process) -> list[str]:
    """Its arguments; none for a zombie or a process that is gone."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def cpu_seconds(process: psutil.Process) -> float:
    """Time it has computed for; 0 once it is gone."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def running(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended. A zombie has: its parent is to collect it."""
    return [process for process in processes if is_running(process)]


def is_running(process: psutil.Process) -> bool:
    """Whether it has not ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def peak_memory(pid: int) -> int:
    """Most bytes of memory the process has held at once; 0 for one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peaks[0]) * 1024 if peaks else 0
