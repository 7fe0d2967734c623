"""Files that are hard to read, each of them made here."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pymupdf

from domain.book import PageMethod, PageStatus
from tests.reader.raw_pdf import one_page, packed, pdf, stream, without_xref
from tests.reader.sheets import DPI, printed, put, tilted, turned
from tests.unit.sample_sources import write_epub

_FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
_UNMAPPED_LINES = 20
GIANT_SIDE = 14_400  # points: the largest page that PDF 1.7 knows
BOMB_SIDE = 40_000


def spoken(text: str) -> bytes:
    """The content of a page that shows one line."""
    return b"BT /F 12 Tf 20 100 Td (%s) Tj ET" % text.encode()


def ccitt(target: Path) -> None:
    """One bit a pixel, packed as by a fax machine."""
    printed().picture.convert("1").save(target, "PDF", resolution=DPI)
    assert b"CCITTFaxDecode" in target.read_bytes()


def cmyk(target: Path) -> None:
    """A JPEG in the four colours of a printing press."""
    printed().picture.convert("CMYK").save(target, "PDF", resolution=DPI)


def palette(target: Path) -> None:
    """Pixels that are numbers of colours."""
    printed().picture.convert("RGB").quantize(16).save(target, "PDF", resolution=DPI)
    assert b"/Indexed" in target.read_bytes()


def jpeg2000(target: Path) -> None:
    """A JPEG 2000 image."""
    put(printed().picture, target, format="JPEG2000")
    assert b"JPXDecode" in target.read_bytes()


def turned_by_entry(target: Path) -> None:
    """A picture that lies on its side, and a /Rotate that sets it up."""
    put(turned(printed().picture, 270), target)
    with pymupdf.open(target) as book:
        book[0].set_rotation(90)
        book.saveIncr()


def skewed(target: Path) -> None:
    """A page that lay askew on the glass."""
    put(tilted(-4), target)


def negative(target: Path) -> None:
    """White on black, as on microfilm."""
    put(printed().picture.point(lambda grey: 255 - grey), target)


def tiny_page(target: Path) -> None:
    """A page as large as one word."""
    target.write_bytes(one_page(b"BT /F 8 Tf 2 3 Td (tiny) Tj ET", resources=_FONT, size=(24, 12)))


def speck(target: Path) -> None:
    """A page of one point."""
    target.write_bytes(one_page(None, size=(1, 1)))


def giant_page(target: Path) -> None:
    """The printed page on a sheet of five metres."""
    put(printed().picture, target)
    with pymupdf.open(target) as small, pymupdf.open() as book:
        page = book.new_page(width=GIANT_SIDE, height=GIANT_SIDE)
        page.show_pdf_page(page.rect, small)
        book.save(target.with_suffix(".giant"))
    target.with_suffix(".giant").replace(target)


def no_contents(target: Path) -> None:
    """A page without a /Contents entry."""
    target.write_bytes(one_page(None))


def no_xref(target: Path) -> None:
    """A file whose end is lost."""
    target.write_bytes(without_xref(one_page(spoken("Its end is lost."), resources=_FONT)))


def unmapped_font(target: Path) -> None:
    """Text in a font that does not say which characters its glyphs are."""
    with pymupdf.open() as book:
        page = book.new_page(width=396, height=612)
        page.insert_font("F0", fontbuffer=pymupdf.Font("tiro").buffer)
        for row, line in enumerate(printed().text.splitlines()[:_UNMAPPED_LINES]):
            page.insert_text((40, 60 + 16 * row), line, fontname="F0")
        for xref in range(1, book.xref_length()):
            if book.xref_get_key(xref, "ToUnicode")[0] == "xref":
                book.xref_set_key(xref, "ToUnicode", "null")
        book.save(target)


def pixel_bomb(target: Path) -> None:
    """A few kilobytes that unpack to an image of 1,600 million pixels."""
    image = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/FlateDecode" % (BOMB_SIDE, BOMB_SIDE)
    )
    data = packed(bytes(1), BOMB_SIDE * BOMB_SIDE // 8 // 2**20 + 1)
    target.write_bytes(
        one_page(
            b"q 600 0 0 600 0 0 cm /I Do Q",
            stream(data, image),
            resources=b"/XObject<</I 5 0 R>>",
        )
    )


def endless_page(target: Path) -> None:
    """A page that shows a form ten times, which shows another ten times, and so on, 12 deep."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 600]"
    inner = [
        stream(b"/F Do " * 10, form + b"/Resources<</XObject<</F %d 0 R>>>>" % number)
        for number in range(6, 18)
    ]
    last = stream(b"0 0 10 10 re f", form)
    target.write_bytes(one_page(b"/F Do", *inner, last, resources=b"/XObject<</F 5 0 R>>"))


