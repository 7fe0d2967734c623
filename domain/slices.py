"""How a book is cut into slices, the unit of work and of resumption."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

T = TypeVar("T")

LONGEST_STRETCH = 8  # pieces, so that workers which join later find something left to do


class PageRange(NamedTuple):
    """Pages `first` to `last`, both counted from 1 and both included."""

    first: int
    last: int


def plan(pages: int, longest: int) -> list[PageRange]:
    """Cut `pages` pages into even ranges of at most `longest`.

    Even, because a short last slice next to long ones leaves a worker idle at the end. The plan
    depends on nothing else, so that every run of a book names its slices alike.
    """
    count = -(-pages // longest)
    edges = [pages * step // count for step in range(count + 1)]
    return [PageRange(start + 1, end) for start, end in pairwise(edges)]


def missing(pages: int, done: Iterable[PageRange], longest: int) -> list[PageRange]:
    """The ranges still to be read when the ranges `done` exist.

    Gaps are planned anew, so a run may use another slice length than the one it resumes.
    """
    read = {number for first, last in done for number in range(first, last + 1)}
    ranges: list[PageRange] = []
    start: int | None = None
    for number in range(1, pages + 2):
        unread = number <= pages and number not in read
        if unread and start is None:
            start = number
        elif not unread and start is not None:
            gap = plan(number - start, longest)
            ranges += [PageRange(start + first - 1, start + last - 1) for first, last in gap]
            start = None
    return ranges


def stretches(
    work: Sequence[T], workers: int, longest: int = LONGEST_STRETCH
) -> Iterator[Sequence[T]]:
    """Cut a queue of work into stretches, each for one worker to do piece by piece.

    Long ones first, since every stretch costs a scheduling; single pieces at the end, so that the
    workers end together: guided self-scheduling (Polychronopoulos and Kuck, 1987).
    """
    start = 0
    while start < len(work):
        share = (len(work) - start) // (2 * workers)
        length = max(1, min(share, longest))
        yield work[start : start + length]
        start += length
