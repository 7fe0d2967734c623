"""A page reader in a process of its own, killed and replaced when it hangs, grows or crashes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, cast

from adapters.ocr.messages import ExportOrder, Inspection, InspectOrder, ReadOrder, Recipe
from domain.book import (
    BookFault,
    Page,
    PageFault,
    TextMode,
)
from domain.errors import BookRefused, ScriptoriumError

_POLITE_SECONDS = 1.0
# A reader killed from outside says nothing about its page, which keeps its full effort.
_KILLED_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)
# A page that the reader itself gave up on for one of these may go better with less effort.
_WORTH_ANOTHER_TRY = (PageFault.TIMEOUT, PageFault.CRASH, PageFault.MEMORY)


Order = InspectOrder | ReadOrder | ExportOrder


class _Lost(Exception):
    """The reader's process had to be given up."""

    def __init__(self, fault: PageFault, detail: str, *, killed_from_outside: bool = False) -> None:
        super().__init__(fault, detail)
        self.fault = fault
        self.detail = detail
        self.killed_from_outside = killed_from_outside

    def refusal(self, what: str) -> BookRefused:
        """What is said of the book that did this."""
        fault = BookFault.TOO_LARGE if self.fault is PageFault.MEMORY else BookFault.DAMAGED
        return BookRefused(fault, f"{what}: {self.detail}")


class _Child(NamedTuple):
    process: subprocess.Popen[bytes]
    orders: Connection


class SupervisedReader:
    """Reads pages in a child process with a deadline and a memory cap for each page.

    `read` always comes back with a terminal page: the child is killed with its process group when
    it is late, and the page is tried again with less effort until its attempts are used up.
    Not thread-safe: one supervisor, one child, one page at a time.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._child: _Child | None = None
        self._pages_read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, if one runs."""
        return self._child.process.pid if self._child else None

    def inspect(self, path: Path, size: int) -> Inspection:
        """Say what a file of `size` bytes is.

        Raises:
            BookRefused: it is no readable book; also when it hangs, kills its reader or
                wants more memory than a page may take.
        """
        try:
            self._send(InspectOrder(path, size), self._recipe.seconds)
            return cast(Inspection, self._receive(self._recipe.seconds))
        except _Lost as lost:
            raise lost.refusal("it cannot be opened") from lost

    def read(self, path: Path, numbers: Sequence[int], text: TextMode) -> list[Page]:
        """Read pages, counted from 1, each to a terminal status."""
        pages: dict[int, Page] = {}
        attempts = dict.fromkeys(numbers, 0)
        efforts = dict.fromkeys(numbers, 0)  # of the pages that are still to be read
        while efforts:
            effort = min(efforts.values())
            batch = [number for number in efforts if efforts[number] == effort]
            for page, penalty in self._attempt(ReadOrder(path, batch, text, effort)):
                number = page.number
                attempts[number] += 1
                may_improve = page.error is not None and page.error.fault in _WORTH_ANOTHER_TRY
                if may_improve and attempts[number] < self._recipe.attempts:
                    efforts[number] = effort + penalty
                    continue
                tries = page.attempts + attempts[number] - 1
                pages[number] = page.model_copy(update={"attempts": tries})
                del efforts[number]
        return [pages[number] for number in numbers]

    def _attempt(self, order: ReadOrder) -> Iterator[tuple[Page, int]]:
        """Pages as they come, each with what to add to its effort should it be tried again.

        Ends early, with a failed page, when the reader is lost.
        """
        for index, number in enumerate(order.numbers):
            try:
                if index == 0:
                    self._send(order, self._recipe.seconds)
                answer = cast(bytes, self._receive(self._recipe.seconds))
                yield Page.model_validate_json(answer), 1
            except _Lost as lost:
                penalty = 0 if lost.killed_from_outside else 1
                yield self._unread(number).failed(lost.fault, lost.detail), penalty
                return
            except BookRefused as refused:
                yield self._unread(number).failed(PageFault.DAMAGED, str(refused)), 0
                return

    def export(self, order: ExportOrder, pages: int) -> None:
        """Write a book of `pages` pages in another format.

        Raises:
            BookRefused: the source cannot be opened, or writing kills the process, wants more
                memory than a page may take, or takes longer than a page's time and a second for
                each page.
        """
        try:
            self._send(order, self._recipe.seconds + pages)
            self._receive(self._recipe.seconds + pages)
        except _Lost as lost:
            raise lost.refusal(f"it cannot be exported as {order.format}") from lost

    def close(self) -> None:
        """End the child process."""
        self._stop()

    def _unread(self, number: int) -> Page:
        return Page.unread(number, self._recipe.languages)

    def _send(self, order: Order, seconds: float) -> None:
        """Hand an order to the child, each answer to which may take `seconds`."""
        if self._pages_read >= self._recipe.lifetime:
            self._stop()
        child = self._child = self._child or self._start()
        self._pages_read += len(order.numbers) if isinstance(order, ReadOrder) else 1
        try:
            child.orders.send((order, seconds))
        except OSError as error:
            raise self._obituary(child) from error

    def _receive(self, seconds: float) -> Inspection | bytes | None:
        child = cast(_Child, self._child)
        try:
            if not child.orders.poll(seconds):
                self._stop()
                raise _Lost(PageFault.TIMEOUT, f"not done after {seconds:g} seconds")
            answer = child.orders.recv()
        except (EOFError, OSError) as error:
            raise self._obituary(child) from error
        if isinstance(answer, MemoryError):
            self._stop()
            raise _Lost(
                PageFault.MEMORY, f"more than {self._recipe.memory_mb} MiB would have been needed"
            )
        if isinstance(answer, ScriptoriumError):
            raise answer
        return cast(Inspection | bytes | None, answer)

    def _obituary(self, child: _Child) -> _Lost:
        """Collect a child that died by itself and say how."""
        code = child.process.wait()
        self._stop()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return _Lost(
            PageFault.CRASH,
            f"the page reader died of {how}",
            killed_from_outside=code in _KILLED_FROM_OUTSIDE,
        )

    def _start(self) -> _Child:
        ours, theirs = Pipe()
        environment = os.environ | {
            "OMP_THREAD_LIMIT": "1",  # one process a core: more threads slow each other down
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "adapters.ocr.child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # so that it can be killed with the commands it runs
                env=environment,
            )
        ours.send(self._recipe)
        self._pages_read = 0
        return _Child(process, ours)

    def _stop(self) -> None:
        if self._child is None:
            return
        process, orders = self._child
        self._child = None
        orders.close()
        _signal_group(process, signal.SIGTERM)
        try:
            process.wait(_POLITE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # all of them are gone already
