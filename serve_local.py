"""Serve on this machine, in the foreground: what scripts/serve runs.

The same application as on a cluster, on a Ray that is started for it and stopped with it.
"""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cluster import local_serve
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings
from domain.errors import ScriptoriumError

_NAME = "scriptorium"
_STOPPED, _FAILED, _BAD_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM.

    Exit status: 0 stopped as asked, 1 it could not be started, 2 bad usage.
    """
    options = _parser().parse_args(arguments)
    named = {"data_dir": options.data_dir, "http_port": options.port}
    console = Console()
    try:
        settings = load_settings(
            dashboard=True, **{name: value for name, value in named.items() if value is not None}
        )
    except ScriptoriumError as error:
        return _complain(error, _BAD_USAGE, console)
    console.print("serve: starting Ray and the application ...")
    try:
        with serving(settings) as dashboard:
            stop = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):  # after Ray has set its own handlers
                signal.signal(number, lambda *_: stop.set())
            _say_where(settings, dashboard, console)
            stop.wait()
            console.print("serve: stopping; requests under way are finished first")
    except ScriptoriumError as error:
        return _complain(error, _FAILED, console)
    console.print("serve: stopped")
    return _STOPPED


@contextmanager
def serving(settings: Settings) -> Iterator[str | None]:
    """The application on a Ray of its own, both stopped in the end; gives the dashboard's address.

    Raises:
        SettingsError, LogUnavailable, ClusterUnavailable: it cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="serve-") as folder:
        local_serve.prepare(Path(folder))
        with connected(settings) as dashboard:
            # Imported now, because Serve reads its environment when it is imported.
            from ray import serve

            from actors.platform import start_platform, stop_platform
            from jobs.consumers import library
            from jobs.ingestion.batch import read_batch
            from jobs.writing.recipe import write_chapters
            from serve_app import application

            logging.getLogger("ray.serve").setLevel(logging.WARNING)
            try:
                # Here first: what is wrong with the settings is then said by us and at once.
                asyncio.run(start_platform(settings, library, read_batch, write_chapters))
                serve.start(http_options={"host": settings.http_host, "port": settings.http_port})
                serve.run(application(settings), name=_NAME, route_prefix="/")
                yield dashboard
            finally:
                serve.shutdown()
                asyncio.run(stop_platform())


def _say_where(settings: Settings, dashboard: str | None, console: Console) -> None:
    address = f"http://{settings.http_host}:{settings.http_port}"
    places = {
        "API": f"{address}/v1/books",
        "its description": f"{address}/docs",
        "Ray dashboard": f"http://{dashboard}",
        "objects": settings.store_uri,
        "event log": settings.database_place,
    }
    for name, place in places.items():
        console.print(f"  {name + ':':<17}{place}", soft_wrap=True, highlight=False)
    console.print("serve: ready; Ctrl-C stops it")


def _complain(error: ScriptoriumError, status: int, console: Console) -> int:
    console.print(f"serve: {error}", style="red", highlight=False, markup=False)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/serve", description="Serve the library over HTTP on this machine."
    )
    parser.add_argument("--port", type=int, help="SCRIPTORIUM_HTTP_PORT; 8000 if not set")
    parser.add_argument("--data-dir", help="SCRIPTORIUM_DATA_DIR; ./var if not set")
    return parser


if __name__ == "__main__":
    sys.exit(main())
