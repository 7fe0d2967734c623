"""What every OCR engine must do, run against each of them."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest
from PIL import Image

from adapters.documents.book_file import BookFile
from adapters.ocr.accuracy import character_error_rate
from adapters.ocr.base import OcrEngine, Segmentation
from adapters.ocr.engines import open_engine
from adapters.ocr.tessdata import find_tessdata
from cluster.settings import Settings
from cluster.wiring import reader_recipe
from demo import SAMPLE
from demo.scan import Scanner, scan
from demo.typeset import typeset
from domain.book import Block, ReadingOptions, Word, words_of
from domain.errors import LanguageMissing

DPI = 180
TIMEOUT = 60.0
LEVEL = Scanner(skew_degrees=0)
FRENCH = """## Le relieur

À Noël, le garçon apporta du pain brûlé, des œufs frais et une pâte à gâteau. « Où êtes-vous né ? »
demanda la maîtresse. « Là-bas, près de la forêt, derrière l'église où mon père était gardien. »

Le relieur était âgé et fatigué. Il répara néanmoins le livre abîmé, très lentement, avec une
colle légère, et l'été d'après on le lisait déjà à haute voix dans toute la région."""


class Sheet(NamedTuple):
    """A scanned page: its grey image, its true text, its true words with boxes in points."""

    image: Image.Image
    text: str
    words: list[Word]


def scanned(text: str, folder: Path, number: int) -> Sheet:
    """Page `number` of the text, printed and scanned; nothing moves, so its words stay in place."""
    printed, copy = folder / "printed.pdf", folder / "scanned.pdf"
    truth = typeset(text, printed)
    scan(printed, copy, scanner=LEVEL)
    original, pictures = BookFile.open(printed), BookFile.open(copy)
    words = words_of(original.text_layer(number).blocks)
    return Sheet(pictures.render(number, DPI), truth[number - 1], words)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    chapter = SAMPLE.read_text("utf-8").split("## Two")[0]
    return scanned(chapter, tmp_path_factory.mktemp("sheet"), 2)


@pytest.fixture(scope="module")
def french_sheet(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    return scanned(FRENCH, tmp_path_factory.mktemp("french"), 1)


@pytest.fixture(scope="module", autouse=True)
def one_thread_an_engine() -> Iterator[None]:
    """As in a page reader: more threads than cores slow the tesseract command down greatly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_THREAD_LIMIT", "1")
        yield


