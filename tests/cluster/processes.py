"""Which processes a test has started, and that they are gone."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import psutil

LOOPBACK = ("127.", "::1", "::ffff:127.")


def with_descendants(pid: int) -> list[psutil.Process]:
    """The process and all it has started, itself first; empty once it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def listening(process: psutil.Process) -> Iterator[tuple[str, str]]:
    """The process's name with each address at which it waits for connections."""
    with suppress(psutil.NoSuchProcess):  # gone meanwhile
        for connection in process.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                yield process.name(), connection.laddr.ip


def still_running(processes: Iterable[psutil.Process], seconds: float) -> list[str]:
    """The names of those that have not ended `seconds` from now."""
    _, alive = psutil.wait_procs(list(processes), timeout=seconds)
    return [_description(process) for process in alive if not _is_zombie(process)]


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes at once; those that are gone already do not matter."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _is_zombie(process: psutil.Process) -> bool:
    """Ended, and waiting for a parent that may never ask."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _description(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return f"{process.pid} {' '.join(process.cmdline())[:100]}"
    return f"{process.pid}"
