"""Read books into the library: `python -m jobs.ingest SOURCE...`.

Exit status: 0 all books are read, 3 some are partial, failed, interrupted, undone or not in the
event log, 2 bad usage, 130 stopped by Ctrl-C.
"""

import argparse
import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ray.exceptions import RayError, RayTaskError
from rich.console import Console

from adapters.exports import EXPORTERS, exporter
from cluster.ray_connection import check_address, connected, starts_ray
from cluster.settings import Settings, load_settings
from cluster.wiring import open_store, reader_recipe
from domain import library
from domain.book import ReadingOptions, TextMode
from domain.entity import Origin
from domain.errors import ClusterUnavailable, ScriptoriumError, SettingsError, StoreUnavailable
from jobs.ingestion.chronicle import Chronicle, entities_of_this_process
from jobs.ingestion.head_start import HeadStart
from jobs.ingestion.principals import JOB
from jobs.ingestion.register import Wish, register_all
from jobs.ingestion.rows import Outcome, Source, Task, Undone
from jobs.ingestion.screen import Bar, bar, print_table
from jobs.ingestion.sources import find_sources
from jobs.ingestion.tally import RunReport, Tally

ALL_READ, BAD_USAGE, NOT_ALL_READ, STOPPED = 0, 2, 3, 130
_BY_HAND = "stopped by Ctrl-C"
_NO_BOOK = "0" * 64
_MOST_READERS_HERE = 8
_SUBMITTED = "RAY_JOB_CONFIG_JSON_ENV_VAR"  # set by Ray for the entry point of a submitted job


class Request(NamedTuple):
    """What is to be ingested, and how."""

    sources: Sequence[Source | Undone]
    reading: ReadingOptions
    exports: Sequence[str]
    settings: Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    started = time.monotonic()
    # Importing Ray Data takes two seconds; meanwhile the sources are registered.
    threading.Thread(target=import_module, args=["jobs.ingestion.pipeline"], daemon=True).start()
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        request = _request(options)
    except ScriptoriumError as error:
        line = f"jobs.ingest: {error}"
        console.print(line, style="red", soft_wrap=True, highlight=False, markup=False)
        return BAD_USAGE
    except KeyboardInterrupt:
        return STOPPED
    report = ingest(request, console, started)
    print_table(report, console if options.json else Console())
    if options.json:
        print(report.model_dump_json(), flush=True)
    if report.trouble == _BY_HAND:
        return STOPPED
    return ALL_READ if report.all_read else NOT_ALL_READ


def ingest(request: Request, console: Console, started: float) -> RunReport:
    """Read all that is asked for; `started` is when, by the monotonic clock, that began."""
    tally = Tally()
    origin = Origin(correlation_id=str(uuid4()), principal=JOB)
    with Chronicle(request.settings, entities_of_this_process, origin) as chronicle:
        trouble = _ingest(request, tally, chronicle, console)
    return tally.report(time.monotonic() - started, trouble, chronicle.trouble)


def _ingest(request: Request, tally: Tally, chronicle: Chronicle, console: Console) -> str | None:
    """Note what becomes of everything; gives what stopped it, if anything did."""
    with bar(console) as progress:
        try:
            tasks = _plan(request, tally, chronicle, progress)
            if not tasks:
                return None
            progress.begin("reading pages", tally.pages_to_read)
            chronicle.start()  # while this process waits for Ray's
            for outcome in _outcomes(tasks, request.settings):
                tally.note(outcome)
                chronicle.note(outcome)
                progress.reach(tally.pages_read)
        except RayTaskError:
            raise  # a fault of ours, not the cluster's
        except (ClusterUnavailable, RayError) as error:
            return f"the cluster failed: {error}"
        except KeyboardInterrupt:
            return _BY_HAND
    return None


