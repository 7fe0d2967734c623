"""Books that are ZIP archives (EPUB, CBZ): what of them is locked or missing, which MuPDF does not
say."""

import posixpath
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from domain.book import BookFault
from domain.errors import BookRefused

_START = b"PK"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PASSWORD_NEEDED = 0x1
_MOST_XML = 4 * 2**20  # bytes; a file that tells about a book is far smaller
_DAMAGE = (
    *(BadZipFile, zlib.error, struct.error, ElementTree.ParseError),
    *(EOFError, LookupError, ValueError, NotImplementedError, RuntimeError),
)


def check_unlocked(path: Path) -> None:
    """Refuse an archive whose files need a password, or an EPUB with encrypted chapters.

    Fonts may be obfuscated. What is no archive, or a damaged one, passes.

    Raises:
        BookRefused: it is locked.
    """
    with suppress(*_DAMAGE), _archive(path) as archive:
        if any(file.flag_bits & _PASSWORD_NEEDED for file in archive.infolist()):
            raise BookRefused(
                BookFault.ENCRYPTED,
                "a password is needed; pack the files without one and try again",
            )
        if _ENCRYPTION in archive.namelist():
            encrypted = _encrypted(archive)
            if any(chapter in encrypted for chapter in _chapters(archive)):
                raise BookRefused(BookFault.ENCRYPTED, "its chapters are encrypted (DRM)")


def check_has_pages(path: Path) -> None:
    """Refuse a sound archive that is neither an EPUB nor has pictures.

    Raises:
        BookRefused: it is empty, or holds something else.
    """
    with suppress(*_DAMAGE), _archive(path) as archive:
        names = [file.filename for file in archive.infolist() if not file.is_dir()]
        if not names:
            raise BookRefused(BookFault.EMPTY, "the archive has no files")
        if _CONTAINER not in names:
            raise BookRefused(BookFault.NOT_A_BOOK, "an archive without pictures or chapters")


def _archive(path: Path) -> ZipFile:
    """What begins as an archive, opened; others may hold one further on."""
    with path.open("rb") as file:
        if file.read(len(_START)) != _START:
            raise BadZipFile
    return ZipFile(path)


def _encrypted(archive: ZipFile) -> set[str]:
    references = _xml(archive, _ENCRYPTION).iterfind(".//{*}CipherReference")
    return {posixpath.normpath(unquote(each.get("URI", "")).lstrip("/")) for each in references}


def _chapters(archive: ZipFile) -> Iterator[str]:
    """The names of the files that are read one after the other."""
    for root in _xml(archive, _CONTAINER).iterfind(".//{*}rootfile"):
        package = root.get("full-path", "")
        book = _xml(archive, package)
        places = {item.get("id"): item.get("href", "") for item in book.iterfind(".//{*}item")}
        for chapter in book.iterfind(".//{*}itemref"):
            place = unquote(places.get(chapter.get("idref"), ""))
            yield posixpath.normpath(posixpath.join(posixpath.dirname(package), place))


def _xml(archive: ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as file:
        # Expat bounds what entities unfold to, and the process's memory is capped.
        return ElementTree.fromstring(file.read(_MOST_XML))  # noqa: S314
