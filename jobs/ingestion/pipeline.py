"""The Ray Data pipeline: sources -> registered books -> slices read -> outcomes.

Tasks rather than an actor pool: they run in worker processes that Ray keeps warm, each holding a
workbench; a task whose worker dies is run again a bounded number of times (Ray's default, three);
and no actor has to be started before the first page is read.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import cast

import ray
from ray.data import DataContext

from cluster.settings import Settings
from domain.book import ReadingOptions
from jobs.ingestion.read import SliceReader
from jobs.ingestion.register import Registrar
from jobs.ingestion.rows import Outcome, Row, Source, pack, unpack
from jobs.ingestion.sources import is_remote
from jobs.ingestion.workbench import workbench

_REGISTRARS = 4


def run(rows: Sequence[Row], reading: ReadingOptions, settings: Settings, exports: Sequence[str]) -> Iterator[Outcome]:
    """Ingest sources, some of them perhaps registered already, yielding outcomes as they come.

    Needs a connection to Ray. Rows carry their own failures; what is raised is a failure of the
    cluster itself, after which a further run goes on where this one ended.
    """
    _quieten()
    dataset = ray.data.from_items(list(rows), override_num_blocks=len(rows))
    unregistered = [row for row in map(unpack, rows) if isinstance(row, Source)]
    if unregistered:
        anywhere = all(map(is_remote, unregistered))
        dataset = dataset.flat_map(
            _register,
            fn_args=(settings, reading),
            num_cpus=0,  # hashing and copying; a CPU is for reading, and all of them may be taken
            concurrency=_REGISTRARS,
            label_selector=None if anywhere else _this_node(),
        )
    outcomes = dataset.flat_map(
        _read, fn_args=(settings, exports), num_cpus=1, concurrency=settings.ocr_workers
    )
    for batch in outcomes.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pandas"):
        for row in batch.to_dict("records"):
            yield cast(Outcome, unpack(row))


def _register(row: Row, settings: Settings, reading: ReadingOptions) -> list[Row]:
    return Registrar(workbench(settings), reading)(row)


def _read(row: Row, settings: Settings, exports: Sequence[str]) -> list[Row]:
    return SliceReader(workbench(settings), exports)(row)


def _this_node() -> dict[str, str]:
    """Local files are there where the driver runs."""
    return {"ray.io/node-id": ray.get_runtime_context().get_node_id()}


def _quieten() -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # bytes: a slice is a block, and so a task, of its own
    logging.getLogger("ray.data").setLevel(logging.WARNING)
