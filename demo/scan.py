"""Makes a scanned book from a born-digital one: pictures of its pages, with a scanner's faults."""

import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

PAPER, INK = 232.0, 42.0  # grey levels of 255

_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns anticlockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


class Scanner(NamedTuple):
    """How pages come out.

    `dpi`: pixels an inch. `skew_degrees`: each page is tilted by an angle of its own, at most
    this much either way. `noise`: grey levels, about one standard deviation; dust grows with it.
    `bilevel`: black and white instead of grey. `quality`: of the JPEG images, 1 to 95.
    `seed`: another seed, another scan of the same book.
    """

    dpi: int = 300
    skew_degrees: float = 1.2
    noise: float = 3.0
    bilevel: bool = False
    quality: int = 30
    seed: int = 1


FLATBED = Scanner()


def scan(
    pdf: Path,
    target: Path,
    *,
    rotate: Mapping[int, int] | None = None,
    blank_pages: Collection[int] = (),
    scanner: Scanner = FLATBED,
) -> list[str]:
    """Write a scanned version of `pdf` to `target` and return the true text of each page.

    Every page is one image that fills it, without a text layer. Page numbers are those of the
    scan, from 1: `blank_pages` are empty sheets inserted so that they get these numbers, and
    `rotate` turns pages clockwise by 90, 180 or 270 degrees, in the image itself. The truth is
    the text of the source page, "" for an empty sheet. The same arguments give the same file.

    Raises:
        ValueError: a page number is not one of the scan's, or an angle is not a right one.
    """
    rotate = rotate or {}
    with pymupdf.open(pdf) as source, pymupdf.open() as book:
        count = len(source) + len(set(blank_pages))
        if any(not 1 <= number <= count for number in (*rotate, *blank_pages)):
            raise ValueError(f"pages to rotate or leave blank must lie between 1 and {count}")
        if not set(rotate.values()) <= set(_CLOCKWISE):
            raise ValueError("pages can be rotated by 90, 180 or 270 degrees")
        empty = Image.new("L", _render(source[0], scanner.dpi).size, 255)
        truth = []
        for number, original in enumerate(_sheets(source, count, blank_pages), start=1):
            sheet = empty if original is None else _render(original, scanner.dpi)
            image = expose(sheet, number, scanner)
            if number in rotate:
                image = image.transpose(_CLOCKWISE[rotate[number]])
            _add_page(book, image, scanner)
            truth.append("" if original is None else original.get_text().strip())
        book.set_metadata({key: source.metadata[key] for key in ("title", "author")})
        book.save(target, garbage=3, deflate=True, no_new_id=True)
    return truth


def expose(sheet: Image.Image, number: int, scanner: Scanner) -> Image.Image:
    """What the scanner makes of page `number`: a clean grey page in, a scanned one out."""
    chance = np.random.default_rng([scanner.seed, number])
    angle = chance.uniform(-scanner.skew_degrees, scanner.skew_degrees)
    tilted = sheet.rotate(angle, Image.Resampling.BILINEAR, fillcolor=255)
    _add_dust(tilted, chance, scanner)
    soft = tilted.filter(ImageFilter.BoxBlur(0.8 * scanner.dpi / 300))
    light = _light(tilted.size, number, chance)
    grey = np.asarray(soft, np.float32) / 255 * (light - INK) + INK
    grey += _grain(sheet.size, chance, scanner.noise)
    if scanner.bilevel:
        return Image.fromarray(grey > 0.6 * light)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _sheets(
    source: pymupdf.Document, count: int, blank_pages: Collection[int]
) -> Iterator[pymupdf.Page | None]:
    """The pages of the scan in order, None for an empty sheet."""
    pages = iter(source)
    for number in range(1, count + 1):
        yield None if number in blank_pages else next(pages)


def _render(page: pymupdf.Page, dpi: int) -> Image.Image:
    """The page in grey."""
    pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def _light(size: tuple[int, int], number: int, chance: np.random.Generator) -> NDArray[np.float32]:
    """Grey level of bare paper at each pixel: clouded a little, darker towards the gutter."""
    columns, rows = 12, 16
    clouds = chance.normal(0, 2.0, (rows, columns))
    slope = np.linspace(-1, 1, rows)[:, None] * chance.uniform(-6, 6)
    shadow = 34 * np.exp(-np.linspace(0, 12, columns))[None, :]
    if number % 2 == 0:  # a left-hand page has its gutter on the right
        shadow = shadow[:, ::-1]
    coarse = Image.fromarray((PAPER + clouds + slope - shadow).astype(np.float32))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.float32)


def _grain(size: tuple[int, int], chance: np.random.Generator, noise: float) -> NDArray[np.float32]:
    """Grey levels to add, about `noise` of them: the paper's fibres and the sensor's own."""
    width, height = size
    fibres = chance.standard_normal((height // 3 + 1, width // 3 + 1), np.float32)
    wide = Image.fromarray(fibres).resize(size, Image.Resampling.BILINEAR)
    sensor = chance.standard_normal((height, width), np.float32)
    return (np.asarray(wide, np.float32) + 0.5 * sensor) * np.float32(noise)


def _add_dust(image: Image.Image, chance: np.random.Generator, scanner: Scanner) -> None:
    """Salt and pepper in place: single pixels, and a few specks about as large as a full stop."""
    draw = ImageDraw.Draw(image)
    inches = image.width * image.height / scanner.dpi**2
    for shade, density in ((0, 1.0), (255, 2.0)):
        count = chance.poisson(density * scanner.noise * inches)
        points = chance.uniform((0, 0), image.size, (count, 2))
        draw.point([(int(x), int(y)) for x, y in points], fill=shade)
    for x, y in chance.uniform((0, 0), image.size, (chance.poisson(2 * scanner.noise), 2)):
        radius = chance.uniform(0.5, 2.5) * scanner.dpi / 300
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=90)


def _add_page(book: pymupdf.Document, image: Image.Image, scanner: Scanner) -> None:
    data = io.BytesIO()
    if scanner.bilevel:
        image.save(data, "PNG")
    else:
        image.save(data, "JPEG", quality=scanner.quality)
    width, height = (side * 72 / scanner.dpi for side in image.size)
    page = book.new_page(width=width, height=height)
    page.insert_image(page.rect, stream=data.getvalue())
