"""Books that tests of every kind read."""

from pathlib import Path

import pytest

from demo import SAMPLE
from demo.scan import Scanner, scan
from demo.typeset import typeset


@pytest.fixture(scope="session")
def printed_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A born-digital book of three pages: the title and the first chapter of the sample book."""
    path = tmp_path_factory.mktemp("printed") / "book.pdf"
    typeset(SAMPLE.read_text("utf-8").split("## Two")[0], path)
    return path


@pytest.fixture(scope="session")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of one large page of small print: seconds of work for a page reader."""
    folder = tmp_path_factory.mktemp("long")
    text = SAMPLE.read_text("utf-8").split("## One", 1)[1].replace("## ", "")
    typeset(text, folder / "printed.pdf", page_size=(792.0, 1224.0), font_size=9.0)
    scan(folder / "printed.pdf", folder / "book.pdf", scanner=Scanner(dpi=200))
    return folder / "book.pdf"
