"""Read books into the library: `python -m jobs.ingest SOURCE...`.

Exit status: 0 all books are read, 3 some are partial, failed or interrupted, 2 bad usage.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ray.exceptions import RayError, RayTaskError
from rich.console import Console

from adapters.exports import EXPORTERS, exporter
from cluster.ray_connection import connected
from cluster.settings import Settings, load_settings
from cluster.wiring import reader_recipe
from domain.book import ReadingOptions, TextMode
from domain.errors import ClusterUnavailable, ScriptoriumError, SettingsError
from jobs.ingestion.register import register_all
from jobs.ingestion.rows import Source, Task
from jobs.ingestion.screen import Bar, bar, print_table
from jobs.ingestion.sources import find_sources
from jobs.ingestion.tally import Tally

ALL_READ, BAD_USAGE, NOT_ALL_READ = 0, 2, 3
_SUBMITTED = "RAY_JOB_CONFIG_JSON_ENV_VAR"  # set by Ray for the entry point of a submitted job


class Request(NamedTuple):
    """What is to be ingested, and how."""

    sources: Sequence[Source]
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
        console.print(f"jobs.ingest: {error}", style="red", highlight=False, markup=False)
        return BAD_USAGE
    tally = Tally()
    trouble = ingest(request, tally, console)
    report = tally.report(time.monotonic() - started, trouble)
    print_table(report, console if options.json else Console())
    if options.json:
        print(report.model_dump_json(), flush=True)
    return ALL_READ if report.all_read else NOT_ALL_READ


def ingest(request: Request, tally: Tally, console: Console) -> str | None:
    """Read all that is asked for, noting it in `tally`; gives what stopped it, if anything did."""
    with bar(console) as progress:
        tasks = _plan(request, tally, progress)
        if not tasks:
            return None
        progress.begin("starting Ray", None)
        try:
            with connected(request.settings):
                from jobs.ingestion.pipeline import run

                progress.begin("reading pages", tally.pages_to_read)
                for outcome in run(tasks, request.settings, request.exports):
                    tally.note(outcome)
                    progress.reach(tally.pages_read)
        except RayTaskError:
            raise  # a fault of ours, not the cluster's
        except (ClusterUnavailable, RayError) as error:
            return f"the cluster failed: {error}"
    return None


def _plan(request: Request, tally: Tally, progress: Bar) -> list[Task]:
    """Register the sources; gives what is left to do."""
    progress.begin("registering books", len(request.sources))
    tasks: list[Task] = []
    found_for = register_all(request.sources, request.reading, request.settings, request.exports)
    for count, (source, found) in enumerate(zip(request.sources, found_for, strict=True), 1):
        tasks += tally.plan(source.uri, found)
        progress.reach(count)
    return tasks


def _request(options: argparse.Namespace) -> Request:
    """Check everything that can be checked before work begins. Raises `ScriptoriumError`."""
    named = {"store": options.store, "languages": options.languages}
    settings = load_settings(**{name: value for name, value in named.items() if value})
    _check_store_stays(settings)
    exports = [name for name in options.export.split(",") if name]
    for name in exports:
        exporter(name)
    reading = ReadingOptions(
        languages=settings.languages, text=options.text, engine=settings.ocr_engine
    )
    reader_recipe(settings, reading)
    return Request(find_sources(options.sources, settings), reading, exports, settings)


def _check_store_stays(settings: Settings) -> None:
    """A submitted job runs in a copy of its working folder that Ray deletes after it."""
    inside = settings.store_uri.startswith(f"file:{Path.cwd()}/")
    if inside and _SUBMITTED in os.environ:
        raise SettingsError(
            "the store would lie in the job's working folder, which Ray deletes: "
            "name another by --store or SCRIPTORIUM_STORE"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.ingest",
        description="Read books (PDF, EPUB, CBZ, TIFF and other images) into the library.",
        epilog="Exit status: 0 all read, 3 some partial, failed or interrupted, 2 bad usage.",
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
