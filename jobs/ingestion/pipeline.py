"""The Ray Data pipeline: stretches of tasks -> outcomes.

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
from domain.slices import LONGEST_STRETCH, stretches
from jobs.ingestion.read import SliceReader
from jobs.ingestion.rows import Outcome, Row, Stretch, Task, pack, unpack
from jobs.ingestion.workbench import workbench


def run(
    tasks: Sequence[Task], settings: Settings, longest_stretch: int = LONGEST_STRETCH
) -> Iterator[Outcome]:
    """Do the tasks on the connected cluster, yielding outcomes as they come.

    Rows carry their own failures; what is raised is a failure of the cluster itself, after which
    a further run goes on where this one ended.
    """
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # bytes: a row is a block, and so a task or news, of its own
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    workers = settings.ocr_workers or max(1, int(ray.cluster_resources().get("CPU", 0)))
    cut = stretches(tasks, workers, longest_stretch)
    rows = [pack(Stretch(tasks=tuple(stretch))) for stretch in cut]
    outcomes = ray.data.from_items(rows, override_num_blocks=len(rows)).flat_map(
        _do, fn_args=(settings,), num_cpus=1, concurrency=settings.ocr_workers
    )
    for batch in outcomes.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pandas"):
        for row in batch.to_dict("records"):
            yield cast(Outcome, unpack(row))


def _do(row: Row, settings: Settings) -> Iterator[Row]:
    reader = SliceReader(workbench(settings))
    for task in cast(Stretch, unpack(row)).tasks:
        yield from (pack(outcome) for outcome in reader.do(task))
