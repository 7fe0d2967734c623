import io
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

import demo
from demo.scan import Scanner, expose, scan
from demo.typeset import typeset

SAMPLE = Path(demo.__file__).with_name("sample.md")
QUICK = Scanner(dpi=100)


class Printed:
    """A produced file and the truth that came with it."""

    def __init__(self, path: Path, truth: list[str]) -> None:
        self.path = path
        self.truth = truth


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Three pages: the title and the first chapter."""
    path = tmp_path_factory.mktemp("short") / "short.pdf"
    return Printed(path, typeset(SAMPLE.read_text("utf-8").split("## Two")[0], path))


def picture(path: Path, number: int) -> Image.Image:
    """The one image of a page, as it was embedded."""
    with pymupdf.open(path) as book:
        xref = book[number - 1].get_images()[0][0]
        return Image.open(io.BytesIO(book.extract_image(xref)["image"]))


@pytest.fixture(scope="module")
def scanned(short: Printed, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The short book with an empty sheet as page 2 and page 3 turned."""
    path = tmp_path_factory.mktemp("scanned") / "scanned.pdf"
    return Printed(path, scan(short.path, path, rotate={3: 90}, blank_pages=[2], scanner=QUICK))


def test_a_scan_is_one_image_a_page_without_text(scanned: Printed) -> None:
    with pymupdf.open(scanned.path) as book:
        assert len(book) == 4
        for page in book:
            assert page.get_text() == ""
            assert page.rotation == 0
            (image,) = page.get_image_info()
            assert image["bbox"] == pytest.approx(tuple(page.rect), abs=0.01)


def test_the_truth_of_a_scan_is_that_of_its_source(short: Printed, scanned: Printed) -> None:
    title, first, second = short.truth
    assert [truth.split() for truth in scanned.truth] == [
        title.split(),
        [],
        first.split(),
        second.split(),
    ]


def test_a_turned_page_lies_on_its_side(scanned: Printed) -> None:
    with pymupdf.open(scanned.path) as book:
        sizes = [(page.rect.width, page.rect.height) for page in book]
    assert [size == pytest.approx((396, 612)) for size in sizes] == [True, True, False, True]
    assert sizes[2] == pytest.approx((612, 396))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pages_turn_clockwise(degrees: int, short: Printed, tmp_path: Path) -> None:
    lossless = QUICK._replace(bilevel=True)
    scan(short.path, tmp_path / "upright.pdf", scanner=lossless)
    scan(short.path, tmp_path / "turned.pdf", rotate={2: degrees}, scanner=lossless)
    upright = np.asarray(picture(tmp_path / "upright.pdf", 2).convert("L"))
    turned = np.asarray(picture(tmp_path / "turned.pdf", 2).convert("L"))
    assert np.array_equal(turned, np.rot90(upright, -degrees // 90))


def test_an_empty_sheet_is_nearly_white_but_not_clean(scanned: Printed) -> None:
    grey = np.asarray(picture(scanned.path, 2), dtype=float)
    assert grey.mean() > 215
    assert (grey < 128).mean() < 0.001
    assert grey.std() > 2


def test_a_printed_page_has_ink(scanned: Printed) -> None:
    grey = np.asarray(picture(scanned.path, 4))
    assert 0.01 < (grey < 128).mean() < 0.2  # an empty sheet has less than 0.001


def test_a_scan_depends_on_its_seed_alone(short: Printed, scanned: Printed, tmp_path: Path) -> None:
    same, other = tmp_path / "same.pdf", tmp_path / "other.pdf"
    scan(short.path, same, rotate={3: 90}, blank_pages=[2], scanner=QUICK)
    scan(short.path, other, rotate={3: 90}, blank_pages=[2], scanner=QUICK._replace(seed=2))
    assert same.read_bytes() == scanned.path.read_bytes()
    assert other.read_bytes() != scanned.path.read_bytes()


def test_each_page_is_tilted_by_an_angle_of_its_own() -> None:
    def tilt(number: int, degrees: float) -> float:
        sheet = Image.new("L", (600, 900), 255)
        sheet.paste(0, (100, 448, 500, 452))
        grey = np.asarray(expose(sheet, number, Scanner(dpi=100, skew_degrees=degrees, noise=0)))
        rows, columns = np.nonzero(grey < 100)
        return float(np.degrees(np.arctan(np.polyfit(columns, rows, 1)[0])))

    angles = [tilt(number, 1.5) for number in range(1, 7)]
    assert all(abs(angle) < 1.6 for angle in angles)
    assert max(angles) - min(angles) > 0.5
    assert len({round(angle, 2) for angle in angles}) == len(angles)
    assert tilt(1, 0.0) == pytest.approx(0.0, abs=0.02)


def test_noise_can_be_chosen() -> None:
    sheet = Image.new("L", (300, 300), 255)

    def roughness(noise: float) -> float:
        grey = np.asarray(expose(sheet, 1, Scanner(noise=noise)), dtype=float)
        return float(np.diff(grey).std())

    assert roughness(0) < 1 < roughness(3) < roughness(9)


def test_bilevel_scans_have_one_bit_a_pixel(short: Printed, tmp_path: Path) -> None:
    scan(short.path, tmp_path / "bilevel.pdf", scanner=QUICK._replace(bilevel=True))
    with pymupdf.open(tmp_path / "bilevel.pdf") as book:
        assert [image[4] for page in book for image in page.get_images()] == [1, 1, 1]


def test_pages_at_full_resolution_weigh_what_scans_weigh(short: Printed, tmp_path: Path) -> None:
    scan(short.path, tmp_path / "full.pdf")
    assert picture(tmp_path / "full.pdf", 1).size == (1650, 2550)
    assert 50_000 < (tmp_path / "full.pdf").stat().st_size / 3 < 250_000


@pytest.mark.parametrize(
    ("rotate", "blank_pages", "message"),
    [
        ({4: 90}, [], "between 1 and 3"),
        ({0: 90}, [], "between 1 and 3"),
        ({}, [5], "between 1 and 4"),
        ({1: 45}, [], "90, 180 or 270"),
    ],
)
def test_pages_and_angles_that_do_not_exist(
    rotate: dict[int, int], blank_pages: list[int], message: str, short: Printed, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        scan(short.path, tmp_path / "scan.pdf", rotate=rotate, blank_pages=blank_pages)
    assert not (tmp_path / "scan.pdf").exists()
