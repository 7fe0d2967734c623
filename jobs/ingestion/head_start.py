"""Reading begins at once, in page readers of the driver; Ray starts where there is more to do."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from cluster.settings import Settings
from jobs.ingestion.read import SliceReader
from jobs.ingestion.rows import Outcome, Task
from jobs.ingestion.workbench import Workbench


class HeadStart:
    """Does tasks from the first on, `workers` at once, until `hand_over` is called.

    A short book is read before Ray would be up; with a long one, no processor waits for Ray.
    """

    def __init__(self, tasks: Sequence[Task], settings: Settings, workers: int) -> None:
        self._waiting = deque(tasks)
        self._settings = settings
        self._pool = ThreadPoolExecutor(max(1, workers), thread_name_prefix="head-start")
        self._work = [self._pool.submit(self._read) for _ in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hand_over()
        self._pool.shutdown()

    def ends_within(self, seconds: float) -> bool:
        """Whether all tasks are done by then; returns as soon as they are."""
        return not wait(self._work, seconds).not_done and not self._waiting

    def hand_over(self) -> list[Task]:
        """Begin no further task; gives those that are left."""
        left: list[Task] = []
        while task := self._next():
            left.append(task)
        return left

    def outcomes(self) -> Iterator[Outcome]:
        """What came of the tasks that were begun, once they are done."""
        for work in self._work:
            yield from work.result()

    def _read(self) -> list[Outcome]:
        bench = Workbench(self._settings)
        reader = SliceReader(bench)
        outcomes: list[Outcome] = []
        try:
            while task := self._next():
                outcomes += reader.do(task)
        finally:
            bench.close()
        return outcomes

    def _next(self) -> Task | None:
        try:
            return self._waiting.popleft()
        except IndexError:  # handed over, or nothing left
            return None
