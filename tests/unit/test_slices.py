from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.slices import PageRange, missing, plan, stretches

PAGES = st.integers(1, 400)
LONGEST = st.integers(1, 60)


def numbers(ranges: list[PageRange]) -> list[int]:
    """The pages of the ranges, in the order of the ranges."""
    return [number for first, last in ranges for number in range(first, last + 1)]


def lengths(ranges: list[PageRange]) -> list[int]:
    return [last - first + 1 for first, last in ranges]


@st.composite
def books_partly_read(draw: st.DrawFn) -> tuple[int, list[PageRange]]:
    """A number of pages, and finished ranges in any order, which may overlap."""
    pages = draw(PAGES)
    ends = st.tuples(st.integers(1, pages), st.integers(1, pages))
    done = draw(st.lists(ends.map(sorted).map(lambda pair: PageRange(*pair)), max_size=12))
    return pages, done


@given(PAGES, LONGEST)
def test_a_plan_has_each_page_once_and_in_order(pages: int, longest: int) -> None:
    assert numbers(plan(pages, longest)) == list(range(1, pages + 1))


@given(PAGES, LONGEST)
def test_slices_are_even_and_none_is_too_long(pages: int, longest: int) -> None:
    sizes = lengths(plan(pages, longest))
    assert max(sizes) <= longest
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-pages // longest)  # no more of them than needed


def test_a_plan_of_a_long_book() -> None:
    assert plan(20, 8) == [PageRange(1, 6), PageRange(7, 13), PageRange(14, 20)]
    assert plan(8, 8) == [PageRange(1, 8)]
    assert plan(1, 200) == [PageRange(1, 1)]


@given(books_partly_read(), LONGEST)
def test_missing_pages_are_those_not_done(book: tuple[int, list[PageRange]], longest: int) -> None:
    pages, done = book
    ranges = missing(pages, done, longest)
    assert numbers(ranges) == sorted(set(range(1, pages + 1)) - set(numbers(done)))
    assert all(1 <= length <= longest for length in lengths(ranges))


@given(books_partly_read(), LONGEST)
def test_each_gap_is_cut_evenly(book: tuple[int, list[PageRange]], longest: int) -> None:
    gaps: list[list[PageRange]] = []
    for part in missing(*book, longest):
        if gaps and gaps[-1][-1].last + 1 == part.first:
            gaps[-1].append(part)
        else:
            gaps.append([part])
    for gap in gaps:
        assert max(lengths(gap)) - min(lengths(gap)) <= 1
    for before, after in pairwise(gaps):
        assert before[-1].last + 1 < after[0].first


@given(PAGES, LONGEST)
def test_a_new_book_lacks_its_plan_and_a_read_one_nothing(pages: int, longest: int) -> None:
    assert missing(pages, [], longest) == plan(pages, longest)
    assert missing(pages, plan(pages, longest), longest) == []


@given(books_partly_read(), LONGEST, LONGEST)
def test_a_run_finishes_what_another_began(
    book: tuple[int, list[PageRange]], longest: int, other: int
) -> None:
    pages, done = book
    rest = missing(pages, done, longest)
    assert missing(pages, [*done, *rest], other) == []


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([(4, 6)], [(1, 3), (7, 8), (9, 10)]),
        ([(1, 3), (2, 9)], [(10, 10)]),
        ([(8, 30)], [(1, 2), (3, 4), (5, 7)]),
        ([(1, 10)], []),
    ],
)
def test_gaps_of_a_book_of_ten_pages(
    done: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert missing(10, [PageRange(*pair) for pair in done], 3) == expected


WORKERS = st.integers(1, 20)


@given(st.lists(st.integers()), WORKERS)
def test_stretches_hold_all_the_work_in_order(work: list[int], workers: int) -> None:
    assert [piece for stretch in stretches(work, workers) for piece in stretch] == work


@given(st.integers(1, 500), WORKERS)
def test_stretches_grow_shorter_and_end_with_a_single_piece_for_each_worker(
    count: int, workers: int
) -> None:
    sizes = [len(stretch) for stretch in stretches(range(count), workers)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-workers:] == [1] * min(workers, count)


def test_a_long_queue_begins_with_long_stretches() -> None:
    assert [len(stretch) for stretch in stretches(range(40), 2)] == [
        8,
        8,
        6,
        4,
        3,
        2,
        2,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
    ]
