"""Whether the process is up, and whether what it needs is up too."""

import asyncio
import logging
from collections.abc import Awaitable

from fastapi import APIRouter

from api.errors import Refusal
from api.models import Health, Readiness
from api.problems import DependencyState, ProblemType, documented
from api.services import Services, Using
from domain import library
from domain.errors import ScriptoriumError

router = APIRouter()
_log = logging.getLogger("scriptorium.api")
_NO_BOOK = "0" * 64


@router.get(
    "/health",
    summary="Is the process up?",
    response_description="It is up.",
    responses=documented(),
)
async def health() -> Health:
    """Asks nothing else: who restarts processes should look here."""
    return Health()


@router.get(
    "/ready",
    summary="Is everything up that is needed?",
    response_description="It is up.",
    responses=documented(ProblemType.NOT_READY),
)
async def ready(services: Using) -> Readiness:
    """Asks each dependency: who sends requests here should look at this."""
    checks = {
        "log": services.log.ping(),
        "store": services.store.head(library.source_key(_NO_BOOK)),
        "shards": services.entities.ping(),
        "catalogue": services.catalogue.ping(),
    }
    found = await asyncio.gather(*(_state(name, check, services) for name, check in checks.items()))
    states = dict(zip(checks, found, strict=True))
    down = [name for name, state in states.items() if state.state == "down"]
    if down:
        raise Refusal(ProblemType.NOT_READY, f"Down: {', '.join(down)}.", dependencies=states)
    return Readiness(dependencies=states)


async def _state(name: str, check: Awaitable[object], services: Services) -> DependencyState:
    seconds = services.settings.http_ready_seconds
    try:
        async with asyncio.timeout(seconds):
            await check
    except TimeoutError:
        return DependencyState(state="down", detail=f"no answer in {seconds:g} seconds")
    except ScriptoriumError as error:
        _log.warning("not ready: %s: %s", name, error)
        return DependencyState(state="down", detail=type(error).__name__)
    return DependencyState(state="up")
