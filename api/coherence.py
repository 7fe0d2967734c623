"""`POST /v1/coherence/check`: the gate for whoever has a text, without a project."""

import asyncio
from contextlib import ExitStack
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from adapters.languages import detect_language, load_language
from api.context import allow_seconds
from api.json_body import BODY_PROBLEMS, described_body, json_body
from api.problems import ProblemType, documented
from api.projects.bodies import CoherenceRequest
from api.projects.found import json_response
from api.services import Using
from domain.story.coherence.case import Case
from domain.story.coherence.gate import check, prepare
from domain.story.coherence.verdict import Verdict
from jobs.writing.calls import UnrecordedCalls
from jobs.writing.opinion import second_opinion

router = APIRouter()


@router.post(
    "/v1/coherence/check",
    summary="Check a draft",
    response_model=Verdict,
    response_description="The verdict.",
    responses=documented(
        *BODY_PROBLEMS, ProblemType.LANGUAGE_MISSING, ProblemType.TOO_MANY_REQUESTS
    ),
    openapi_extra=described_body(CoherenceRequest),
)
async def coherence(request: Request, services: Using) -> Response:
    """Against a bible and earlier chapters. Every finding quotes what does not go together; what
    could not be checked is named, for an empty list of findings says nothing of it."""
    body = await json_body(request, services.settings, CoherenceRequest)
    with ExitStack() as held:
        held.enter_context(request.app.state.checks.enter())
        allow_seconds(request, services.settings.http_check_seconds)
        loop, judges = asyncio.get_running_loop(), request.app.state.judges
        judging = loop.run_in_executor(judges, _judged, body)
        try:
            case, verdict = await asyncio.shield(judging)
        except asyncio.CancelledError:
            # The thread goes on, and so keeps its place.
            judging.add_done_callback(partial(_leave, held.pop_all()))
            raise
        verdict = await second_opinion(UnrecordedCalls(services.model), case, verdict)
    return json_response(verdict)


def _leave(held: ExitStack, judging: "asyncio.Future[tuple[Case, Verdict]]") -> None:
    held.close()
    judging.exception()  # nobody waits for it any more


def _judged(body: CoherenceRequest) -> tuple[Case, Verdict]:
    language = load_language(body.language or detect_language(body.draft.text))
    case = prepare(language, body.bible, body.chapters, body.draft)
    return case, check(case)
