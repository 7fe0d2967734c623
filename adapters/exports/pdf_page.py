"""Changing what a PDF page shows, exactly, whatever its rotation, boxes and user unit.

PyMuPDF's own drawing functions go astray on some of these, so this writes PDF operators.
"""

import pymupdf

_JPEG_QUALITY = 80

_mupdf = pymupdf.mupdf


def turn(page: pymupdf.Page, degrees: int) -> None:
    """Show the page turned clockwise by a multiple of 90 degrees."""
    if degrees:
        page.set_rotation((page.rotation + degrees) % 360)


def add_object(document: pymupdf.Document, definition: str, stream: bytes | None = None) -> int:
    """Add an object to the PDF, with a stream where given; returns its number."""
    number = int(document.get_new_xref())
    document.update_object(number, definition)
    if stream is not None:
        document.update_stream(number, stream)
    return number


def append_content(
    document: pymupdf.Document, page: pymupdf.Page, operators: bytes, fonts: dict[str, int]
) -> None:
    """Draw on top of the page, in points of the page as shown, y running down.

    `fonts` gives the object numbers of the fonts that `operators` name. The page's own content is
    fenced in, whatever graphics state it leaves behind.
    """
    page.wrap_contents()
    _add_fonts(page, fonts)
    before = add_object(document, "<<>>", b"q\n")
    after = add_object(document, "<<>>", b"\nQ\n" + _as_shown(page, operators))
    streams = " ".join(f"{number} 0 R" for number in (before, *page.get_contents(), after))
    document.xref_set_key(page.xref, "Contents", f"[{streams}]")


def replace_content(
    document: pymupdf.Document, page: pymupdf.Page, picture: pymupdf.Pixmap
) -> None:
    """Let a picture of the page as shown, stored as JPEG, take the place of its content."""
    width, height = page.rect.width, page.rect.height
    image = add_object(
        document,
        f"<</Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}"
        f"/ColorSpace/Device{'Gray' if picture.n == 1 else 'RGB'}/BitsPerComponent 8>>",
    )
    document.update_stream(
        image, picture.tobytes("jpeg", jpg_quality=_JPEG_QUALITY), compress=False
    )
    document.xref_set_key(image, "Filter", "/DCTDecode")
    operators = f"{width:.4f} 0 0 {-height:.4f} 0 {height:.4f} cm /Picture Do"
    content = add_object(document, "<<>>", _as_shown(page, operators.encode("ascii")))
    document.xref_set_key(page.xref, "Resources", f"<</XObject<</Picture {image} 0 R>>>>")
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")


def _as_shown(page: pymupdf.Page, operators: bytes) -> bytes:
    """The operators, moved from the page as shown to PDF's user space."""
    matrix = " ".join(f"{value:.6f}" for value in _user_space(page))
    return b"q %s cm\n%s\nQ\n" % (matrix.encode("ascii"), operators)


def _user_space(page: pymupdf.Page) -> pymupdf.Matrix:
    """The matrix from the page as shown, in points with y down, to PDF's user space."""
    rotation = page.rotation
    page.set_rotation(0)  # PyMuPDF knows the exact matrix of unrotated pages only
    from_user_space = page.transformation_matrix
    width, height = page.rect.width, page.rect.height
    page.set_rotation(rotation)
    turned = {
        0: pymupdf.Matrix(1, 0, 0, 1, 0, 0),
        90: pymupdf.Matrix(0, 1, -1, 0, height, 0),
        180: pymupdf.Matrix(-1, 0, 0, -1, width, height),
        270: pymupdf.Matrix(0, -1, 1, 0, 0, width),
    }
    return ~(from_user_space * turned[rotation])


def _add_fonts(page: pymupdf.Page, fonts: dict[str, int]) -> None:
    """Name the fonts in the page's resources, which may be inherited or shared."""
    pdf_page = _mupdf.pdf_page_from_fz_page(page.this)
    resources = _mupdf.pdf_dict_get_inheritable(pdf_page.obj(), _mupdf.PDF_ENUM_NAME_Resources)
    if not _mupdf.pdf_is_dict(resources):
        resources = _mupdf.pdf_dict_put_dict(pdf_page.obj(), _mupdf.PDF_ENUM_NAME_Resources, 1)
    known = _mupdf.pdf_dict_get(resources, _mupdf.PDF_ENUM_NAME_Font)
    if not _mupdf.pdf_is_dict(known):
        known = _mupdf.pdf_dict_put_dict(resources, _mupdf.PDF_ENUM_NAME_Font, 1)
    for name, number in fonts.items():
        _mupdf.pdf_dict_puts(known, name, _mupdf.pdf_new_indirect(pdf_page.doc(), number, 0))
