"""The Ray Data pipeline: tasks -> outcomes.

Ray tasks rather than an actor pool: they run in worker processes that Ray keeps warm, each with a
workbench of its own; a task whose worker dies is run again a bounded number of times (three, Ray's
default); and no actor has to be started before the first page is read.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import cast

import ray.data
from ray.data import DataContext

from cluster.settings import Settings
from jobs.ingestion.read import SliceReader
from jobs.ingestion.rows import Outcome, Row, Task, pack, unpack
from jobs.ingestion.workbench import workbench


def run(tasks: Sequence[Task], settings: Settings, exports: Sequence[str]) -> Iterator[Outcome]:
    """Do the tasks on the connected cluster, yielding outcomes as they come.

    Rows carry their own failures; what is raised is a failure of the cluster itself, after which
    a further run goes on where this one ended.
    """
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # bytes: a row is a block, and so a task, of its own
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    outcomes = ray.data.from_items(
        [pack(task) for task in tasks], override_num_blocks=len(tasks)
    ).flat_map(_do, fn_args=(settings, exports), num_cpus=1, concurrency=settings.ocr_workers)
    for batch in outcomes.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pandas"):
        for row in batch.to_dict("records"):
            yield cast(Outcome, unpack(row))


def _do(row: Row, settings: Settings, exports: Sequence[str]) -> list[Row]:
    task = cast(Task, unpack(row))
    return [pack(outcome) for outcome in SliceReader(workbench(settings), exports).do(task)]
