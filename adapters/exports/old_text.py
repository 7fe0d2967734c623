"""Taking a bad text layer off a page without changing how the page looks."""

import math

import pymupdf

from adapters.exports.pdf_page import replace_content

_DPI = 200
_LARGEST_PICTURE = 20_000_000  # pixels; 60 MB in memory
_EVERYWHERE = pymupdf.Rect(-1e5, -1e5, 1e5, 1e5)  # text beyond the page's edges goes as well

_mupdf = pymupdf.mupdf


def remove_text(document: pymupdf.Document, page: pymupdf.Page) -> None:
    """Remove the page's own text.

    Text that nobody sees, such as an old text layer under a scan, is taken out and the scan kept
    as it is. Where the page looks different without its text, a picture of the page takes the
    place of its content.
    """
    before = _picture(page)
    _strip(document, page)
    if _picture(page).digest != before.digest or page.get_text().strip():
        replace_content(document, page, before)


def _picture(page: pymupdf.Page) -> pymupdf.Pixmap:
    """The page as shown, in colour, without annotations, which stay on the page."""
    square_inches = page.rect.width * page.rect.height / 72**2
    dpi = min(_DPI, math.sqrt(_LARGEST_PICTURE / square_inches))
    zoom = pymupdf.Matrix(dpi / 72, dpi / 72)
    return page.get_pixmap(matrix=zoom, colorspace=pymupdf.csRGB, alpha=False, annots=False)


def _strip(document: pymupdf.Document, page: pymupdf.Page) -> None:
    """Redact all text. The page's links and notes are put aside, or they would go with it."""
    node = _mupdf.pdf_page_from_fz_page(page.this).obj()
    annotations = _mupdf.pdf_dict_get(node, _mupdf.PDF_ENUM_NAME_Annots)
    _mupdf.pdf_dict_del(node, _mupdf.PDF_ENUM_NAME_Annots)
    bare = document.load_page(page.number)
    bare.add_redact_annot(_EVERYWHERE, fill=False, cross_out=False)
    bare.apply_redactions(
        images=pymupdf.PDF_REDACT_IMAGE_NONE,
        graphics=pymupdf.PDF_REDACT_LINE_ART_NONE,
        text=pymupdf.PDF_REDACT_TEXT_REMOVE,
    )
    _mupdf.pdf_dict_del(node, _mupdf.PDF_ENUM_NAME_Annots)
    if annotations.m_internal:
        _mupdf.pdf_dict_put(node, _mupdf.PDF_ENUM_NAME_Annots, annotations)
