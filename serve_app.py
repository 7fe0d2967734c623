"""The HTTP front as a Ray Serve application: `serve deploy configs/serve.yaml`, scripts/serve.

The replicas keep nothing: each builds its own connections from the settings, and any of them can
answer any request. Entities are held by the shards, books by the reading room; see `actors`.
"""

from fastapi import FastAPI
from ray import serve
from ray.serve import Application

from actors.directory import Directory
from actors.platform import platform_pings, start_platform
from actors.vectors import shared_vectors
from actors.writing_room import WritingRoomClient
from api.app import create_app
from api.services import Services
from cluster.edition import edition_of
from cluster.loopback import keep_replica_on_loopback
from cluster.settings import Settings, load_settings
from cluster.telemetry import RayModelMetrics
from cluster.wiring import (
    open_catalogue,
    open_graph,
    open_log,
    open_model,
    open_projects,
    open_store,
)
from jobs.consumers import library
from jobs.ingestion.batch import read_batch
from jobs.writing.memory import StoryMemory
from jobs.writing.recipe import write_chapters
from jobs.writing.texts import Texts

_LOOK_SECONDS = 1.0  # from one look whether a replica is alive to the next


class HttpFront:
    """One replica. What it has accepted is durable before it says so: it may be killed any time.

    The first replica of a deployment starts what stands behind the front, in place of what an
    earlier one with other settings or other code has left; the others find it.
    """

    # Serve awaits it.
    async def __init__(self, settings: Settings, edition: str) -> None:  # type: ignore[misc]
        keep_replica_on_loopback()
        await start_platform(settings, library, read_batch, write_chapters, edition)
        self._settings = settings

    def __serve_build_asgi_app__(self) -> FastAPI:
        """The application, made in the event loop that will run it."""
        settings = self._settings
        entities, store = Directory(settings), open_store(settings)
        texts, graph, vectors = Texts(store), open_graph(settings), shared_vectors(settings)
        services = Services(
            settings=settings,
            entities=entities,
            log=open_log(settings),
            store=store,
            catalogue=open_catalogue(settings),
            projects=open_projects(settings),
            texts=texts,
            memory=StoryMemory(entities, texts, graph, vectors),
            model=open_model(settings, RayModelMetrics()),
            room=WritingRoomClient(),
            behind={**platform_pings(), "graph": graph.ping, "vectors": vectors.ping},
        )
        self._app = create_app(services, says_request_id=False)  # Serve does
        return self._app

    async def end_streams(self) -> None:
        """End those that are open and begin no more: the replica is to end."""
        self._app.state.streams.close()


_deployment = serve.deployment(
    serve.ingress()(HttpFront),
    name="http",
    health_check_period_s=_LOOK_SECONDS,
    ray_actor_options={"num_cpus": 0},  # the processors are for reading
)


def application(settings: Settings) -> Application:
    """The application, for Serve to run."""
    limits = _deployment.options(
        max_ongoing_requests=settings.http_requests,
        max_queued_requests=settings.http_queue,
        graceful_shutdown_timeout_s=settings.http_stop_seconds,
    )
    return limits.bind(settings, edition_of(settings))


def build_app(args: dict[str, str]) -> Application:
    """The application, for `serve deploy`. `args` are settings that win over the environment.

    Raises:
        SettingsError: a setting is unknown, malformed or contradicts another.
    """
    return application(load_settings(**args))
