"""Whether the process is up, and whether what it needs is up too."""

import asyncio
import logging
from collections.abc import Mapping

from fastapi import APIRouter

from api.errors import Refusal
from api.models import Health, Readiness
from api.problems import DependencyState, ProblemType, documented
from api.services import Ping, Services, Using
from domain import library

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
    summary="Is everything up?",
    response_description="What requests need is up.",
    responses=documented(ProblemType.NOT_READY),
)
async def ready(services: Using) -> Readiness:
    """Asks each dependency: who sends requests here should look at this. Without the log, the
    store, the shards or the lists it is not ready; without the others books are read, chapters
    written and projections made later."""
    needed: Mapping[str, Ping] = {
        "log": services.log.ping,
        "store": lambda: services.store.head(library.source_key(_NO_BOOK)),
        "shards": services.entities.ping,
        "catalogue": services.catalogue.ping,
        "projects": services.projects.ping,
    }
    pings = {**needed, **services.behind}
    found = await asyncio.gather(*(_state(name, ping, services) for name, ping in pings.items()))
    states = dict(zip(pings, found, strict=True))
    down = [name for name, state in states.items() if state.state == "down"]
    if any(name in needed for name in down):
        raise Refusal(ProblemType.NOT_READY, f"Down: {', '.join(down)}.", dependencies=states)
    return Readiness(status="degraded" if down else "ready", dependencies=states)


async def _state(name: str, ping: Ping, services: Services) -> DependencyState:
    seconds = services.settings.http_ready_seconds
    try:
        async with asyncio.timeout(seconds):
            await ping()
    except TimeoutError:
        return DependencyState(state="down", detail=f"no answer in {seconds:g} seconds")
    except Exception as error:  # whatever it is, the others are to be named too
        _log.warning("not ready: %s: %s", name, error)
        return DependencyState(state="down", detail=type(error).__name__)
    return DependencyState(state="up")
