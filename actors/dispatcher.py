"""The dispatcher on Ray: one actor of that name on a cluster."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
    wait_random_exponential,
)

from actors.clock import Clock
from actors.detached import (
    Detached,
    DetachedClient,
    end_detached,
    end_outdated,
    start_detached,
)
from actors.dispatching.consumer import Consumer
from actors.dispatching.delivery import Limits, Shared
from actors.dispatching.dispatcher import ConsumerStatus, Dispatcher
from actors.patience import News
from cluster.settings import Settings
from cluster.telemetry import RayConsumerMetrics
from cluster.wiring import open_log
from domain.errors import ClusterUnavailable, Retryable

NAME = "dispatcher"
Recipe = Callable[[Settings], Sequence[Consumer]]
"""Makes the consumers. A function of a module, for it travels by name."""

_ANSWER_SECONDS = 10.0
_START_SECONDS = 60.0
_logger = logging.getLogger(__name__)


class DispatcherActor(Detached):
    """Delivers from its construction on, and again whenever Ray restarts it.

    - An event is acknowledged, that is passed by a checkpoint, only when every handler that wants
      it has returned or has given it up as a dead letter.
    - A crash, whenever it comes, leaves open what lies beyond the checkpoints: those events are
      handled again, in the order of their streams. Attempts are counted anew, but for those
      during which the process ended: an event that brings that about becomes a dead letter.
    - Should two such actors be about, as when a paused one wakes up, the older stops: it loses its
      consumers to the newer one's claims and may until then handle events a second time.
    - Its methods change nothing but `stop`, which may be repeated.
    """

    # Ray runs it in the actor's event loop; Python's typing knows no such constructor.
    async def __init__(  # type: ignore[misc]
        self, edition: str, settings: Settings, recipe: Recipe
    ) -> None:
        super().__init__(edition)
        self._settings = settings
        self._built: asyncio.Future[Dispatcher] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(recipe))
        self._running.add_done_callback(_end_process_unless_done)

    async def consumers(self) -> tuple[str, ...] | None:
        """The names of the consumers, once there are any; None when this dispatcher has ended.
        Raises what the recipe raised."""
        dispatcher = await asyncio.shield(self._built)
        return None if self._running.done() else dispatcher.names

    async def status(self) -> tuple[ConsumerStatus, ...]:
        """See `Dispatcher`."""
        return await (await asyncio.shield(self._built)).status()

    async def stop(self) -> None:
        """Finish what is under way, as far as `consumer_stop_seconds` allow."""
        if not self._built.done():
            self._running.cancel()
        elif self._built.exception() is None:
            await self._built.result().stop(self._settings.consumer_stop_seconds)

    async def _run(self, recipe: Recipe) -> None:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((Retryable, OSError)),
            wait=wait_random_exponential(multiplier=1, min=0.5, max=60),
            before_sleep=before_sleep_log(_logger, logging.WARNING),
        )
        try:
            dispatcher: Dispatcher = await retrying(self._build, recipe)
        except Exception as error:  # the recipe is anybody's code; whoever asks is told
            _logger.exception("the dispatcher has no consumers")
            self._built.set_exception(error)
            self._built.exception()  # so that nobody has to ask
            return
        self._built.set_result(dispatcher)
        await dispatcher.run()

    async def _build(self, recipe: Recipe) -> Dispatcher:
        settings = self._settings
        consumers = recipe(settings)
        log, clock = open_log(settings), Clock()
        limits = Limits(
            settings.consumer_window,
            settings.consumer_save_seconds,
            settings.consumer_poll_seconds,
        )
        news = News(log, clock, settings.consumer_poll_seconds)
        return Dispatcher(consumers, Shared(log, news, RayConsumerMetrics(), limits, clock))


def _end_process_unless_done(running: "asyncio.Task[None]") -> None:
    """Nobody notices an actor whose work has ended; one whose process has, Ray restarts."""
    if running.cancelled() or running.exception() is None:
        return
    _logger.critical("the dispatcher failed", exc_info=running.exception())
    os._exit(1)


async def start_dispatcher(
    settings: Settings, recipe: Recipe, edition: str | None = None
) -> tuple[str, ...]:
    """Start the cluster's dispatcher unless one of this edition runs; gives the names of its
    consumers.

    One that runs stays as it is, also if it has another recipe. One that was fenced out is
    replaced, and its consumers are claimed back.

    Raises:
        ClusterUnavailable: it does not start or answer.
        Exception: what the recipe raised; no dispatcher is left running then.
    """

    async def start() -> tuple[str, ...] | None:
        actor = await start_detached(NAME, DispatcherActor, settings, recipe, edition=edition)
        names: tuple[str, ...] | None = await actor.consumers.remote()
        if names is None:
            ray.kill(actor)
        return names

    retrying = AsyncRetrying(
        # The actor that is found may be ending.
        retry=retry_if_exception_type(RayActorError) | retry_if_result(lambda names: names is None),
        stop=stop_after_delay(_START_SECONDS),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            names: tuple[str, ...] = await retrying(start)
    except RayTaskError as error:
        await stop_dispatcher()
        raise error.cause from None
    except (RayError, TimeoutError) as error:
        raise ClusterUnavailable(f"the dispatcher does not start: {error!r}") from error
    return names


async def dispatcher_status() -> tuple[ConsumerStatus, ...]:
    """How the consumers are doing.

    Raises:
        ClusterUnavailable: no dispatcher runs, or it does not answer.
    """
    client = DetachedClient(NAME)
    status: tuple[ConsumerStatus, ...] = await client.ask(
        lambda actor: actor.status.remote(), seconds=_ANSWER_SECONDS
    )
    return status


async def stop_dispatcher(seconds: float = 60.0) -> None:
    """End the cluster's dispatcher, if there is one: in an orderly way within `seconds`."""
    await end_detached(NAME, seconds)


async def stop_outdated_dispatcher(edition: str) -> None:
    """As `stop_dispatcher`, if it is of another edition. Raises `ClusterUnavailable` if it does
    not say."""
    await end_outdated(NAME, edition)
