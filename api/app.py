"""The application: every route, and what surrounds them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path
from starlette.routing import BaseRoute, Route

from api import book_events, books, coherence, contents, docs, health, hooks, listing, uploads
from api.context import RequestContext
from api.errors import Refusal, answer_errors_with_problems
from api.event_stream import Streams
from api.head import AnswerHead
from api.limits import Gate
from api.models import ProblemDescription
from api.openapi import describe
from api.parameters import ONLY_KNOWN_PARAMETERS
from api.problems import ProblemType, documented
from api.projects import bible, chapters, decisions, exchange, following, memory, search, shelf
from api.services import Services
from api.upload_form import remove_leftovers

problems = APIRouter()


@problems.get(
    "/problems/{name}",
    summary="What a problem is",
    response_description="The problem.",
    responses=documented(ProblemType.NOT_FOUND, ProblemType.INVALID_REQUEST),
)
async def problem(
    name: Annotated[str, Path(pattern="^[a-z-]{1,50}$", description="the end of its `type`")],
) -> ProblemDescription:
    """The `type` of a problem leads here."""
    for kind in ProblemType:
        if kind.slug == name:
            return ProblemDescription(
                type=kind.uri, title=kind.title, status=kind.status, retry_after=kind.retry_after
            )
    raise Refusal(ProblemType.NOT_FOUND, "There is no such problem.")


_ROUTERS: Mapping[str, Sequence[APIRouter]] = {
    "books": [uploads.router, listing.router, books.router, contents.router, book_events.router],
    "projects": [exchange.router, shelf.router, bible.router],
    "chapters": [chapters.router, decisions.router, following.router],
    "memory": [memory.router, search.router],
    "coherence": [coherence.router],
    "hooks": [hooks.router],
    "health": [health.router],
    "problems": [problems],
    "docs": [docs.router],
}
_LENIENT = {"hooks", "health", "docs"}  # whoever asks may add what they like to the address


def create_app(services: Services, *, says_request_id: bool = True) -> FastAPI:
    """The HTTP application over some services.

    It keeps no state but counts of what is going on in this process. Where the server gives the
    answers a header `X-Request-ID`, the application need not.
    """
    settings = services.settings

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(remove_leftovers, settings)
        yield
        app.state.judges.shutdown(wait=False, cancel_futures=True)
        await services.close()

    app = FastAPI(
        title="Scriptorium",
        version="1",
        description="Books come in as files and come out as text, page by page; novels are written "
        "chapter by chapter, and checked against what they have established. HEAD is answered "
        "wherever GET is.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.uploads = Gate("uploads", settings.http_uploads)
    app.state.bodies = Gate("requests with a body", settings.http_bodies)
    app.state.checks = Gate("checks", settings.http_checks)
    # Of their own: a check takes long, and others wait for the threads of the event loop.
    app.state.judges = ThreadPoolExecutor(settings.http_checks, "check")
    app.state.replays = Gate("questions about the past", settings.http_checks)
    app.state.streams = Streams(settings.http_streams, services.log)
    app.add_middleware(
        RequestContext, seconds=settings.http_request_seconds, says_id=says_request_id
    )
    app.add_middleware(AnswerHead)
    answer_errors_with_problems(app)
    routes: list[BaseRoute] = [*app.routes]
    for tag, routers in _ROUTERS.items():
        for router in routers:
            strict = [] if tag in _LENIENT else [ONLY_KNOWN_PARAMETERS]
            app.include_router(router, tags=[tag], dependencies=strict)
            routes += router.routes
    app.state.routes = [route for route in routes if isinstance(route, Route)]
    describe(app)
    return app
