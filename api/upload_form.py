"""The form of an upload, taken apart while it arrives: the file goes to disk, never into memory."""

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.errors import Refusal, invalid
from api.problems import ProblemType
from cluster.settings import Settings
from domain.errors import StoreUnavailable

FILE = "file"
FIELDS = ("languages", "text", "exports")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME_CHARACTERS = 255
_PREFIX = "upload-"


@dataclass(frozen=True)
class Received:
    """A whole form: the file (`size` in bytes, SHA-256 in hexadecimal) and the other fields."""

    path: Path
    sha256: str
    size: int
    name: str
    fields: Mapping[str, str]


@dataclass
class _Part:
    """The part of the form that is arriving."""

    header: bytes = b""
    value: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    data: bytearray = field(default_factory=bytearray)


class UploadForm:
    """Takes a multipart body in pieces. A context manager: the file is gone after it.

    `write` and `finish` block. They raise `Refusal` when the form is not what it should be.
    """

    def __init__(self, content_type: str, settings: Settings) -> None:
        """A form with this header.

        Raises:
            Refusal: it is no multipart form.
            StoreUnavailable: there is no place for its file.
        """
        self._settings = settings
        self._parser = self._parser_of(content_type)
        with _on_disk(settings.upload_dir):
            settings.upload_dir.mkdir(parents=True, exist_ok=True)
            # Closed, and with that removed, by `__exit__`.
            self._file = NamedTemporaryFile(dir=settings.upload_dir, prefix=_PREFIX)  # noqa: SIM115
        self._hash = hashlib.sha256()
        self._size = 0
        self._name: str | None = None
        self._fields: dict[str, str] = {}
        self._parts = 0
        self._part = _Part()
        self._is_whole = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """The next piece of the body."""
        try:
            with _on_disk(self._settings.upload_dir):
                self._parser.write(data)
        except FormParserError as error:
            raise invalid("body", f"this is no multipart form: {error}") from error

    def finish(self) -> Received:
        """The form, after the last piece."""
        if not self._is_whole:
            raise invalid("body", "the form ends before its last boundary")
        if self._name is None:
            raise invalid(f"body.{FILE}", "there is no file in the form")
        if self._size == 0:
            raise invalid(f"body.{FILE}", "the file is empty")
        with _on_disk(self._settings.upload_dir):
            self._file.flush()
        return Received(
            path=Path(self._file.name),
            sha256=self._hash.hexdigest(),
            size=self._size,
            name=self._name,
            fields=self._fields,
        )

    def _parser_of(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data":
            raise Refusal(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                f"Send multipart/form-data with the book as the field `{FILE}`.",
            )
        if not boundary:
            raise invalid("header.Content-Type", "the form's boundary is missing")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
                max_header_size=self._settings.http_field_bytes,
            )
        except FormParserError as error:
            raise invalid("header.Content-Type", str(error)) from error

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > self._settings.http_form_fields + 1:
            most = self._settings.http_form_fields
            raise invalid("body", f"the form has more than {most} fields beside the file")
        self._part = _Part()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _on_header_end(self) -> None:
        part = self._part
        part.headers[part.header.lower()] = part.value
        part.header = part.value = b""

    def _on_headers_finished(self) -> None:
        header = self._part.headers.get(b"content-disposition", b"")
        kind, options = parse_options_header(header)
        name = _text("body", options.get(b"name", b""))
        if kind != b"form-data" or name not in (FILE, *FIELDS):
            raise invalid("body", f"the fields are {FILE}, {', '.join(FIELDS)}; not {name[:50]!r}")
        if name in self._fields or (name == FILE and self._name is not None):
            raise invalid(f"body.{name}", "there are two of these")
        self._part.name = name
        if name == FILE:
            self._name = _file_name(_text("body.file", options.get(b"filename", b"")))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.name == FILE:
            self._take(memoryview(data)[start:end])
            return
        self._part.data += data[start:end]
        most = self._settings.http_field_bytes
        if len(self._part.data) > most:
            raise invalid(f"body.{self._part.name}", f"the value has more than {most} bytes")

    def _take(self, data: memoryview) -> None:
        self._size += len(data)
        most = self._settings.book_bytes
        if self._size > most:
            raise Refusal(
                ProblemType.TOO_LARGE,
                f"A book may have {most} bytes at most (SCRIPTORIUM_BOOK_BYTES).",
                headers={"Connection": "close"},
            )
        self._hash.update(data)
        self._file.write(data)

    def _on_part_end(self) -> None:
        name = self._part.name
        if name and name != FILE:
            self._fields[name] = _text(f"body.{name}", bytes(self._part.data))

    def _on_end(self) -> None:
        self._is_whole = True


def remove_leftovers(settings: Settings) -> None:
    """Remove what killed processes left of uploads; one that still arrives is younger."""
    oldest = time.time() - settings.http_upload_seconds
    for path in settings.upload_dir.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process does the same
            if path.stat().st_mtime < oldest:
                path.unlink()


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"an upload cannot be kept in {folder}: {error.strerror}; see to the disk"
        ) from error


def _text(at: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise invalid(at, "this is not UTF-8") from None


def _file_name(given: str) -> str:
    """The name without folders and control characters, in a bounded length."""
    name = _CONTROL.sub("", given.replace("\\", "/").rpartition("/")[2]).strip()
    return name[-_NAME_CHARACTERS:] or "upload"
