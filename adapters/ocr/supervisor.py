"""A page reader in a process of its own, killed and replaced when it hangs, grows or crashes."""

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, cast

from adapters.ocr.messages import ExportOrder, Inspection, InspectOrder, ReadOrder, Recipe
from domain.book import (
    BookFault,
    Page,
    PageError,
    PageFault,
    PageMethod,
    PageStatus,
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
            BookRefused: it is no readable book; also when it hangs or kills its reader.
        """
        try:
            reply = self._ask(InspectOrder(path, size), self._recipe.seconds)
        except _Lost as lost:
            raise BookRefused(BookFault.DAMAGED, f"it cannot be opened: {lost.detail}") from lost
        return cast(Inspection, reply)

    def read(self, path: Path, number: int, text: TextMode) -> Page:
        """Read page `number`, counted from 1, to a terminal status."""
        effort = 0
        for attempt in range(1, self._recipe.attempts + 1):
            try:
                reply = self._ask(ReadOrder(path, number, text, effort), self._recipe.seconds)
                page = Page.model_validate_json(cast(bytes, reply))
                effort += 1
            except _Lost as lost:
                page = self._failed(number, lost.fault, lost.detail)
                effort += not lost.killed_from_outside
            except BookRefused as refused:
                page = self._failed(number, PageFault.DAMAGED, str(refused))
            page = page.model_copy(update={"attempts": page.attempts + attempt - 1})
            if page.error is None or page.error.fault not in _WORTH_ANOTHER_TRY:
                break
        return page

    def export(self, order: ExportOrder, pages: int) -> None:
        """Write a book of `pages` pages in another format.

        Raises:
            BookRefused: the source cannot be opened, or writing kills the process or takes longer
                than a page's time and a second for each page.
        """
        try:
            self._ask(order, self._recipe.seconds + pages)
        except _Lost as lost:
            raise BookRefused(
                BookFault.DAMAGED, f"it cannot be exported as {order.format}: {lost.detail}"
            ) from lost

    def close(self) -> None:
        """End the child process."""
        self._stop()

    def _failed(self, number: int, fault: PageFault, detail: str) -> Page:
        return Page(
            number=number,
            status=PageStatus.FAILED,
            method=PageMethod.OCR,
            text="",
            languages=self._recipe.languages,
            width=0,
            height=0,
            error=PageError(fault=fault, detail=detail),
        )

    def _ask(self, order: Order, seconds: float) -> Inspection | bytes | None:
        if self._pages_read >= self._recipe.lifetime:
            self._stop()
        child = self._child = self._child or self._start()
        self._pages_read += 1
        try:
            child.orders.send((order, seconds))
            if not child.orders.poll(seconds):
                self._stop()
                raise _Lost(PageFault.TIMEOUT, f"not done after {seconds:g} seconds")
            reply = child.orders.recv()
        except (EOFError, OSError) as error:
            raise self._obituary(child) from error
        if isinstance(reply, MemoryError):
            self._stop()
            raise _Lost(
                PageFault.MEMORY, f"more than {self._recipe.memory_mb} MiB would have been needed"
            )
        if isinstance(reply, ScriptoriumError):
            raise reply
        return cast(Inspection | bytes | None, reply)

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
