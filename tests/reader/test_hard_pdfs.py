"""Files that are hard to read: made here, and found in a folder of difficult PDFs if there is one.

That folder is the one HARD_PDFS names, else `shared/data/hard-pdfs` beside the
checkout.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.documents.book_file import BookFile
from adapters.ocr.accuracy import character_error_rate
from adapters.ocr.supervisor import SupervisedReader
from domain.book import PageStatus, TextMode, words_of
from domain.errors import BookRefused
from tests.reader import hard_files
from tests.reader.readers import recipe

BESIDE = Path(__file__).parents[3] / "shared" / "data" / "hard-pdfs"


def found() -> list[Path]:
    """The files of the folder."""
    named = os.environ.get("HARD_PDFS")
    files = sorted(Path(named or BESIDE).glob("*.pdf"))
    if named and not files:
        raise ValueError(f"HARD_PDFS: no *.pdf in {named}")
    return files


Case = Callable[[Path], None] | Path
CASES: dict[str, Case] = {
    "pixel_bomb": hard_files.pixel_bomb,
    "greedy_page": hard_files.greedy_page,
    "broken_image": hard_files.broken_image,
    **{path.name: path for path in found()},
}


@pytest.fixture(scope="module")
def reader() -> Iterator[SupervisedReader]:
    """One reader for all of them: whatever one does must not harm the next."""
    hasty = recipe()._replace(seconds=20, attempts=2, memory_mb=512)
    with SupervisedReader(hasty) as reader:
        yield reader


@pytest.mark.parametrize("name", hard_files.READABLE)
def test_a_file_that_can_be_read_is_read_well(
    reader: SupervisedReader, tmp_path: Path, name: str
) -> None:
    expected = hard_files.READABLE[name]
    expected.make(tmp_path / "book")
    assert reader.inspect(tmp_path / "book", 1).pages == 1
    (page,) = reader.read(tmp_path / "book", [1], TextMode.AUTO)
    assert (page.error, page.status, page.method) == (None, expected.status, expected.method)
    assert character_error_rate(expected.text(), page.text) < 0.01


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_page_comes_to_an_end(reader: SupervisedReader, tmp_path: Path, case: Case) -> None:
    path = case if isinstance(case, Path) else tmp_path / "book"
    if not isinstance(case, Path):
        case(path)
    try:
        book = BookFile.open(path)
    except BookRefused as refused:
        with pytest.raises(BookRefused) as by_reader:
            reader.inspect(path, path.stat().st_size)
        assert by_reader.value.fault is refused.fault
        assert by_reader.value.detail
        return
    count = book.pages
    book.close()

    assert reader.inspect(path, path.stat().st_size).pages == count
    pages = reader.read(path, range(1, count + 1), TextMode.AUTO)
    assert [page.number for page in pages] == list(range(1, count + 1))
    for page in pages:
        failed = page.status is PageStatus.FAILED
        assert failed == (page.error is not None)
        assert page.error is None or page.error.detail
        assert failed or page.reason
        assert bool(page.text) == bool(words_of(page.blocks))
        assert page.status is not PageStatus.LOW_CONFIDENCE or page.text
