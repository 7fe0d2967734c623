"""The application on a Ray of its own, started for it and stopped with it.

As a command it serves until its standard input ends; see `python -m serving`.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from threading import Event, Thread

from ray.exceptions import RayError
from rich.console import Console

from cluster import loopback
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings
from domain.errors import ClusterUnavailable, ScriptoriumError

_NAME = "scriptorium"
_STOPPED, _FAILED, _BAD_USAGE = 0, 1, 2
_LOOK_SECONDS = 0.1
_END_SECONDS = 5.0  # for the streams to hear of it


class _StoppedEarly(Exception):
    """A stop was asked for before everything had started."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until standard input ends. Gives the exit status, see `python -m serving`."""
    stop = Event()
    Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    options = _parser().parse_args(arguments)
    named = {"data_dir": options.data_dir, "http_port": options.port}
    console = Console()
    try:
        settings = load_settings(
            dashboard=True, **{name: value for name, value in named.items() if value is not None}
        )
        loopback.check_port(settings)
    except ScriptoriumError as error:
        return _complain(error, _BAD_USAGE, console)
    console.print("serve: starting Ray and the application ...")
    try:
        with serving(settings, stop) as dashboard:
            _say_where(settings, dashboard, console)
            stop.wait()
    except _StoppedEarly:
        pass
    except ScriptoriumError as error:
        return _complain(error, _FAILED, console)
    console.print("serve: stopped")
    return _STOPPED


@contextmanager
def serving(settings: Settings, stop: Event) -> Iterator[str | None]:
    """The application on a Ray of its own, both stopped in the end; gives the dashboard's address.

    Raises:
        SettingsError, LogUnavailable, ClusterUnavailable: it cannot be started.
    """

    def go_on() -> None:
        if stop.is_set():
            raise _StoppedEarly

    go_on()
    with tempfile.TemporaryDirectory(prefix="serve-") as folder, ExitStack() as silence:
        loopback.prepare(Path(folder), settings)
        with connected(settings) as dashboard:
            go_on()
            try:
                _start(settings, go_on)
                yield dashboard
            finally:
                # Serve waits for its controller by a call that the controller's end breaks off;
                # Ray prints that such a call has failed.
                silence.enter_context(redirect_stdout(StringIO()))
                asyncio.run(_stop())


def _start(settings: Settings, go_on: Callable[[], None]) -> None:
    # Imported now, because Serve reads its environment when it is imported.
    from ray import serve

    from actors.platform import start_platform
    from jobs.consumers import library
    from jobs.ingestion.batch import read_batch
    from jobs.writing.recipe import write_chapters
    from serve_app import application

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    # Here first: what is wrong with the settings is then said by us and at once.
    asyncio.run(start_platform(settings, library, read_batch, write_chapters))
    go_on()
    try:
        serve.start(http_options={"host": settings.http_host, "port": settings.http_port})
        go_on()
        serve.run(application(settings), name=_NAME, route_prefix="/")
    except (RayError, RuntimeError, TimeoutError) as error:
        # Serve quotes its actors' tracebacks; what happened is said at their end.
        reason = str(error).strip().rpartition("\n")[2]
        raise ClusterUnavailable(f"the application does not start: {reason}") from error
    go_on()


async def _stop() -> None:
    from ray import serve

    from actors.platform import stop_platform

    if _NAME in serve.status().applications:
        with suppress(RayError, TimeoutError):  # they would only last a little longer
            async with asyncio.timeout(_END_SECONDS):
                await serve.get_app_handle(_NAME).end_streams.remote()
        # Not by the shutdown below, which ends HAProxy at once and with it all connections.
        serve.delete(_NAME, _blocking=False)
        while _NAME in serve.status().applications:  # noqa: ASYNC110  # Serve tells nobody
            await asyncio.sleep(_LOOK_SECONDS)
    await serve.shutdown_async()
    await stop_platform()


def _wait_for_end(stop: Event) -> None:
    # Not by `sys.stdin`, whose lock would be missed at this process's end.
    while os.read(0, 1024):
        pass
    stop.set()


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
    console.print(f"serve: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
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
