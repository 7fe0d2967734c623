"""What is measured on page images, checked on pages whose skew and letters are known."""

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageOps

from adapters.ocr.frame import levelled, turned
from adapters.ocr.page_image import find_ink, is_empty, look_at
from demo import SAMPLE
from demo.scan import Scanner, expose
from demo.typeset import typeset

DPI = 150
LEVEL = Scanner(dpi=DPI, skew_degrees=0.0)
TILTS = [-6.0, -2.3, 0.0, 0.4, 1.2]
X_HEIGHT = 0.45 * 11 * DPI / 72  # pixels, of Times at 11 points


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """Pages of the sample book: its first, with few lines, and two full ones."""
    path = tmp_path_factory.mktemp("book") / "book.pdf"
    typeset(SAMPLE.read_text("utf-8"), path)
    with pymupdf.open(path) as book:
        pixmaps = [book[index].get_pixmap(dpi=DPI, colorspace="GRAY") for index in (0, 1, 3)]
    return [Image.frombytes("L", (each.width, each.height), each.samples) for each in pixmaps]


@pytest.fixture(scope="module")
def title(sheets: list[Image.Image]) -> Image.Image:
    return sheets[0]


@pytest.fixture(scope="module")
def page(sheets: list[Image.Image]) -> Image.Image:
    return sheets[2]


def scanned(sheet: Image.Image, counter_clockwise: float, number: int = 1) -> Image.Image:
    """The sheet as a scanner sees it when it lies askew."""
    askew = sheet.rotate(counter_clockwise, Image.Resampling.BICUBIC, fillcolor=255)
    return expose(askew, number, LEVEL)


@pytest.mark.parametrize("tilt", TILTS)
@pytest.mark.parametrize("index", [1, 2])
def test_the_tilt_of_a_page_is_found(index: int, tilt: float, sheets: list[Image.Image]) -> None:
    image = scanned(sheets[index], -tilt)
    look = look_at(image)
    assert look.tilt == pytest.approx(tilt, abs=0.2)
    assert not look.sideways
    assert look_at(levelled(image, look.tilt)).tilt == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize(("turn", "tilt"), [(90, -2.3), (90, 0.0), (90, 5.1), (270, 1.2)])
def test_pages_on_their_side_are_seen_with_their_tilt(
    tilt: float, turn: int, page: Image.Image
) -> None:
    look = look_at(turned(scanned(page, -tilt), turn))
    assert look.sideways
    assert look.tilt == pytest.approx(tilt, abs=0.2)
    assert look.letter_height is None  # its lines run the other way


def test_a_page_on_its_head_is_not_sideways(page: Image.Image) -> None:
    look = look_at(turned(scanned(page, -1.2), 180))
    assert not look.sideways
    assert look.tilt == pytest.approx(1.2, abs=0.2)


def test_few_lines_are_not_taken_for_sideways_ones(title: Image.Image) -> None:
    assert not look_at(scanned(title, 0.0)).sideways


@pytest.mark.parametrize("scale", [0.6, 1.0, 1.6])
def test_the_height_of_letters_is_measured(scale: float, page: Image.Image) -> None:
    size = (round(page.width * scale), round(page.height * scale))
    height = look_at(page.resize(size, Image.Resampling.LANCZOS)).letter_height
    assert height == pytest.approx(scale * X_HEIGHT, rel=0.2)


def test_a_tilt_hardly_changes_the_height_of_letters(page: Image.Image) -> None:
    level, askew = look_at(scanned(page, 0.0)), look_at(scanned(page, 2.0))
    assert level.letter_height == pytest.approx(X_HEIGHT, rel=0.2)
    assert askew.letter_height == pytest.approx(X_HEIGHT, rel=0.25)


def test_too_few_lines_do_not_tell_the_height_of_letters(title: Image.Image) -> None:
    assert look_at(title).letter_height is None


def test_ink_is_the_share_of_dark_pixels() -> None:
    image = Image.new("L", (200, 100), 230)
    image.paste(40, (20, 20, 70, 60))
    assert look_at(image).ink == pytest.approx(0.1)
    ink = find_ink(image)
    assert ink.shape == (100, 200)
    assert ink[20:60, 20:70].all()
    assert ink.sum() == 50 * 40


@pytest.mark.parametrize("grey", [0, 60, 128, 200, 255])
def test_a_sheet_of_one_colour_is_empty(grey: int) -> None:
    look = look_at(Image.new("L", (300, 400), grey))
    assert is_empty(look)
    assert (look.tilt, look.sideways, look.letter_height) == (0.0, False, None)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_scanned_empty_sheets_have_next_to_no_ink(number: int, page: Image.Image) -> None:
    look = look_at(expose(Image.new("L", page.size, 255), number, LEVEL))
    assert look.ink < 0.0005
    assert not look.sideways


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_page_number_alone_is_not_nothing(number: int, page: Image.Image) -> None:
    sheet = Image.new("L", page.size, 255)
    ImageDraw.Draw(sheet).text((page.width / 2, 0.94 * page.height), "17", 0, font_size=24)
    assert not is_empty(look_at(sheet))
    assert not is_empty(look_at(expose(sheet, number, LEVEL)))


def test_printed_pages_have_a_tenth_of_ink_and_inverted_ones_the_rest(page: Image.Image) -> None:
    look, negative = look_at(page), look_at(ImageOps.invert(page))
    assert 0.02 < look.ink < 0.25
    assert negative.ink == pytest.approx(1 - look.ink, abs=0.1)
    assert negative.ink > 0.6


def test_shadows_are_no_ink(page: Image.Image) -> None:
    shadow = np.linspace(190, 250, page.width)[None, :].repeat(page.height, axis=0)
    printed = np.where(np.asarray(page) < 128, 50, shadow).astype(np.uint8)
    share = float((np.asarray(page) < 128).mean())
    assert find_ink(Image.fromarray(printed)).mean() == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 3)])
def test_the_smallest_images_can_be_looked_at(size: tuple[int, int]) -> None:
    assert is_empty(look_at(Image.new("L", size, 255)))
    assert look_at(Image.new("L", size, 0)).letter_height is None