def _outcomes(tasks: Sequence[Task], settings: Settings) -> Iterator[Outcome]:
    """Do the tasks: here for a start, unless a cluster is there to do it; then on Ray."""
    workers = min(settings.ocr_workers or os.cpu_count() or 1, _MOST_READERS_HERE)
    seconds = settings.head_start_seconds * starts_ray()
    with HeadStart(tasks, settings, workers if seconds else 0) as head:
        try:
            if not head.ends_within(seconds):
                with connected(settings):
                    from jobs.ingestion.pipeline import run

                    if left := head.hand_over():
                        yield from run(left, settings)
        except KeyboardInterrupt:
            head.hand_over()
            yield from head.outcomes()  # of what is being read now, which is not wasted
            raise
        yield from head.outcomes()


def _plan(request: Request, tally: Tally, chronicle: Chronicle, progress: Bar) -> list[Task]:
    """Register the sources; gives what is left to do."""
    progress.begin("registering books", len(request.sources))
    tasks: list[Task] = []
    wishes = {
        source: Wish(source.uri, request.reading, request.exports)
        for source in request.sources
        if isinstance(source, Source)
    }
    registrations = register_all(list(wishes.values()), request.settings)
    for count, source in enumerate(request.sources, 1):
        if isinstance(source, Undone):
            tally.plan(source.source, [source])
        else:
            found = next(registrations)
            tasks += tally.plan(source.uri, found.findings)
            chronicle.registered(found, wishes[source])
        progress.reach(count)
    return tasks


def _request(options: argparse.Namespace) -> Request:
    """Check everything that can be checked before work begins. Raises `ScriptoriumError`."""
    named = {"store": options.store, "languages": options.languages}
    settings = load_settings(**{name: value for name, value in named.items() if value})
    if _SUBMITTED in os.environ:
        _check_all_stays(settings)
    exports = [name for name in options.export.split(",") if name]
    for name in exports:
        exporter(name)
    reading = ReadingOptions(
        languages=settings.languages, text=options.text, engine=settings.ocr_engine
    )
    reader_recipe(settings, reading)
    check_address()
    asyncio.run(_check_store(settings))
    return Request(find_sources(options.sources, settings), reading, exports, settings)


async def _check_store(settings: Settings) -> None:
    """Raise what the store says to any question; its silence may end by itself."""
    store = open_store(settings)
    try:
        with suppress(StoreUnavailable):
            await store.head(library.source_key(_NO_BOOK))
    finally:
        await store.close()


def _check_all_stays(settings: Settings) -> None:
    """A submitted job runs in a copy of its working folder that Ray deletes after it."""
    if settings.store_uri.startswith(f"file:{Path.cwd()}/"):
        raise SettingsError(
            "the store would lie in the job's working folder, which Ray deletes: "
            "name another by --store or SCRIPTORIUM_STORE"
        )
    if not settings.database.get_secret_value() and settings.data_dir.is_relative_to(Path.cwd()):
        raise SettingsError(
            "the event log would lie in the job's working folder, which Ray deletes: "
            "name another place by SCRIPTORIUM_DATABASE or SCRIPTORIUM_DATA_DIR"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.ingest",
        description="Read books (PDF, EPUB, CBZ, TIFF and other images) into the library.",
        epilog="Exit status: 0 all read, 3 some partial, failed, interrupted, undone or not in the "
        "event log, 2 bad usage, 130 stopped by Ctrl-C.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a file, a folder, a glob or s3://bucket/prefix",
    )
    parser.add_argument("--store", metavar="URI", help="file:FOLDER or s3://bucket/prefix")
    parser.add_argument("--languages", metavar="CODES", help="for recognition, e.g. eng+fra")
    parser.add_argument(
        "--text",
        choices=[mode.value for mode in TextMode],
        type=str,
        default=TextMode.AUTO.value,
        help="auto: decide page by page; ocr: recognise all; native: only text the file has",
    )
    parser.add_argument(
        "--export", metavar="FORMATS", default="", help=f"any of {','.join(EXPORTERS)}"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the report as one JSON object, as the last line"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