def text_of(blocks: list[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def in_points(word: Word) -> Word:
    x0, y0, x1, y1 = (72 / DPI * side for side in word[1:5])
    return Word(word.text, x0, y0, x1, y1, word.confidence)


def pairs(true: list[Word], found: list[Word]) -> Iterator[tuple[Word, Word]]:
    """Words of equal text, in reading order."""
    matcher = SequenceMatcher(
        None, [word.text for word in true], [word.text for word in found], autojunk=False
    )
    for start, other, length in matcher.get_matching_blocks():
        yield from zip(true[start:][:length], found[other:][:length], strict=True)


class OcrEngineContract:
    engine_name: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> OcrEngine:
        return open_engine(cls.engine_name, "eng", find_tessdata(None))

    @pytest.fixture(scope="class")
    @classmethod
    def blocks(cls, engine: OcrEngine, sheet: Sheet) -> list[Block]:
        return engine.recognise(sheet.image, DPI, Segmentation.AUTO, TIMEOUT)

    def test_it_names_itself_and_its_version(self, engine: OcrEngine) -> None:
        assert re.fullmatch(rf"{self.engine_name} [\d.]+, tesseract \d+\.\d+\S*", engine.name)

    def test_it_reads_a_scanned_page(self, blocks: list[Block], sheet: Sheet) -> None:
        assert character_error_rate(sheet.text, text_of(blocks)) < 0.01

    def test_paragraphs_are_blocks_of_lines(self, blocks: list[Block], sheet: Sheet) -> None:
        lines = [line.text for block in blocks for line in block.lines]
        assert len(blocks) >= 5
        assert len(set(lines) & set(sheet.text.splitlines())) > 0.8 * len(lines)

    def test_boxes_lie_over_the_words(self, blocks: list[Block], sheet: Sheet) -> None:
        found = [in_points(word) for word in words_of(blocks)]
        matched = list(pairs(sheet.words, found))
        assert len(matched) > 0.95 * len(sheet.words)
        for true, seen in matched:
            # The true box is as tall as the font, the recognised one as its letters.
            assert true.y0 - 2 < seen.y0 < seen.y1 < true.y1 + 2, seen
            assert true.x0 - 4 < seen.x0 < seen.x1 < true.x1 + 4, seen
        # Now and then Tesseract cuts the box of a short word off.
        off = [max(abs(true.x0 - seen.x0), abs(true.x1 - seen.x1)) for true, seen in matched]
        assert sum(points > 3 for points in off) < 0.03 * len(off)

    def test_confidences_are_shares(self, blocks: list[Block]) -> None:
        confidences = [word.confidence for word in words_of(blocks)]
        assert confidences
        assert all(confidence is not None and 0 <= confidence <= 1 for confidence in confidences)

    @pytest.mark.parametrize("segmentation", Segmentation)
    def test_every_segmentation_finds_words(
        self, engine: OcrEngine, sheet: Sheet, segmentation: Segmentation
    ) -> None:
        strip = sheet.image.crop((0, 0, sheet.image.width, sheet.image.height // 3))
        words = words_of(engine.recognise(strip, DPI, segmentation, TIMEOUT))
        assert {"crate", "Tuesday,", "anyone"} <= {word.text for word in words}

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_it_knows_which_way_is_up(self, engine: OcrEngine, sheet: Sheet, turn: int) -> None:
        turned = sheet.image.rotate(-turn, expand=True)
        assert engine.upright_turn(turned, DPI, TIMEOUT) == (360 - turn) % 360

    def test_an_empty_image_has_no_words(self, engine: OcrEngine) -> None:
        empty = Image.new("L", (990, 1530), 255)
        assert words_of(engine.recognise(empty, DPI, Segmentation.AUTO, TIMEOUT)) == []

    def test_an_empty_image_has_no_upright_turn(self, engine: OcrEngine) -> None:
        empty = Image.new("L", (990, 1530), 255)
        assert engine.upright_turn(empty, DPI, TIMEOUT) is None

    def test_an_image_leaves_nothing_for_the_next(
        self, engine: OcrEngine, sheet: Sheet, blocks: list[Block]
    ) -> None:
        engine.recognise(Image.new("L", (400, 400), 255), DPI, Segmentation.SPARSE, TIMEOUT)
        again = engine.recognise(sheet.image, DPI, Segmentation.AUTO, TIMEOUT)
        assert text_of(again) == text_of(blocks)

    def test_it_reads_accents(self, french_sheet: Sheet) -> None:
        engine = open_engine(self.engine_name, "eng+fra", find_tessdata(None))
        read = text_of(engine.recognise(french_sheet.image, DPI, Segmentation.AUTO, TIMEOUT))
        assert character_error_rate(french_sheet.text, read) < 0.02
        for word in ("Noël", "garçon", "brûlé", "maîtresse", "âgé", "été"):
            assert word in read

    def test_a_missing_language_is_refused_with_its_remedy(self) -> None:
        reading = ReadingOptions(languages="eng+tlh", engine=self.engine_name)
        with pytest.raises(LanguageMissing, match=r"tlh.*apt-get install tesseract-ocr-tlh"):
            reader_recipe(Settings(), reading)


class TestTesserocr(OcrEngineContract):
    engine_name = "tesserocr"


class TestPytesseract(OcrEngineContract):
    engine_name = "pytesseract"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="no OCR engine is called ouija"):
        open_engine("ouija", "eng", find_tessdata(None))
