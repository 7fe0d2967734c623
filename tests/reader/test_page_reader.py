"""How pages of every kind are read, in the child process they are read in."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from adapters.ocr.accuracy import character_error_rate
from adapters.ocr.supervisor import SupervisedReader
from demo.scan import Scanner, scan
from domain.book import BookFault, Page, PageFault, PageMethod, PageStatus, TextMode, words_of
from domain.errors import BookRefused
from tests.faults.processes import is_running, peak_memory, readers_below
from tests.reader import hard_files
from tests.reader.raw_pdf import without_xref
from tests.reader.readers import recipe
from tests.reader.sheets import CODES, OLD_READING, printed, put, tilted, turned

MIB = 2**20


def read(reader: SupervisedReader, path: Path, text: TextMode = TextMode.AUTO) -> Page:
    """The one page of a file."""
    (page,) = reader.read(path, [1], text)
    return page


def fault_of(page: Page) -> PageFault | None:
    return page.error.fault if page.error else None


def assert_read_well(page: Page, method: PageMethod = PageMethod.OCR) -> None:
    assert (page.error, page.status, page.method) == (None, PageStatus.OK, method)
    assert character_error_rate(printed().text, page.text) < 0.01
    assert page.confidence is not None
    assert page.confidence > 0.9


def assert_words_in_place(page: Page) -> None:
    """Words that occur once lie where they were printed."""
    true = {word.text: word for word in printed().words}
    found = [word for word in words_of(page.blocks) if word.text in {"Corvellec,", "sailcloth,"}]
    assert len(found) == 2
    for word in found:
        assert word.x0 == pytest.approx(true[word.text].x0, abs=4)
        assert (word.y0 + word.y1) / 2 == pytest.approx(
            (true[word.text].y0 + true[word.text].y1) / 2, abs=4
        )


class PictureContract:
    """Pages that are pictures, read with one engine."""

    engine: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def reader(cls) -> Iterator[SupervisedReader]:
        with SupervisedReader(recipe()._replace(engine=cls.engine)) as reader:
            yield reader

    def test_a_scan_is_recognised(self, reader: SupervisedReader, tmp_path: Path) -> None:
        put(printed().picture, tmp_path / "book")
        page = read(reader, tmp_path / "book")
        assert_read_well(page)
        assert_words_in_place(page)
        assert (page.width, page.height) == (396, 612)
        assert (page.rotation, page.skew, page.attempts) == (0, 0, 1)
        assert page.engine is not None
        assert page.engine.startswith(self.engine)

    @pytest.mark.parametrize("clockwise", [90, 180, 270])
    def test_a_turned_page_is_set_upright(
        self, reader: SupervisedReader, tmp_path: Path, clockwise: int
    ) -> None:
        put(turned(printed().picture, clockwise), tmp_path / "book")
        page = read(reader, tmp_path / "book")
        assert_read_well(page)
        assert_words_in_place(page)
        assert page.rotation == 360 - clockwise
        assert (page.width, page.height) == (396, 612)

    @pytest.mark.parametrize("degrees", [-4.0, -1.0, 2.5])
    def test_a_skewed_page_is_levelled(
        self, reader: SupervisedReader, tmp_path: Path, degrees: float
    ) -> None:
        put(tilted(degrees), tmp_path / "book")
        page = read(reader, tmp_path / "book")
        assert_read_well(page)
        assert page.skew == pytest.approx(-degrees, abs=0.2)

    def test_a_negative_is_inverted(self, reader: SupervisedReader, tmp_path: Path) -> None:
        hard_files.negative(tmp_path / "book")
        assert_read_well(read(reader, tmp_path / "book"))

    def test_a_hidden_old_reading_is_redone(self, reader: SupervisedReader, tmp_path: Path) -> None:
        put(printed().picture, tmp_path / "book", hidden=OLD_READING)
        page = read(reader, tmp_path / "book")
        assert_read_well(page, PageMethod.REDO)
        assert "sealing wax" not in page.text
        assert "hidden" in page.reason

    def test_a_garbage_layer_is_redone(self, reader: SupervisedReader, tmp_path: Path) -> None:
        put(printed().picture, tmp_path / "book", covered=CODES)
        page = read(reader, tmp_path / "book")
        assert_read_well(page, PageMethod.REDO)
        assert "readable" in page.reason

    @pytest.mark.parametrize("noise", [3.0, 9.0])
    def test_an_empty_sheet_is_blank_whatever_its_dirt(
        self, reader: SupervisedReader, printed_pages: Path, tmp_path: Path, noise: float
    ) -> None:
        sheets = range(1, 5)
        dirty = Scanner(noise=noise)
        scan(printed_pages, tmp_path / "book", blank_pages=sheets, scanner=dirty)
        for page in reader.read(tmp_path / "book", sheets, TextMode.AUTO):
            assert (page.status, page.method) == (PageStatus.BLANK, PageMethod.BLANK)
            assert (page.text, page.blocks, page.error) == ("", [], None)


class TestWithTesserocr(PictureContract):
    engine = "tesserocr"


class TestWithPytesseract(PictureContract):
    engine = "pytesseract"


@pytest.fixture(scope="module")
def reader() -> Iterator[SupervisedReader]:
    with SupervisedReader(recipe()) as reader:
        yield reader


class TestText:
    def test_a_printed_page_keeps_its_own_text(
        self, reader: SupervisedReader, printed_pages: Path
    ) -> None:
        _, page, _ = reader.read(printed_pages, [1, 2, 3], TextMode.AUTO)
        assert (page.number, page.status, page.method) == (2, PageStatus.OK, PageMethod.NATIVE)
        assert character_error_rate(printed().text, page.text) == 0
        assert words_of(page.blocks) == printed().words
        assert (page.confidence, page.engine, page.dpi) == (None, None, None)

    def test_pages_come_in_the_order_asked_for(
        self, reader: SupervisedReader, printed_pages: Path
    ) -> None:
        pages = reader.read(printed_pages, [3, 1], TextMode.AUTO)
        assert [page.number for page in pages] == [3, 1]

    def test_good_text_is_recognised_when_that_is_asked_for(
        self, reader: SupervisedReader, printed_pages: Path
    ) -> None:
        (page,) = reader.read(printed_pages, [2], TextMode.OCR)
        assert_read_well(page, PageMethod.REDO)

    def test_bad_text_is_kept_when_only_text_is_asked_for(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        put(printed().picture, tmp_path / "book", covered=CODES)
        page = read(reader, tmp_path / "book", TextMode.NATIVE)
        assert (page.status, page.method) == (PageStatus.OK, PageMethod.NATIVE)
        assert page.text.startswith("Wkh fudwh")

    def test_a_scan_fails_when_only_text_is_asked_for(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        put(printed().picture, tmp_path / "book")
        page = read(reader, tmp_path / "book", TextMode.NATIVE)
        assert page.status is PageStatus.FAILED
        assert fault_of(page) is PageFault.NO_TEXT_LAYER

    @pytest.mark.parametrize("text", TextMode)
    def test_an_empty_page_is_blank_in_every_mode(
        self, reader: SupervisedReader, tmp_path: Path, text: TextMode
    ) -> None:
        hard_files.no_contents(tmp_path / "book")
        assert read(reader, tmp_path / "book", text).status is PageStatus.BLANK


class TestSize:
    def test_a_pixel_bomb_is_refused_unopened(self, printed_pages: Path, tmp_path: Path) -> None:
        hard_files.pixel_bomb(tmp_path / "bomb")
        assert (tmp_path / "bomb").stat().st_size < MIB
        with SupervisedReader(recipe()) as reader:
            reader.read(printed_pages, [2], TextMode.AUTO)
            pid = reader.pid
            assert pid is not None
            before = peak_memory(pid)
            page = read(reader, tmp_path / "bomb")
            assert fault_of(page) is PageFault.TOO_LARGE
            assert page.attempts == 1
            assert reader.pid == pid
            assert peak_memory(pid) < before + 40 * MIB

    def test_a_giant_page_is_drawn_small(self, reader: SupervisedReader, tmp_path: Path) -> None:
        hard_files.giant_page(tmp_path / "book")
        page = read(reader, tmp_path / "book")
        assert_read_well(page)
        assert page.width == page.height == hard_files.GIANT_SIDE
        assert page.dpi is not None
        assert (page.dpi * page.width / 72) ** 2 < recipe().pixels


class TestDamage:
    def test_lost_content_of_a_repaired_file_is_no_empty_page(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        (tmp_path / "book").write_bytes(without_xref(hard_files.lost_second_page()))
        sound, lost, empty = reader.read(tmp_path / "book", [1, 2, 3], TextMode.AUTO)
        assert (sound.status, sound.text) == (PageStatus.OK, "The first page is sound.")
        assert (lost.status, lost.text) == (PageStatus.FAILED, "")
        assert fault_of(lost) is PageFault.DAMAGED
        assert "zlib" in str(lost.error)
        assert (empty.status, empty.error) == (PageStatus.BLANK, None)

    def test_lost_content_of_a_sound_file_is_no_empty_page(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        (tmp_path / "book").write_bytes(hard_files.lost_second_page())
        _, lost, empty = reader.read(tmp_path / "book", [1, 2, 3], TextMode.AUTO)
        assert fault_of(lost) is PageFault.DAMAGED
        assert (empty.status, empty.error) == (PageStatus.BLANK, None)

    def test_an_image_that_cannot_be_unpacked_is_no_empty_page(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        hard_files.broken_image(tmp_path / "book")
        page = read(reader, tmp_path / "book")
        assert fault_of(page) is PageFault.DAMAGED

    def test_an_empty_page_answers_for_itself_alone(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        (tmp_path / "book").write_bytes(hard_files.complaint_before_empty_page())
        sound, empty = reader.read(tmp_path / "book", [1, 2], TextMode.AUTO)
        assert (sound.status, sound.text) == (PageStatus.OK, "The first page is sound.")
        assert (empty.status, empty.error) == (PageStatus.BLANK, None)

    def test_a_page_number_beyond_the_end_fails(
        self, reader: SupervisedReader, printed_pages: Path
    ) -> None:
        (page,) = reader.read(printed_pages, [4], TextMode.AUTO)
        assert fault_of(page) is PageFault.DAMAGED

    def test_a_file_that_is_no_book_is_refused(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        (tmp_path / "book").write_text("Dear diary,")
        with pytest.raises(BookRefused) as refused:
            reader.inspect(tmp_path / "book", 11)
        assert refused.value.fault is BookFault.NOT_A_BOOK
        page = read(reader, tmp_path / "book")
        assert fault_of(page) is PageFault.DAMAGED
        assert "not_a_book: " in str(page.error)


class TestLife:
    def test_a_file_is_inspected(self, reader: SupervisedReader, printed_pages: Path) -> None:
        inspected = reader.inspect(printed_pages, 77)
        assert inspected.pages == 3
        assert (inspected.metadata.title, inspected.metadata.size) == ("A Letter in the Spine", 77)

    def test_a_reader_is_replaced_after_its_lifetime(self, printed_pages: Path) -> None:
        with SupervisedReader(recipe()._replace(lifetime=3)) as reader:
            pids = []
            for number in (1, 2, 3, 1, 2):
                (page,) = reader.read(printed_pages, [number], TextMode.AUTO)
                assert page.status is PageStatus.OK
                pids.append(reader.pid)
            first, _, _, second, _ = pids
            assert pids == [first, first, first, second, second]
            assert first != second
            assert not psutil.pid_exists(first or 0)

    def test_a_closed_reader_leaves_nothing_and_can_start_anew(self, printed_pages: Path) -> None:
        before = readers_below(os.getpid())
        reader = SupervisedReader(recipe())
        assert reader.pid is None
        reader.read(printed_pages, [1], TextMode.AUTO)
        child = psutil.Process(reader.pid)
        assert is_running(child)
        reader.close()
        assert reader.pid is None
        assert not psutil.pid_exists(child.pid)  # nor as a zombie
        assert readers_below(os.getpid()) == before
        assert reader.read(printed_pages, [1], TextMode.AUTO)[0].status is PageStatus.OK
        reader.close()
        reader.close()

    def test_a_picture_file_is_a_book_of_one_page(
        self, reader: SupervisedReader, tmp_path: Path
    ) -> None:
        printed().picture.save(tmp_path / "page.png", dpi=(200, 200))
        assert reader.inspect(tmp_path / "page.png", 1).pages == 1
        assert_read_well(read(reader, tmp_path / "page.png"))
