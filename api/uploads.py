"""`POST /v1/books`: a file becomes a book.

The answer comes after the file and the event are durable, so that no accepted upload can be lost.
The file is hashed and kept, never opened: hostile files are for the page reader's child process.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import aclosing

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from adapters.exports import EXPORTERS
from api.book_state import book_response, find_book
from api.context import allow_seconds
from api.errors import invalid
from api.idempotency import Once
from api.limits import Gate, body_chunks
from api.models import BookView, book_path
from api.openapi import form_body, headers
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import From, Using
from api.upload_form import Received, UploadForm
from cluster.settings import LANGUAGES, Settings
from cluster.wiring import reader_recipe
from domain.book import ReadingOptions, TextMode
from domain.entities.book import UploadBook
from jobs.ingestion.fetch import keep

router = APIRouter()
_HEADERS = headers(ETag="the version", Location="the book")
_PIECE = 256 * 1024  # bytes handed to a thread at once


def _place(request: Request) -> Iterator[None]:
    gate: Gate = request.app.state.uploads
    with gate.enter():
        yield


@router.post(
    "/v1/books",
    status_code=202,
    summary="Hand in a book",
    response_model=BookView,
    response_description="The file is kept and will be read.",
    responses={
        200: {
            "model": BookView,
            "description": "The same file was handed in before.",
            "headers": _HEADERS,
        },
        202: {"headers": _HEADERS},
        **documented(
            ProblemType.BODY_TIMEOUT,
            ProblemType.TOO_LARGE,
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            ProblemType.INVALID_REQUEST,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            ProblemType.LANGUAGE_MISSING,
            ProblemType.TOO_MANY_REQUESTS,
            ProblemType.STORE_UNAVAILABLE,
            ProblemType.ENGINE_MISSING,
            *ENTITY_PROBLEMS,
        ),
    },
    openapi_extra=form_body(),
    dependencies=[Depends(_place)],
)
async def upload(request: Request, services: Using, origin: From, idempotency: Once) -> Response:
    """The same file is the same book: handed in again, it changes nothing and is answered with 200;
    with 202 if a job left it unread, for then it will be.

    How it is to be read is decided by who hands it in first.
    """
    settings = services.settings
    allow_seconds(request, settings.http_upload_seconds)
    with await _form(request, settings) as form:
        received = await _receive(request, form, settings)
        reading, exports = _options(received.fields, settings)
        book_id = received.sha256

        async def respond(command_id: str) -> Response:
            await keep(received.path, book_id, services.store)
            command = UploadBook(
                command_id=command_id,
                source=received.name,
                size=received.size,
                reading=reading,
                exports=exports,
            )
            executed = await services.entities.execute("book", book_id, command, origin=origin)
            book = await find_book(services, book_id)
            status = 202 if executed.events else 200
            return book_response(book, status, {"Location": book_path(book_id)})

        fingerprint = _fingerprint(book_id, reading, exports)
        return await idempotency.once(fingerprint, respond)


async def _form(request: Request, settings: Settings) -> UploadForm:
    def opened() -> UploadForm:
        return UploadForm(request.headers.get("content-type", ""), settings)

    return await asyncio.to_thread(opened)


async def _receive(request: Request, form: UploadForm, settings: Settings) -> Received:
    """The whole form, on disk; parsing and writing are done in a thread."""
    # Beside the file there are fields, each with a value and a few lines of headers.
    most = settings.book_bytes + settings.http_form_fields * 16 * settings.http_field_bytes
    piece = bytearray()
    async with aclosing(body_chunks(request, most, settings.http_idle_seconds)) as chunks:
        async for chunk in chunks:
            piece += chunk
            if len(piece) >= _PIECE:
                await asyncio.to_thread(form.write, bytes(piece))
                piece.clear()
    await asyncio.to_thread(form.write, bytes(piece))
    return await asyncio.to_thread(form.finish)


def _options(
    fields: Mapping[str, str], settings: Settings
) -> tuple[ReadingOptions, tuple[str, ...]]:
    """How the book is to be read, and the formats to export it to.

    Raises:
        Refusal: a field has a value that makes no sense.
        LanguageMissing, EngineMissing: it cannot be read so here.
    """
    languages = fields.get("languages") or settings.languages
    if not LANGUAGES.fullmatch(languages):
        raise invalid("body.languages", "use up to eight Tesseract codes joined by +")
    text = fields.get("text") or TextMode.AUTO
    if text not in set(TextMode):
        raise invalid("body.text", f"use one of {', '.join(TextMode)}")
    formats = [name.strip() for name in fields.get("exports", "").split(",") if name.strip()]
    if not EXPORTERS.keys() >= set(formats):
        raise invalid("body.exports", f"use some of {','.join(EXPORTERS)}")
    reading = ReadingOptions(languages=languages, text=TextMode(text), engine=settings.ocr_engine)
    reader_recipe(settings, reading)
    return reading, tuple(dict.fromkeys(formats))


def _fingerprint(book_id: str, reading: ReadingOptions, exports: tuple[str, ...]) -> str:
    payload = "\n".join((book_id, reading.model_dump_json(), *exports))
    return hashlib.sha256(payload.encode()).hexdigest()
