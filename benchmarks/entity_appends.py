"""Appends to PostgreSQL: our log beside the `eventsourcing` library, on the same database."""

import asyncio
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import SecretStr

from adapters.event_log.base import Append
from adapters.event_log.postgres import PostgresLog
from domain.events import Metadata, NewEvent, StreamId
from tests.contract.postgres_server import PostgresServer

WRITERS = 16
SECONDS = 8.0
_HOME = Path(tempfile.gettempdir()) / "scriptorium-eventsourcing"
_PYTHON = _HOME / "bin" / "python"
_SCRIPT = Path(__file__).with_name("eventsourcing_writers.py")
_DATA = '{"pages":[1,4],"failed":0}'


def compare(database: str) -> tuple[float, float]:
    """Appends a second of ours and of theirs: each writer one event after the other, to a stream
    of its own. The server is one that forces every commit to the disk, as it comes."""
    _install()
    with _database(database) as url:
        return asyncio.run(_ours(url)), _theirs(url)


@contextmanager
def _database(url: str) -> Iterator[str]:
    if url:
        yield url
        return
    server = PostgresServer(fsync=True)
    try:
        yield server.url(server.create_database())
    finally:
        server.stop()


async def _ours(url: str) -> float:
    log = PostgresLog(SecretStr(url), connections=WRITERS, seconds=30)
    await log.ping()
    began = time.perf_counter()
    counts = await asyncio.gather(*(_write(log, began + SECONDS) for _ in range(WRITERS)))
    taken = time.perf_counter() - began
    await log.close()
    return sum(counts) / taken


async def _write(log: PostgresLog, until: float) -> int:
    stream = StreamId("book", uuid4().hex)
    version = 0
    while time.perf_counter() < until:
        event = NewEvent(
            event_id=uuid4(),
            type="SliceRead",
            schema_version=1,
            data=_DATA,
            metadata=Metadata(command_id=str(version), correlation_id="benchmark"),
            occurred_at=datetime.now(UTC),
        )
        await log.append([Append(stream, version, [event])])
        version += 1
    return version


def _theirs(url: str) -> float:
    parts = urlsplit(url)
    done = subprocess.run(
        [
            *(str(_PYTHON), str(_SCRIPT)),
            *(str(parts.hostname), str(parts.port), parts.path.strip("/")),
            *(str(parts.username), str(WRITERS), str(SECONDS), _DATA),
        ],
        input=parts.password or "",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _install() -> None:
    """The library, for this benchmark only."""
    if not _PYTHON.exists():
        venv.create(_HOME, with_pip=True)
    pip = [str(_PYTHON), "-m", "pip", "install", "--quiet", "eventsourcing[postgres]==9.5.6"]
    subprocess.run(pip, check=True)
