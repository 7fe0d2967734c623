"""Slices read in any order: the book is put together, and its objects are seldom listed."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.object_store.base import ObjectInfo
from adapters.object_store.local import LocalStore
from cluster.settings import Settings
from domain.book import ReadingOptions
from jobs.ingestion.read import SliceReader
from jobs.ingestion.register import Wish, register_all
from jobs.ingestion.rows import BookDone, SliceTask
from jobs.ingestion.workbench import Workbench

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    bench = Workbench(Settings(data_dir=tmp_path, slice_pages=1))
    yield bench
    bench.close()


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prefixes that were listed."""
    prefixes: list[str] = []
    list_objects = LocalStore.list

    def noted(store: LocalStore, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        prefixes.append(prefix)
        return list_objects(store, prefix)

    monkeypatch.setattr(LocalStore, "list", noted)
    return prefixes


@pytest.mark.parametrize(("order", "lists"), [((0, 1, 2), 1), ((1, 2, 0), 2), ((2, 1, 0), 3)])
def test_a_book_is_looked_at_once_its_last_slice_is_there(
    bench: Workbench, printed_pages: Path, listed: list[str], order: Sequence[int], lists: int
) -> None:
    wish = Wish(str(printed_pages), ReadingOptions())
    (found,) = register_all([wish], bench.settings)
    tasks = [task for task in found.findings if isinstance(task, SliceTask)]
    listed.clear()
    reader = SliceReader(bench)
    outcomes = [outcome for number in order for outcome in reader.do(tasks[number])]
    assert [isinstance(outcome, BookDone) for outcome in outcomes] == [False, False, False, True]
    assert len(listed) == lists
