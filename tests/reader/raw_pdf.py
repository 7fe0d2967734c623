"""PDF files written object by object, for what no library would write."""

import zlib
from collections.abc import Sequence

_MIB = 2**20


def stream(data: bytes, dictionary: bytes = b"") -> bytes:
    """A stream object; `dictionary` holds its entries besides the length."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def packed(repeated: bytes, mebibytes: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Flate data of about a thousandth of what it unpacks to."""
    chunk = repeated * (_MIB // len(repeated))
    packer = zlib.compressobj(9)
    parts = [packer.compress(before)]
    parts += [packer.compress(chunk) for _ in range(mebibytes)]
    return b"".join([*parts, packer.compress(after), packer.flush()])


def pdf(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    body = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, entries)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def without_xref(file: bytes) -> bytes:
    """The same file as its reader finds it after a lost end: it has to be repaired."""
    return file[: file.rindex(b"xref\n0 ")]


def one_page(
    content: bytes | None,
    *others: bytes,
    resources: bytes = b"",
    size: tuple[int, int] = (600, 600),
) -> bytes:
    """A file of one page; `others` are the objects from number 5 on, named in `resources`."""
    contents = b"" if content is None else b"/Contents 4 0 R"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]%s/Resources<<%s>>>>"
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page % (*size, contents, resources),
            stream(content or b""),
            *others,
        ]
    )