def greedy_page(target: Path) -> None:
    """Forty transparent layers on each other, each of them a page image to whoever draws it."""
    side, layers = 3_000, 40
    form = (
        b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Group<</S/Transparency/I true/K true>>"
        b"/Resources<</XObject<</F %%d 0 R>>/ExtGState<</G<</ca 0.9/BM/Multiply>>>>>>"
        % (side, side)
    )
    inner = [stream(b"/G gs 0 0 5 5 re f /F Do", form % number) for number in range(6, 6 + layers)]
    last = stream(b"0 0 10 10 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    resources = b"/XObject<</F 5 0 R>>"
    target.write_bytes(one_page(b"/F Do", *inner, last, resources=resources, size=(side, side)))


def endless_string(target: Path) -> None:
    """A page that shows a string of two gibibytes."""
    content = packed(b"a", 2048, before=b"BT /F 12 Tf (", after=b") Tj ET")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R/Resources<<%s>>>>"
    target.write_bytes(
        pdf(
            [
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                page % _FONT,
                stream(content, b"/Filter/FlateDecode"),
            ]
        )
    )


def endless_chapter(target: Path) -> None:
    """An EPUB of some kilobytes whose one chapter inflates to forty mebibytes."""
    write_epub(target, "</p><p>The weather was fine." * 1_500_000)


def lost_second_page() -> bytes:
    """Three pages, of which the content of the second cannot be unpacked and the third is empty."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %%d 0 R/Resources<<%s>>>>"
    page %= _FONT
    content = zlib.compress(spoken("The second page is lost."))
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>",
            *(page % number for number in (6, 7, 8)),
            stream(spoken("The first page is sound.")),
            stream(b"\xff" + content[1:], b"/Filter/FlateDecode"),
            stream(b""),
        ]
    )


def complaint_before_empty_page() -> bytes:
    """Two pages: text, of which MuPDF says the same thing three times, and an empty sheet."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %%s/Resources<<%s>>>>" % _FONT
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
            page % b"[5 0 R 6 0 R 6 0 R 6 0 R]",
            page % b"7 0 R",
            stream(spoken("The first page is sound.")),
            stream(b"", b"/Filter/FlateDecode"),
            stream(b""),
        ]
    )


def broken_image(target: Path) -> None:
    """A sound file whose one image has lost its first bytes."""
    printed().picture.save(target, "PDF", resolution=DPI)
    data = target.read_bytes()
    start = data.index(b"\xff\xd8\xff")
    target.write_bytes(data[:start] + bytes(3) + data[start + 3 :])


class HardFile(NamedTuple):
    """A file of one page that can be read: how, and what there is to read."""

    make: Callable[[Path], None]
    method: PageMethod
    text: Callable[[], str]

    @property
    def status(self) -> PageStatus:
        return PageStatus.BLANK if self.method is PageMethod.BLANK else PageStatus.OK


def _page() -> str:
    return printed().text


def _first_lines() -> str:
    return "\n".join(printed().text.splitlines()[:_UNMAPPED_LINES])


_PICTURES = (ccitt, cmyk, palette, jpeg2000, turned_by_entry, skewed, negative, giant_page)
READABLE = {
    file.make.__name__: file
    for file in (
        *(HardFile(make, PageMethod.OCR, _page) for make in _PICTURES),
        HardFile(unmapped_font, PageMethod.REDO, _first_lines),
        HardFile(tiny_page, PageMethod.NATIVE, lambda: "tiny"),
        HardFile(no_xref, PageMethod.NATIVE, lambda: "Its end is lost."),
        HardFile(speck, PageMethod.BLANK, str),
        HardFile(no_contents, PageMethod.BLANK, str),
    )
}
"""The hard files that hold no danger, by name."""
