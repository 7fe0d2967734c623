"""The whole system on a Ray of its own, as when serving, with the consumers of a soak."""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import ray

from cluster import loopback
from cluster.ray_connection import connected
from cluster.settings import PREFIX, Settings, load_settings
from tests.faults.soak_consumer import soak_consumers

HOOK_SECRET = "a-secret-of-some-length"
BUCKET = "incoming"


@contextmanager
def running(folder: Path, database: str) -> Iterator["System"]:
    """The system with its data in `folder`, whose path is short, and its log in `database`."""
    for name in list(os.environ):
        if name.startswith(("RAY_", PREFIX)):
            del os.environ[name]
    os.environ["RAY_TMPDIR"] = str(folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    settings = load_settings(
        data_dir=folder,
        database=database,
        database_timeout=5.0,
        http_port=port,
        hook_secret=HOOK_SECRET,
        hook_buckets=BUCKET,
        shard_hang_seconds=2.5,
        shard_log_seconds=2.0,
        shard_seconds=5.0,
        consumer_save_seconds=0.2,
        consumer_poll_seconds=0.2,
    )
    loopback.prepare(folder, settings)
    with connected(settings):
        # Imported now, because Serve reads its environment when it is imported.
        from ray import serve

        from actors.platform import start_platform, stop_platform
        from jobs.ingestion.batch import read_batch
        from jobs.writing.recipe import write_chapters
        from serve_app import application

        logging.getLogger("ray.serve").setLevel(logging.ERROR)
        try:
            # The application starts a platform with the library's consumers unless it finds one.
            asyncio.run(start_platform(settings, soak_consumers, read_batch, write_chapters))
            serve.start(http_options={"host": settings.http_host, "port": port})
            serve.run(application(settings), name="soak", route_prefix="/")
            yield System(settings)
        finally:
            serve.shutdown()
            asyncio.run(stop_platform())


@dataclass(frozen=True)
class System:
    """What runs, and where to find it."""

    settings: Settings

    @property
    def url(self) -> str:
        """The address of the HTTP front."""
        return f"http://{self.settings.http_host}:{self.settings.http_port}"

    def processes(self, prefix: str) -> list[psutil.Process]:
        """Those of the actors whose names start so, as far as they are alive."""
        found = []
        # Ray tells its actors' processes nowhere else without its dashboard.
        for actor in ray._private.state.actors().values():
            if actor["Name"].startswith(prefix) and actor["State"] == "ALIVE":
                try:
                    found.append(psutil.Process(actor["Pid"]))
                except psutil.NoSuchProcess:
                    continue
        return found
