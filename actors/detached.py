"""Actors that outlive whoever starts them: one of a name on a cluster."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

import ray
from ray.actor import ActorHandle
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from actors.sharding.placement import is_embedded
from cluster.edition import edition_of
from cluster.ray_connection import NAMESPACE
from cluster.settings import Settings
from domain.errors import ClusterUnavailable, Retryable

T = TypeVar("T")

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_CALLS = 20_000  # of one actor at once; most of them only wait there
_logger = logging.getLogger(__name__)


class Detached:
    """What every such actor is: one of an edition, that of the application which started it."""

    STAYS_HERE: ClassVar[bool] = False
    """Whether it keeps files of the machine that it is started on, whatever the settings."""

    def __init__(self, edition: str) -> None:
        self._edition = edition

    async def edition(self) -> str:
        """The actor's edition: a sign of life, too."""
        return self._edition

    async def stop(self) -> None:
        """Finish what should not be broken off. May be repeated."""


class DetachedClient:
    """Asks the cluster's actor of a name, from any process of it.

    `absent` is what is raised when there is none, or when it has gone meanwhile.
    """

    def __init__(self, name: str, absent: type[Retryable] = ClusterUnavailable) -> None:
        self._name = name
        self._absent = absent
        self._actor: Any = None  # Ray's handles are not typed

    async def ask(self, call: Callable[[Any], Awaitable[T]], *, seconds: float | None = None) -> T:
        """What a call of the actor gives, within `seconds` if any are named; raises what it
        raises."""
        try:
            async with asyncio.timeout(seconds):
                if self._actor is None:
                    self._actor = await asyncio.to_thread(ray.get_actor, self._name, NAMESPACE)
                return await call(self._actor)
        except RayTaskError as error:
            raise error.cause from error
        except (ValueError, RayError, TimeoutError) as error:
            self._actor = None
            raise self._absent(f"the {self._name} does not answer: {error}") from error


async def start_detached(
    name: str,
    kind: type[Detached],
    settings: Settings,
    *arguments: object,
    edition: str | None = None,
) -> ActorHandle:
    """The cluster's actor of that name, made of `kind`, `settings` and `arguments` unless there is
    one of the same edition, by default that of `settings`. One of another edition is replaced.

    It is restarted whenever it ends; on this machine, if what it keeps is here.

    Raises:
        ClusterUnavailable: it does not start.
    """
    options = _options(name, settings, stays_here=kind.STAYS_HERE)
    edition = edition or edition_of(settings)

    async def find_or_create() -> ActorHandle | None:
        actor = ray.remote(kind).options(**options).remote(edition, settings, *arguments)
        return actor if await actor.edition.remote() == edition else None

    retrying = AsyncRetrying(
        # The actor that is found may be one that has just ended (ray#44083).
        retry=retry_if_exception_type(RayActorError),
        stop=stop_after_delay(_START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    while True:
        await end_outdated(name, edition)
        try:
            async with asyncio.timeout(_START_SECONDS):
                actor: ActorHandle | None = await retrying(find_or_create)
        except (RayError, TimeoutError) as error:
            raise ClusterUnavailable(f"the {name} does not start: {error!r}") from error
        if actor is not None:
            return actor


async def end_outdated(name: str, edition: str) -> None:
    """End the actor of that name, if there is one of another edition.

    Raises:
        ClusterUnavailable: it does not say of which edition it is.
    """
    try:
        actor = ray.get_actor(name, NAMESPACE)
        async with asyncio.timeout(_START_SECONDS):
            if await actor.edition.remote() == edition:
                return
    except (ValueError, RayActorError):
        return  # there is none, or it is ending
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(f"the {name} does not answer: {error!r}") from error
    _logger.warning("%s has other settings or other code than is wanted: it is replaced", name)
    await _end(actor, name, _STOP_SECONDS)


async def end_detached(name: str, seconds: float = _STOP_SECONDS) -> None:
    """End the actor of that name, if there is one: in an orderly way within `seconds`."""
    try:
        actor = ray.get_actor(name, NAMESPACE)
    except ValueError:
        return
    await _end(actor, name, seconds)


async def _end(actor: ActorHandle, name: str, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await actor.stop.remote()
    except (RayError, TimeoutError) as error:
        _logger.warning("%s did not stop by itself and is ended: %s", name, error)
    ray.kill(actor)


# Ray's own types differ by option.
def _options(name: str, settings: Settings, *, stays_here: bool) -> dict[str, Any]:
    options: dict[str, Any] = {
        "name": name,
        "namespace": NAMESPACE,
        "lifetime": "detached",
        "get_if_exists": True,
        "max_restarts": -1,
        "max_concurrency": _CALLS,
        "num_cpus": 0,
    }
    if stays_here or is_embedded(settings):
        # Its files are here: started on another machine it would find none.
        here = ray.get_runtime_context().get_node_id()
        options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(here, soft=False)
    return options
