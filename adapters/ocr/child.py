"""The process of a page reader: `python -m adapters.ocr.child FD`, started by its supervisor.

It answers one order at a time and can always be killed: nothing it holds is worth keeping. Should
its supervisor vanish, it ends by itself: between pages at once, on a page when its alarm rings.
"""

import math
import os
import resource
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import cast

from adapters.documents.book_file import BookFile
from adapters.exports import export
from adapters.ocr.engines import open_engine
from adapters.ocr.messages import ExportOrder, Inspection, InspectOrder, ReadOrder, Recipe
from adapters.ocr.page_reader import Limits, PageReader
from domain.book import Book
from domain.errors import ScriptoriumError, StoreUnavailable

Order = InspectOrder | ReadOrder | ExportOrder
Answer = Inspection | bytes | None | ScriptoriumError | MemoryError
"""A page travels as JSON, which is what it becomes in the end."""

_ALARM_GRACE = 5
_NICENESS = 15  # as Ray's workers: reading in bulk gives way to whoever is waited for
_MIB = 2**20


def main() -> None:
    """Answer orders until the supervisor hangs up or asks to stop."""
    orders = Connection(int(sys.argv[1]))
    recipe: Recipe = orders.recv()
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # An engine command in our group gets the same signal; we live on just long enough to
        # collect it, so that it does not stay behind as a zombie.
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to act on
    os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    desk = _Desk(recipe)
    _cap_memory(recipe.memory_mb * _MIB)
    try:
        while not stopping:
            order, seconds = cast(tuple[Order, float], orders.recv())
            for answer in _in_time(desk.answers(order), seconds):
                orders.send(answer)
                if stopping:
                    return
    except (EOFError, BrokenPipeError):
        return  # the supervisor hung up


def _in_time(answers: Iterator[Answer], seconds: float) -> Iterator[Answer]:
    """The answers, each of them under an alarm that ends this process."""
    while True:
        # The alarm's default action happens in the kernel, whatever holds the interpreter.
        signal.alarm(math.ceil(seconds) + _ALARM_GRACE)
        try:
            answer = next(answers)
        except StopIteration:
            return
        finally:
            signal.alarm(0)
        yield answer


class _Desk:
    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._reader: PageReader | None = None

    def answers(self, order: Order) -> Iterator[Answer]:
        """One answer, or one for each page to be read."""
        try:
            match order:
                case InspectOrder():
                    yield _inspected(order)
                case ExportOrder():
                    book = Book.model_validate_json(order.book.read_bytes())
                    export(book, order.format, order.source, order.target)
                    yield None
                case ReadOrder():
                    for number in order.numbers:
                        reader = self._page_reader()
                        page = reader.read(order.path, number, order.text, order.effort)
                        yield page.model_dump_json().encode()
        except (ScriptoriumError, MemoryError) as error:
            yield error
        except OSError as error:
            # The file vanished, or the disk is full: no page's fault, and not for ever.
            yield StoreUnavailable(f"the book's file cannot be read: {error}")

    def _page_reader(self) -> PageReader:
        if self._reader is None:
            recipe = self._recipe
            _lift_cap()  # the engine's own memory is no page's
            self._reader = PageReader(
                open_engine(recipe.engine, recipe.languages, recipe.tessdata),
                recipe.languages,
                recipe.low_confidence,
                Limits(
                    pixels=recipe.pixels,
                    image_bytes=recipe.memory_mb * _MIB // 2,
                    # An engine that keeps time itself should notice before the supervisor does.
                    seconds=0.9 * recipe.seconds,
                ),
            )
            _cap_memory(recipe.memory_mb * _MIB)
        return self._reader


def _inspected(order: InspectOrder) -> Inspection:
    book = BookFile.open(order.path)
    try:
        return Inspection(book.pages, book.metadata(order.size))
    finally:
        book.close()


def _cap_memory(spare: int) -> None:
    """Let this process, and each command it runs, take `spare` bytes more than it has now."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    cap = used + spare if most == resource.RLIM_INFINITY else min(used + spare, most)
    resource.setrlimit(resource.RLIMIT_AS, (cap, most))


def _lift_cap() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
