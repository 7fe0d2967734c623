"""Files that books are made from: scans, pictures, an EPUB. Text and drawings are our own."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw

from tests.unit.sample_book import HEIGHT, WIDTH


def a_picture(number: int = 0) -> Image.Image:
    """A page with black bars, no two sides alike."""
    picture = Image.new("L", (int(WIDTH * 2), int(HEIGHT * 2)), 255)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 200, 500, 220 + 20 * number), fill=0)
    draw.rectangle((100, 240, 140, 900), fill=90)
    return picture


def a_scan(
    folder: Path,
    rotation: int = 0,
    crop: str | None = None,
    hidden_text: str = "",
    visible_text: str = "",
) -> Path:
    """A PDF of one scanned page, with a link on it."""
    path = folder / "scan.pdf"
    data = io.BytesIO()
    a_picture().save(data, "JPEG")
    with pymupdf.open() as document:
        page = document.new_page(width=WIDTH, height=HEIGHT)
        page.insert_image(page.rect, stream=data.getvalue())
        if hidden_text:
            page.insert_text((50, 300), hidden_text, render_mode=3)
        if visible_text:
            page.insert_text((50, 300), visible_text, fontsize=60)
        place = pymupdf.Rect(20, 20, 60, 60)
        page.insert_link({"kind": pymupdf.LINK_URI, "from": place, "uri": "https://example.org/"})
        page.set_rotation(rotation)
        if crop:
            document.xref_set_key(page.xref, "MediaBox", "[0 0 450 660]")
            document.xref_set_key(page.xref, "CropBox", crop)
        document.set_metadata({"title": "scan0001", "producer": "a scanner"})
        document.save(path)
    return path


def write_pictures(kind: str, pages: list[Image.Image], path: Path) -> None:
    if kind == "tiff":
        first, *others = [page.convert("1") for page in pages]
        first.save(path, "TIFF", save_all=True, append_images=others, dpi=(144, 144))
    elif kind == "png":
        pages[0].save(path, "PNG", dpi=(144, 144))
    elif kind == "cbt":
        with tarfile.open(path, "w") as archive:
            for number, data in enumerate(map(_jpeg, pages)):
                entry = tarfile.TarInfo(f"{number}.jpg")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for number, data in enumerate(map(_jpeg, pages)):
                archive.writestr(f"{number}.jpg", data)


def _jpeg(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "JPEG", dpi=(144, 144))
    return data.getvalue()


def write_epub(
    path: Path, *sentences: str, without: str = "", others: Mapping[str, str | bytes] | None = None
) -> None:
    """A chapter for each sentence: `1.xhtml` and so on; one may be missing, others be added."""
    names = [f"{number}.xhtml" for number in range(1, len(sentences) + 1)]
    kind = "application/xhtml+xml"
    items = (f'<item id="c{name}" href="{name}" media-type="{kind}"/>' for name in names)
    order = (f'<itemref idref="c{name}"/>' for name in names)
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container" version="1.0"><rootfiles><rootfile full-path="text/book.opf" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>',
        "text/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/>'
        f"<manifest>{''.join(items)}</manifest><spine>{''.join(order)}</spine></package>",
    }
    for name, sentence in zip(names, sentences, strict=True):
        parts[f"text/{name}"] = (
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head>'
            f"<body><p>{sentence}</p></body></html>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | dict(others or {})).items():
            if name != f"text/{without}":
                archive.writestr(name, content)
